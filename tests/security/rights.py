"""Who may do what: the matrix that docs/security.md shows. `python -m tests.security.rights` writes it there anew.

Every operation that takes an id (`operations.py`) is called in each role, on rows of the actor's own workspace, in a
savepoint that is rolled back.
"""

from __future__ import annotations

import inspect
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.app.actor import Actor, UserError
from bot.store import ledger, members, schema
from bot.store.engine import Database
from bot.store.entities import Entity
from bot.store.members import SlackUser
from tests.security.operations import Operation, operations
from tests.support.factory import add_workspace
from tests.support.two_workspaces import NOW, Filled, fill

PAGE = Path(__file__).parents[2] / "docs" / "security.md"
BEGIN, END = "<!-- rights: written by tests/security/rights.py -->", "<!-- end of rights -->"
ROLES = ("guest", "stranger", "member", "owner", "deputy", "holder", "manager", "other manager", "admin")
RIGHTS = frozenset(
    {
        "app.not_a_member",
        "app.not_your_account",
        "app.not_your_portfolio",
        "confirmations.had_the_account",
        "confirmations.only_manager_or_admin",
        "confirmations.team_may_not_vouch",
        "evidence.spot_check_of_another",
        "gaps.not_yours",
        "imports.only_admins",
        "meetings.draft_gone",
        "meetings.meeting_of_another",
        "packet.only_the_manager",
        "plan.review_not_yours",
        "portfolios.not_an_admin",
        "workspace.only_admins",
    }
)
"""The refusals that are about who asks, and not about what is asked."""


def people(session: Session, filled: Filled) -> Mapping[str, Actor]:
    """One actor in each role towards the workspace's one account, its portfolio and its risk."""
    actors = {}
    for number, role in enumerate(ROLES):
        outside = role in ("guest", "stranger")  # Slack's guests, and people of another organisation, are kept alike
        user = SlackUser(f"U0R{number}", role, None, "Europe/Berlin", is_admin=role == "admin", is_guest=outside)
        actors[role] = Actor(members.remember(session, filled.workspace_id, user), "test")
    by, ids = filled.admin.author, filled.ids

    def change(entity: Entity, **values: int) -> None:
        row = ids[entity.value]
        ledger.change(session, by, entity, row, NOW, why=None, only_if=None, **values)

    change(Entity.ACCOUNT, owner_id=actors["owner"].member.id, deputy_id=actors["deputy"].member.id)
    change(Entity.PORTFOLIO, manager_id=actors["manager"].member.id)
    change(Entity.PROMPT, member_id=actors["owner"].member.id)
    change(Entity.RISK, owner_id=actors["holder"].member.id)
    mine = schema.draft.c.id == ids["draft"]
    session.execute(update(schema.draft).where(mine).values(member_id=actors["owner"].member.id))
    other: dict[str, Any] = {"workspace_id": filled.workspace_id, "name": "Another", "tz": "UTC"}
    ledger.add(session, by, Entity.PORTFOLIO, NOW, **other, manager_id=actors["other manager"].member.id)
    return actors


def may(session: Session, filled: Filled, actor: Actor, operation: Operation) -> bool:
    """Whether this actor is not refused for who they are."""
    savepoint = session.begin_nested()
    try:
        operation.call(session, actor, **operation.arguments(lambda _path, entity: filled.ids[entity]))
    except UserError as error:
        return error.code.value not in RIGHTS
    finally:
        savepoint.rollback()
    return True


def matrix(database: Database) -> dict[str, dict[str, bool]]:
    """For each operation, each role: may they?"""
    with database.session() as session:
        filled = fill(session, 1, "Quillon")
        actors = people(session, filled)
        return {
            operation.name: {role: may(session, filled, actor, operation) for role, actor in actors.items()}
            for operation in operations()
        }


def as_markdown(rights: Mapping[str, Mapping[str, bool]]) -> str:
    """The matrix as a table, one row an operation."""
    does = {operation.name: _does(operation) for operation in operations()}
    lines = [f"| operation | what it does | {' | '.join(ROLES)} |", "|---|---|" + "---|" * len(ROLES)]
    for name, by_role in rights.items():
        marks = " | ".join("yes" if by_role[role] else "–" for role in ROLES)
        lines.append(f"| `{name}` | {does[name]} | {marks} |")
    return "\n".join(lines)


def _does(operation: Operation) -> str:
    first = (inspect.getdoc(operation.call) or "").split("\n\n")[0].replace("\n", " ").replace("|", "/")
    return first.split(". ")[0].rstrip(".")


def main() -> int:
    """Write the matrix into the page."""
    from bot.store.admin.migrations import upgrade

    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/rights.sqlite3")
        upgrade(database)
        add_workspace(database)
        table = as_markdown(matrix(database))
        database.dispose()
    text = PAGE.read_text("utf-8")
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    PAGE.write_text(f"{head}{BEGIN}\n{table}\n{END}{tail}", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
