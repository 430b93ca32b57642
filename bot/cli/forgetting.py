"""`proofline forget …`: delete a person or a workspace, as the law may ask."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.common import database
from bot.cli.errors import Stop

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from bot.store.admin.forget import Somebody

forgetting = typer.Typer(help="Forget a person or a workspace.", no_args_is_help=True)

Team = Annotated[str | None, typer.Option("--workspace", help="Slack team id, when there are several.", metavar="T…")]
Sure = Annotated[bool, typer.Option("--yes", help="Do it; without it the command only says what it would do.")]


@forgetting.command("person")
def forget_person(
    name: Annotated[str, typer.Argument(help="Name or email, as it stands in Proofline.")],
    account: Annotated[str, typer.Option(help="Short name of their account, as in /proof acme.")],
    *,
    workspace: Team = None,
    yes: Sure = False,
) -> None:
    """Forget a person at a customer: name, email and title, in every text about the account and the history."""
    from bot.store.admin import forget

    _forget(lambda session, ours: forget.person_of(session, ours, account, name), workspace, yes)


@forgetting.command("colleague")
def forget_colleague(
    name: Annotated[str, typer.Argument(help="Name, email or Slack id.")], *, workspace: Team = None, yes: Sure = False
) -> None:
    """Forget a colleague who has left, in every text of the workspace and in the history."""
    from bot.store.admin import forget

    _forget(lambda session, ours: forget.colleague_of(session, ours, name), workspace, yes)


@forgetting.command("workspace")
def forget_workspace(
    team: Annotated[str, typer.Argument(help="Its Slack team id, T…", metavar="T…")], *, yes: Sure = False
) -> None:
    """Delete everything about a workspace. Stop the bot first."""
    from bot.cli import terminal
    from bot.store import workspaces
    from bot.store.admin import forget

    with database(ready=True) as source, source.session() as session:
        ours = workspaces.id_of(session, team)
        if ours is None:
            raise Stop(f"There is no workspace {team} here. Give its Slack team id.")
        deleted = forget.forget_workspace(session, ours)
        terminal.table(("table", "rows"), [(name, f"{rows:,}") for name, rows in deleted.items()])
        _keep(session, yes)


def _forget(find: Callable[[Session, int], Somebody], team: str | None, sure: bool) -> None:
    from bot.cli import terminal
    from bot.features.imports import target_workspace
    from bot.store.admin import forget

    with database(ready=True) as source, source.session() as session:
        ours = target_workspace.find(session, team)
        if ours is None:
            raise Stop(
                "There is no workspace here, so there is nobody to forget: check that DATABASE_URL names your database."
            )
        forgotten = forget.forget(session, ours, find(session, ours))
        terminal.table(("table", "rows"), [(name, f"{rows:,}") for name, rows in forgotten.rows.items()])
        _keep(session, sure)


def _keep(session: Session, sure: bool) -> None:
    """Commit if the person is sure, and say what remains to be done."""
    from bot.cli import terminal

    if not sure:
        session.rollback()
        terminal.say("Nothing was changed. Add --yes to do it; it cannot be undone.")
        return
    session.commit()
    terminal.say("Done. Backups, exports and messages in Slack are not changed: delete those yourself.")
