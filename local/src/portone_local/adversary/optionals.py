"""Every path of a shape, variants named: which fields there are, and which of them may be missing."""

from collections.abc import Iterator

from portone_local.adversary.shape import Many, Node, Record, Slot, Union

# PortOne's confirm answers this variant only, and its document leaves the union out there
_ONLY = "<VERIFIED>"


def optional_paths(node: Node) -> set[str]:
    """The paths of what may be missing."""
    return {path.replace(_ONLY, "") for path, slot in _slots(node, "") if slot.optional}


def paths(node: Node) -> set[str]:
    """All paths."""
    return {path.replace(_ONLY, "") for path, _ in _slots(node, "")}


def _slots(node: Node, path: str) -> Iterator[tuple[str, Slot]]:
    if isinstance(node, Many):
        yield from _slots(node.node, f"{path}[]")
    elif isinstance(node, Union):
        for tag, record in node.variants.items():
            yield from _slots(record, f"{path}<{tag}>")
    elif isinstance(node, Record):
        for name, slot in node.slots.items():
            yield f"{path}.{name}", slot
            yield from _slots(slot.node, f"{path}.{name}")
