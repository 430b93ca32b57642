"""The tenancy lint: finds statements on rows of a workspace that do not hold the workspace, and functions that take a
bare id within a listener's reach. `python -m tests.support.tenancy_lint` prints `file:line: what` and exits with 1.

A statement is every `select`, `update` or `delete` in the modules that know the tables (`SQL`). It holds the workspace
if what it is built of (its expression, the local names it is put together from, and the functions and constants of its
module that it names) has one of:

- a comparison, or a call such as `.in_(…)` or a helper, with a `workspace_id`; one among the selected columns is none;
- a call of one of `HELPERS`, and the row of a workspace itself by a comparison with `workspace.c`;
- a comparison with a field of a parameter that is a value of the store, such as an `Account` (`VALUES`): whoever has
  one got it by its workspace.

What is rightly without it says why, in a comment in the function or above the constant:
`# all workspaces: <reason>` for what the clock, the sender or an operator does for everybody,
`# within: <reason>` for rows that were reached through the workspace already. A module that has only such statements
says so once: `# all workspaces, whole module: <reason>`. A function that may be given any id says why in the same way.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
SQL = (
    "bot/store/*.py",
    "bot/outbox/*.py",
    "bot/features/*/queries.py",
    "bot/features/imports/*.py",
    "bot/features/exports/*.py",
    "bot/demo/*.py",
)
LISTENERS = (
    "bot/features/*/slack.py",
    "bot/features/*/web.py",
    "bot/features/proof_command/*.py",
    "bot/features/workspace/*.py",
)
VALUES = {
    "Account",
    "Action",
    "Answer",
    "Author",
    "Cadence",
    "Claimed",
    "Member",
    "Owner",
    "Portfolio",
    "Prompt",
    "Risk",
}
_SAY_WHOSE = VALUES | {"Actor", "Answering", "NameLookup"}
_REACHED = ("bot.store.", "bot.outbox.", "bot.app.", "bot.features.")
HELPERS = {"in_workspace", "belongs"}
"""Conditions that hold the workspace: an entity's own, and that of `proof_state`, for accounts found in it."""
_BUILDS = {"select", "update", "delete"}
_NO_CONDITION = {"select", "insert", "values", "order_by", "group_by", "returning", "join", "outerjoin"}
_REASON = re.compile(r"#\s*(all workspaces|within): *\S")
_WHOLE = re.compile(r"^#\s*all workspaces, whole module: *\S", re.MULTILINE)


@dataclass(frozen=True, order=True)
class Breach:
    """One line to be mended."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


def check(root: Path = ROOT) -> list[Breach]:
    """Everything that the lint finds below `root`, which holds `bot`."""
    found = [finding for path in _paths(root, SQL) for finding in statements(path.read_text(), _name(root, path))]
    for path in _paths(root, LISTENERS):
        found += bare_ids(path.read_text(), _name(root, path), root)
    return sorted(found)


def statements(source: str, file: str) -> list[Breach]:
    """The statements of one module that hold no workspace and say no reason."""
    if _WHOLE.search(source):
        return []
    module = _Module(ast.parse(source), source.splitlines())
    what = "this statement holds no workspace; compare workspace_id, or say why not (tests/support/tenancy_lint.py)"
    return [Breach(file, line, what) for line in module.without_workspace()]


def bare_ids(source: str, file: str, root: Path = ROOT) -> list[Breach]:
    """The functions within reach of a listener's module, by its imports, that take an id without saying whose."""
    found = []
    what = "takes {} without actor or workspace, and a listener can reach it"
    for line, module, only in _imports(ast.parse(source)):
        if module.startswith(_REACHED):
            path = root / f"{module.replace('.', '/')}.py"
            found += [Breach(file, line, f"{name} {what.format(bare)}") for name, bare in _bare(path, only)]
    return found


