"""The table of rights in `docs/security.md`; `python -m portone_local.template.rights_page` writes it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from portone_local.template.cloudformation import ROOT, functions, transformed
from portone_local.template.roles import CONTEXT, LEADING, Grant, as_list, grants, role_of

PAGE = ROOT / "docs" / "security.md"
BEGIN = "<!-- rights of each function: `python -m portone_local.template.rights_page` writes them -->\n"
END = "<!-- end of the rights -->\n"
HEAD = "| function | reads | saves | opens | seals | secrets | else |\n|---|---|---|---|---|---|---|\n"
_READS = ("GetItem", "BatchGetItem", "Query")
_SAVES = ("PutItem", "UpdateItem", "DeleteItem")
_TABLES = {"PaymentsTable": "", "IdentityTable": "persons: ", "ErasuresTable": "erasures: "}
# every function writes its logs
_EVERYBODYS = frozenset({"logs:CreateLogStream FunctionLogs", "logs:PutLogEvents FunctionLogs"})


def table(template: Mapping[str, Any]) -> str:
    """What each function's role allows, as the rows of a table, by the functions' names."""
    return HEAD + "".join(
        f"| `{name}` | {' | '.join(_cells(grants(template, role_of(template, name))))} |\n"
        for name in sorted(functions(template))
    )


def with_table(page: str, template: Mapping[str, Any]) -> str:
    """The page with the table as it has to be. Raises ValueError for a page without its two marks."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}{table(template)}{END}{after}"


def main() -> None:
    """Write the table anew."""
    PAGE.write_text(with_table(PAGE.read_text(), transformed()))


def _cells(held: Iterable[Grant]) -> Iterator[str]:
    own = [grant for grant in held if grant.right not in _EVERYBODYS]
    groups = {
        "reads": [each for each in own if _action(each) in _READS and "Table" in each.right],
        "saves": [each for each in own if _action(each) in _SAVES],
        "opens": [each for each in own if each.right.startswith("kms:Decrypt")],
        "seals": [each for each in own if each.right.startswith(("kms:Encrypt", "kms:GenerateDataKey"))],
        "secrets": [each for each in own if each.right.startswith("secretsmanager:")],
    }
    named = [each for group in groups.values() for each in group]
    yield _listed(map(_of_table, groups["reads"]))
    yield _listed(map(_of_table, groups["saves"]))
    yield _listed(map(_kinds, groups["opens"]))
    yield _listed(map(_kinds, groups["seals"]))
    yield _listed(f"`{_target(each)}`" for each in groups["secrets"])
    yield _listed(f"`{each.right}`" for each in own if each not in named)


def _listed(said: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(each for each in said if each))


def _action(grant: Grant) -> str:
    return grant.right.partition(":")[2].partition(" ")[0]


def _target(grant: Grant) -> str:
    return grant.right.partition(" ")[2]


def _of_table(grant: Grant) -> str:
    table, _, index = _target(grant).partition("/index/")
    if index:
        return f"{_TABLES[table]}index `{index}`"
    leading = _conditions(grant, LEADING)
    return _TABLES[table] + (" ".join(f"`{each}`" for each in leading) or "everything")


def _kinds(grant: Grant) -> str:
    return " ".join(f"`{each}`" for each in _conditions(grant, f"{CONTEXT}kind")) or "everything"


def _conditions(grant: Grant, key: str) -> list[str]:
    return [str(each) for keys in grant.conditions.values() for each in as_list(keys.get(key, []))]


if __name__ == "__main__":
    main()
