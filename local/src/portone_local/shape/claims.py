"""What is true or false of how the code is built: each claim finds its offenders, as `path:line what`."""

import ast
import re
from collections.abc import Iterable, Iterator

from portone_local.shape.source import Function, Source, handlers, under

OPTIMISTIC = "flows/shared/optimistic.py"
STARTS_WORK = frozenset({"Queue", "Store", "PortOne", "PerStore"})
"""Ports with which something is sent or saved."""
SHORTEST_CHAIN = 3
# handlers lie two folders deep
ONE_FOLDER = re.compile(r"(?:(?!\*\*)[^/]+/)*\*\.py|(?:functions/)?\*/handler\.py")


def _is_port_module(module: str) -> bool:
    return module.startswith("portone_payments.ports")


def _all[Node: ast.AST](kind: type[Node], file: Source) -> Iterator[Node]:
    yield from (each for each in ast.walk(file.tree) if isinstance(each, kind))


def _named(annotation: ast.expr | None) -> set[str]:
    """Every name of an annotation: `PerStore[PortOne] | None` has two."""
    return {each.id for each in ast.walk(annotation) if isinstance(each, ast.Name)} if annotation else set()


def _fields(cls: ast.ClassDef) -> Iterator[tuple[str, set[str]]]:
    """Each field of a dataclass and the names of its type."""
    for each in cls.body:
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
            yield each.target.id, _named(each.annotation)


def _types(cls: ast.ClassDef) -> list[set[str]]:
    return [types for _, types in _fields(cls)]


def _port_types(file: Source) -> set[str]:
    return {name for name, module in file.imported.items() if _is_port_module(module)}


def port_fields(files: list[Source]) -> set[str]:
    """The names under which flows keep their ports: store, portone, queue ..."""
    protocols = protocols_of(files)
    return {
        name
        for file in under(files, "flows")
        for cls in file.classes
        for name, types in _fields(cls)
        if types & _port_types(file) & protocols
    }


def protocols_of(files: list[Source]) -> set[str]:
    """The classes of `ports` that are protocols; the others carry values."""
    return {
        cls.name
        for file in files
        if "/ports" in file.path
        for cls in file.classes
        if any("Protocol" in _named(base) for base in cls.bases)
    }


def flow_classes(files: list[Source]) -> set[str]:
    """Classes of `flows` that keep a port, or another of these classes."""
    return _keeping(protocols_of(files), files)


def _keeping(ports: frozenset[str] | set[str], files: list[Source]) -> set[str]:
    found: set[str] = set()
    while True:
        more = {
            cls.name
            for file in under(files, "flows")
            for cls in file.classes
            for types in (*_types(cls), *map(_named, cls.bases))
            if types & ports & _port_types(file) or types & found
        }
        if more <= found:
            return found
        found |= more


def _walked(names: ast.expr) -> list[str]:
    """`self.sender.reader` as its names; empty where it is more than names."""
    if isinstance(names, ast.Name):
        return [names.id]
    if isinstance(names, ast.Attribute) and (before := _walked(names.value)):
        return [*before, names.attr]
    return []


def chains_to_a_port(files: list[Source]) -> list[str]:
    """A flow that reaches through another for its port, as in `self.sender.reader.store`."""
    ports = port_fields(files)
    return [
        f"{file.path}:{each.lineno} {'.'.join(names)}"
        for file in under(files, "flows")
        for each in _all(ast.Attribute, file)
        if len(names := _walked(each)) >= SHORTEST_CHAIN and names[-1] in ports
    ]


def retry_loops(files: list[Source]) -> list[str]:
    """Loops written by hand that repeat after a lost race; one place may."""
    return [
        f"{file.path}:{loop.lineno} tries again after a Conflict"
        for file in under(files, "flows")
        if not file.path.endswith(OPTIMISTIC)
        for loop in (each for each in ast.walk(file.tree) if isinstance(each, ast.For | ast.While))
        if _repeats(loop) and any(map(_goes_on_after_a_race, ast.walk(loop)))
    ]


def _repeats(loop: ast.For | ast.While) -> bool:
    """Whether each round does the same thing again: no walk over items, of which one may be skipped."""
    if isinstance(loop, ast.While):
        return True
    return isinstance(loop.iter, ast.Call) and _walked(loop.iter.func) == ["range"]


def _goes_on_after_a_race(node: ast.AST) -> bool:
    if not isinstance(node, ast.ExceptHandler) or "Conflict" not in _named(node.type):
        return False
    return not isinstance(node.body[-1], ast.Return | ast.Raise | ast.Break)


def handlers_that_build(files: list[Source]) -> list[str]:
    """A handler that makes a flow, or declares what it depends on."""
    flows = flow_classes(files)
    return [
        f"{file.path}:{line} {what}"
        for file in handlers(files)
        for line, what in sorted((*_built(file, flows), *_declared(file)))
    ]


def _built(file: Source, flows: set[str]) -> Iterator[tuple[int, str]]:
    for call in _all(ast.Call, file):
        if isinstance(call.func, ast.Name) and call.func.id in flows & set(file.imported):
            yield call.lineno, f"builds {call.func.id}"


def _declared(file: Source) -> Iterator[tuple[int, str]]:
    for cls in file.classes:
        if any(name.endswith("Deps") for base in cls.bases for name in _named(base)):
            yield cls.lineno, f"declares {cls.name}"


def views_that_work(files: list[Source]) -> list[str]:
    """A view that starts work: it calls a flow that sends or saves, or a function of one."""
    flows = _keeping(STARTS_WORK, files)
    working, wired = _working_functions(files, flows), _wired(files, flows)
    found = []
    for file in under(files, "entry/views"):
        for call in _all(ast.Call, file):
            match _walked(call.func):
                case [name] if f"{file.imported.get(name)}.{name}" in working:
                    found.append(f"{file.path}:{call.lineno} calls {name}")
                case ["deps", *names] if wired & set(names[:-1]):
                    found.append(f"{file.path}:{call.lineno} calls deps.{'.'.join(names)}")
    return found


def _module(file: Source) -> str:
    return file.path.partition("/src/")[2].removesuffix(".py").replace("/", ".")


def _working_functions(files: list[Source], flows: set[str]) -> set[str]:
    """Functions of flows, by module and name, that take a port to send or save with, or such a flow."""
    return {
        f"{_module(file)}.{function.name}"
        for file in under(files, "flows")
        for function in file.functions
        if _taken(function) & (flows | STARTS_WORK)
    }


def _taken(function: Function) -> set[str]:
    args = (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
    return {name for arg in args for name in _named(arg.annotation)}


def _wired(files: list[Source], flows: set[str]) -> set[str]:
    """The names under which wiring hands out flows: reader, canceller ..."""
    return {
        function.name
        for file in under(files, "entry/wiring")
        for function in file.functions
        if _named(function.returns) & flows
    }


def unread(files: Iterable[Source]) -> list[str]:
    """Walks over a tree that stay in one folder: `glob("*.py")` finds nothing where packages are."""
    return [
        f"{file.path}:{call.lineno} {ast.unparse(call)}"
        for file in files
        for call in _all(ast.Call, file)
        if isinstance(call.func, ast.Attribute) and call.func.attr == "glob"
        for pattern in call.args
        if isinstance(pattern, ast.Constant) and ONE_FOLDER.fullmatch(str(pattern.value))
    ]
