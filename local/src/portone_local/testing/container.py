"""A function in an interpreter of its own, in an environment like Lambda's; each answer says what was imported.

Run as a script with the path of a handler: reads an event a line, writes {"new", "result"} a line to stderr.
"""

import importlib.util
import json
import sys


def load(path: str) -> object:
    """The handler in a file, as Lambda's runtime imports it."""
    spec = importlib.util.spec_from_file_location("handler", path)
    assert spec is not None  # noqa: S101 - the caller names a Python file
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.handler


def main(path: str) -> None:
    """Answer events until there are no more."""
    handler = load(path)
    print(json.dumps({"loaded": sorted(sys.modules)}), file=sys.stderr, flush=True)
    for line in sys.stdin:
        event = json.loads(line)
        before = set(sys.modules)
        result = handler(event, None)
        told = {"new": sorted(set(sys.modules) - before), "result": result}
        print(json.dumps(told), file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
