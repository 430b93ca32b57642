"""Nobody changes a rule without saying whether it comes to something else: kept summaries depend on it."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable
from pathlib import Path

import bot.domain.portfolio.account_summary
from bot.domain import rules_version

ROOT = Path(bot.__file__).parents[1]


def test_a_changed_rule_has_a_new_version() -> None:
    now = fingerprint(rule_files())
    assert now == rules_version.RULES_SOURCE, (
        "The source of the rules has changed. If an account can come to another figure, date or sentence than before, "
        f"raise RULES_VERSION (now {rules_version.RULES_VERSION!r}) in bot/domain/rules_version.py, so that kept "
        f'summaries are worked out anew. In either case set RULES_SOURCE = "{now}" there.'
    )


def test_the_rules_are_all_that_a_summary_is_made_of() -> None:
    names = {str(path.relative_to(ROOT / "bot/domain")) for path in rule_files()}
    assert {"proof/grading.py", "proof/in_force.py", "account/dangers.py", "facts.py", "values/money.py"} <= names
    assert "rules_version.py" not in names


def test_a_summary_keeps_no_words() -> None:
    names = {str(path.relative_to(ROOT / "bot/domain")) for path in rule_files()}
    assert not {"labels.py", "values/text.py"} & names


def test_words_about_the_code_do_not_count(tmp_path: Path) -> None:
    file = tmp_path / "rule.py"
    file.write_text('"""A rule."""\nLIMIT = 3\n"""How many."""\n\ndef rule(a: int) -> bool:\n    return a > LIMIT\n')
    before = fingerprint([file])
    file.write_text('LIMIT = 3  # three\n\ndef rule(a: int) -> bool:\n    """Says so."""\n    return (a > LIMIT)\n')
    assert fingerprint([file]) == before
    file.write_text("LIMIT = 3\n\ndef rule(a: int) -> bool:\n    return a >= LIMIT\n")
    assert fingerprint([file]) != before


def rule_files() -> list[Path]:
    """Every file that `account_summary` imports, directly or through others."""
    waiting = [Path(bot.domain.portfolio.account_summary.__file__)]
    found: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += imported(path)
    return sorted(found)


def imported(path: Path) -> Iterable[Path]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("bot."):
            folder = ROOT.joinpath(*node.module.split("."))
            candidates = [folder.with_suffix(".py"), *(folder / f"{alias.name}.py" for alias in node.names)]
            yield from (candidate for candidate in candidates if candidate.exists())


def fingerprint(paths: Iterable[Path]) -> str:
    trees = [shape(ast.parse(path.read_text("utf-8"))) for path in paths]
    return hashlib.sha256(repr(trees).encode()).hexdigest()[:32]


def shape(node: object) -> object:
    """The code without comments and docstrings, written the same by every version of Python."""
    if isinstance(node, list):
        return [shape(one) for one in node if not is_docstring(one)]
    if not isinstance(node, ast.AST):
        return node
    parts = ((name, shape(value)) for name, value in ast.iter_fields(node))
    return type(node).__name__, [(name, part) for name, part in parts if part not in (None, [])]


def is_docstring(node: object) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
