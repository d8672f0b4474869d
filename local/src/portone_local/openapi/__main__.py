"""Writes docs/openapi.json."""

from portone_local.openapi.document import FILE, text

if __name__ == "__main__":
    FILE.write_text(text())