def _imports(tree: ast.Module) -> Iterator[tuple[int, str, str | None]]:
    """What a module imports: line, module, and the name taken out of it, or None for the module itself."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name, None) for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield node.lineno, node.module, alias.name
                yield node.lineno, f"{node.module}.{alias.name}", None


def _bare(path: Path, only: str | None = None) -> Iterator[tuple[str, str]]:
    """The public functions of a module that take an id and nothing that says whose it is; with that parameter."""
    source = path.read_text() if path.exists() else ""
    module = _Module(ast.parse(source), source.splitlines())
    for node in module.tree.body:
        if not isinstance(node, ast.FunctionDef) or node.name.startswith("_") or only not in (None, node.name):
            continue
        arguments = _arguments(node)
        if module.excused(node):
            continue
        if any(
            argument.arg in ("actor", "workspace_id", "workspace_ids") or _words(argument.annotation) & _SAY_WHOSE
            for argument in arguments
        ):
            continue
        bare = next((argument.arg for argument in arguments if _is_bare(argument)), None)
        if bare is not None:
            yield node.name, bare


def _is_bare(argument: ast.arg) -> bool:
    return (
        argument.arg.endswith(("_id", "_ids"))
        and argument.arg != "workspace_ids"
        and "int" in _words(argument.annotation)
    )


@dataclass
class _Module:
    """A module's top level, with what each name of it is made of."""

    tree: ast.Module
    lines: list[str]
    named: dict[str, ast.stmt] = field(init=False)

    def __post_init__(self) -> None:
        self.named = {name: node for node in self.tree.body for name in _bound(node)}

    def without_workspace(self) -> Iterator[int]:
        """The lines of statements that hold no workspace and say no reason."""
        for node in self.tree.body:
            units = node.body if isinstance(node, ast.ClassDef) else [node]
            for unit in units:
                if not self.excused(unit):
                    yield from self._missing(unit)

    def excused(self, unit: ast.stmt) -> bool:
        """Whether a comment says why this needs no workspace."""
        begin = unit.lineno - 1
        while begin and self.lines[begin - 1].lstrip().startswith("#"):
            begin -= 1
        return any(_REASON.search(line) for line in self.lines[begin : unit.end_lineno])

    def _missing(self, unit: ast.stmt) -> Iterator[int]:
        if not isinstance(unit, ast.FunctionDef):
            if _builds(unit) and not self._holds([unit], set()):
                yield unit.lineno
            return
        values = {arg.arg for arg in _arguments(unit) if _words(arg.annotation) & VALUES}
        for group in _groups(unit):
            line = min((line for part in group for line in _builds(part)), default=None)
            if line is not None and not self._holds(group, values):
                yield line

    def _holds(self, parts: Iterable[ast.AST], values: set[str]) -> bool:
        """Whether these parts, or what they name in this module, hold the workspace."""
        waiting, seen = list(parts), set[str]()
        while waiting:
            part = waiting.pop()
            if any(_is_condition(node, values) for node in ast.walk(part)):
                return True
            for name in _words(part) & self.named.keys() - seen:
                seen.add(name)
                waiting.append(self.named[name])
        return False


def _is_condition(node: ast.AST, values: set[str]) -> bool:
    """Whether a comparison or a call narrows something to a workspace."""
    if isinstance(node, ast.Compare):
        sides = [inner for side in (node.left, *node.comparators) for inner in ast.walk(side)]
        of_value = (
            isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name) and n.value.id in values for n in sides
        )
        return any(_is_workspace_id(inner) or _is_workspace(inner) for inner in sides) or any(of_value)
    if not isinstance(node, ast.Call):
        return False
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if called in HELPERS:
        return True
    if called in _NO_CONDITION:
        return False
    target = [node.func.value] if called == "in_" and isinstance(node.func, ast.Attribute) else []
    given = [*node.args, *(keyword.value for keyword in node.keywords), *target]
    inside = [inner for one in given for inner in (one.args if isinstance(one, ast.Call) else [one])]
    return any(_is_workspace_id(inner) for inner in inside)


def _is_workspace_id(node: ast.AST) -> bool:
    return (isinstance(node, ast.Attribute) and node.attr == "workspace_id") or (
        isinstance(node, ast.Name) and node.id in ("workspace_id", "workspace_ids")
    )


def _is_workspace(node: ast.AST) -> bool:
    """Whether this is `workspace.c`."""
    return ast.dump(node) == _WORKSPACE_COLUMNS


_WORKSPACE_COLUMNS = ast.dump(ast.parse("workspace.c", mode="eval").body)


def _groups(function: ast.FunctionDef) -> list[list[ast.stmt]]:
    """The simple statements of a function, those together that pass a local name on to one another."""
    groups: list[tuple[set[str], list[ast.stmt]]] = []
    simple = [node for node in ast.walk(function) if isinstance(node, ast.stmt) and not isinstance(node, _COMPOUND)]
    heads = [ast.Expr(value, lineno=value.lineno) for node in ast.walk(function) for value in _head(node)]
    local = {name for part in simple for name in _bound(part)}
    for part in [*simple, *heads]:
        names, parts = _words(part) & local, [part]
        rest = []
        for known, others in groups:
            if known & names:
                names, parts = names | known, [*others, *parts]
            else:
                rest.append((known, others))
        groups = [*rest, (names, parts)]
    return [parts for _, parts in groups]


_COMPOUND = (ast.FunctionDef, ast.If, ast.For, ast.While, ast.With, ast.Try, ast.Match)


def _head(node: ast.AST) -> list[ast.expr]:
    """The expression that a compound statement begins with."""
    if isinstance(node, ast.If | ast.While):
        return [node.test]
    if isinstance(node, ast.For):
        return [node.iter]
    return [item.context_expr for item in node.items] if isinstance(node, ast.With) else []


def _builds(node: ast.AST) -> list[int]:
    """The lines on which a statement is begun."""
    calls = (inner for inner in ast.walk(node) if isinstance(inner, ast.Call))
    return [call.lineno for call in calls if isinstance(call.func, ast.Name) and call.func.id in _BUILDS]


def _bound(node: ast.AST) -> set[str]:
    """The names that a statement gives."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _words(node: ast.AST | None) -> set[str]:
    return set() if node is None else {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def _arguments(function: ast.FunctionDef) -> list[ast.arg]:
    return [*function.args.args, *function.args.kwonlyargs]


def _paths(root: Path, patterns: Iterable[str]) -> list[Path]:
    return sorted({path for pattern in patterns for path in root.glob(pattern)})


def _name(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()


def main() -> int:
    """Print what is found; 1 if anything is."""
    found = check()
    for finding in found:
        print(finding)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
