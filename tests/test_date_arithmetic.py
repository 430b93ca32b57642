"""No bare date arithmetic: adding a span to a day or moment that was stored can leave the calendar and raise.

`bot.domain.values.days` has what saturates. The clock's own time may be moved by `+` and `-`: it is today's.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

BOT = Path(__file__).parents[1] / "bot"
ELSEWHERE = ("demo", "outbox", "domain/values/days.py", "domain/values/clock.py", "store/engine.py", "slack/gateway.py")
"""The demo's dates are its own, and delivery knows only the present of clock and database."""
PRESENT = {"now", "at", "today", "parsed"}
"""Names that hold the clock's time, a day of it, or (in `date_phrases`) a day without a year, which is of this one."""
SPANS = {"timedelta", "relativedelta"}


def spans_of(tree: ast.Module) -> set[str]:
    """The constants of a module that hold a span of time."""
    return {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign) and is_call_of_span(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def is_call_of_span(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SPANS


def name_of(node: ast.AST) -> str | None:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else None


def is_span(node: ast.AST, constants: set[str]) -> bool:
    if isinstance(node, ast.IfExp):
        return is_span(node.body, constants) or is_span(node.orelse, constants)
    return is_call_of_span(node) or name_of(node) in constants


def bare(tree: ast.Module, constants: set[str]) -> Iterator[ast.BinOp]:
    """Every sum or difference with a span whose other side is not known to be the present."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
            sides = (node.left, node.right)
            other = [side for side in sides if not is_span(side, constants)]
            if len(other) == 1 and name_of(other[0]) not in PRESENT:
                yield node


def trees() -> dict[str, ast.Module]:
    files = sorted(BOT.rglob("*.py"))
    named = {file.relative_to(BOT).as_posix(): file for file in files}
    return {name: ast.parse(file.read_text("utf-8")) for name, file in named.items() if not name.startswith(ELSEWHERE)}


def test_nothing_adds_a_span_to_a_day_that_may_be_any() -> None:
    modules = trees()
    constants = set().union(*(spans_of(tree) for tree in modules.values()))
    assert {"RENEWAL_WINDOW", "PACKET_GOOD_FOR"} <= constants
    found = [
        f"{name}:{node.lineno} {ast.unparse(node)}" for name, tree in modules.items() for node in bare(tree, constants)
    ]
    assert found == []


def test_the_lint_sees_what_it_must() -> None:
    tree = ast.parse("WEEK = timedelta(7)\na = due_on + WEEK\nb = now - WEEK\nc = x.due_on - timedelta(days=1)")
    assert [node.lineno for node in bare(tree, spans_of(tree))] == [2, 4]
