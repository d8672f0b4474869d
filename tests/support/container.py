"""A handler in an interpreter of its own, which reports after each event what it had to import.

Run as a script with the path of a handler: reads an event a line, writes {"new", "result"} a line to stderr.
"""

import importlib.util
import json
import sys
from typing import Any


def load(path: str) -> Any:
    """The handler in a file, as Lambda's runtime imports it."""
    spec = importlib.util.spec_from_file_location("handler", path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.handler


def main(path: str) -> None:
    """Answer events until there are no more."""
    handler = load(path)
    tell({"new": sorted(sys.modules), "result": None})
    for line in sys.stdin:
        before = set(sys.modules)
        result = handler(json.loads(line), None)
        tell({"new": sorted(set(sys.modules) - before), "result": result})


def tell(said: dict[str, Any]) -> None:
    """One line, apart from what the handler prints."""
    print(json.dumps(said), file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
