"""The tenancy lint: what it finds, what it lets pass, and that the tree has nothing for it to find."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.tenancy_lint import bare_ids, check, statements

FOUND = {
    "by a bare id": """
def by_id(session, risk_id):
    return session.execute(select(risk).where(risk.c.id == risk_id)).one_or_none()
""",
    "a workspace that is only selected": """
def of(session, risk_id):
    return session.execute(select(risk.c.workspace_id).where(risk.c.id == risk_id))
""",
    "a constant": """
_BY_ID = select(risk).where(risk.c.id == bindparam("wanted"))
""",
    "an update": """
def close(session, risk_id):
    ours = risk.c.id == risk_id
    session.execute(update(risk).where(ours).values(closed=True))
""",
    "a delete beside a select that holds it": """
def clear(session, workspace_id, risk_id):
    found = session.execute(select(risk).where(risk.c.workspace_id == workspace_id)).all()
    session.execute(delete(note).where(note.c.risk_id == risk_id))
    return found
""",
    "an insert from a select": """
def copy(session):
    session.execute(insert(note).from_select(["id"], select(risk.c.id)))
""",
    "a condition of an if": """
def has(session, risk_id):
    if session.execute(select(risk).where(risk.c.id == risk_id)).first():
        return True
""",
    "a method": """
class Book:
    def load(self, session, ids):
        return session.execute(select(risk).where(risk.c.id.in_(ids)))
""",
    "a comment without a reason": """
def by_id(session, risk_id):
    # within:
    return session.execute(select(risk).where(risk.c.id == risk_id))
""",
}

PASSES = {
    "a comparison": """
def by_id(session, workspace_id, risk_id):
    ours = (risk.c.workspace_id == workspace_id) & (risk.c.id == risk_id)
    return session.execute(select(risk).where(ours)).one_or_none()
""",
    "an entity's condition": """
def by_id(session, workspace_id, risk_id):
    statement = select(risk).where(risk.c.id == risk_id)
    return session.execute(statement.where(Entity.RISK.in_workspace(workspace_id)))
""",
    "several workspaces": """
def by_ids(session, workspace_ids, ids):
    return session.execute(select(risk).where(risk.c.workspace_id.in_(workspace_ids), risk.c.id.in_(ids)))
""",
    "a condition of the module": """
def _inside(workspace_id, portfolio_id):
    return (account.c.workspace_id == workspace_id) & (account.c.portfolio_id == portfolio_id)

_OURS = account.c.workspace_id == bindparam("workspace")
_BY_ID = select(account).where(_OURS)

def of_portfolio(session, workspace, portfolio_id):
    return session.execute(select(account).where(_inside(workspace, portfolio_id)))
""",
    "a value of the store": """
def risks_of(session, of: Account):
    return session.execute(select(risk).where(risk.c.account_id == of.id))
""",
    "a workspace by its team": """
def id_of(session, team_id):
    return session.execute(select(workspace.c.id).where(workspace.c.team_id == team_id))
""",
    "a reason": """
def next_due(session, now):
    # all workspaces: the clock opens what is due wherever it is
    return session.execute(select(risk).where(risk.c.due_at <= now))

# within: due holds the rows
_ADVANCE = update(risk).where(risk.c.id == bindparam("of"))
""",
    "a whole module": """
# all workspaces, whole module: it measures the installation

def depth(session):
    return session.execute(select(func.count()).select_from(risk))
""",
}


@pytest.mark.parametrize("source", FOUND.values(), ids=FOUND)
def test_a_statement_without_workspace_is_found_with_its_line(source: str) -> None:
    (finding,) = statements(source, "queries.py")
    assert str(finding).startswith(f"queries.py:{finding.line}: ")
    line = source.splitlines()[finding.line - 1]
    assert any(word in line for word in ("select(", "update(", "delete("))


@pytest.mark.parametrize("source", PASSES.values(), ids=PASSES)
def test_a_statement_that_holds_its_workspace_or_says_why_not_passes(source: str) -> None:
    assert statements(source, "queries.py") == []


def test_a_listener_reaches_no_function_that_takes_a_bare_id(tmp_path: Path) -> None:
    store = tmp_path / "bot" / "store"
    store.mkdir(parents=True)
    (store / "risks.py").write_text(
        "def by_id(session, risk_id: int | None): ...\n"
        "def in_workspace(session, workspace_id: int, risk_id: int): ...\n"
        "def by_actor(session, actor, risk_id: int): ...\n"
        "def by_slack(session, slack_id: str): ...\n"
        "def _of(session, risk_id: int): ...\n"
        "# within: it reads nothing\n"
        "def excused(session, risk_id: int): ...\n"
    )
    by_module = bare_ids("from bot.store import risks\n", "slack.py", tmp_path)
    by_alias = bare_ids("import bot.store.risks as rows\n", "slack.py", tmp_path)
    by_name = bare_ids("from bot.store.risks import by_id, in_workspace\n", "slack.py", tmp_path)
    assert [str(finding) for finding in by_module] == [str(finding) for finding in by_name]
    assert [str(finding) for finding in by_module] == [str(finding) for finding in by_alias]
    assert [finding.what.partition(" takes ")[0] for finding in by_module] == ["by_id"]


@pytest.mark.parametrize("folder", ["app", "outbox", "store", "features"])
def test_an_id_in_any_place_and_of_any_layer_is_found(tmp_path: Path, folder: str) -> None:
    module = tmp_path / "bot" / folder / "rows.py"
    module.parent.mkdir(parents=True)
    module.write_text("def lock(session, now, *, risk_ids: Iterable[int]): ...\n")
    assert len(bare_ids(f"from bot.{folder} import rows\n", "slack.py", tmp_path)) == 1


def test_the_tree_is_clean() -> None:
    assert [str(finding) for finding in check()] == []
