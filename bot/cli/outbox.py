"""`proofline outbox …`: look after the messages that must reach Slack."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.common import database, now

if TYPE_CHECKING:
    from bot.outbox.types import State

outbox = typer.Typer(help="Look after the messages that must reach Slack.", no_args_is_help=True)


@outbox.command("list")
def outbox_list(
    state: Annotated[
        list[str] | None, typer.Option(help="waiting, parked, sending, sent, dead or dropped; may be given often.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
) -> None:
    """List messages: those that are open or dead, if no state is given."""
    from bot.cli import terminal
    from bot.outbox import admin as outbox_admin

    with database(ready=True) as source, source.reading() as session:
        rows = outbox_admin.listed(session, _states(state or ()), limit)
    if not rows:
        terminal.say("No such messages.")
        return
    cells = [
        (row.id, row.state, row.key, row.channel, f"{row.due_at:%Y-%m-%d %H:%M} UTC", row.attempts, row.note)
        for row in rows
    ]
    terminal.table(("id", "state", "message", "to", "due", "attempts", "note"), cells)


@outbox.command("show")
def outbox_show(message: Annotated[int, typer.Argument(help="Its id.")]) -> None:
    """Show everything about one message."""
    from bot.cli import terminal
    from bot.outbox import admin as outbox_admin

    with database(ready=True) as source, source.reading() as session:
        terminal.table(("", ""), outbox_admin.shown(session, message).items())


@outbox.command("retry")
def outbox_retry(
    messages: Annotated[list[int] | None, typer.Argument(help="Their ids.")] = None,
    all_dead: Annotated[bool, typer.Option("--all-dead", help="Every message that Slack refused for good.")] = False,
) -> None:
    """Send messages again that are dead, dropped or waiting for their next try."""
    from bot.cli import terminal
    from bot.outbox import admin as outbox_admin

    with database(ready=True) as source, source.begin() as session:
        chosen = [*(messages or ()), *(outbox_admin.dead(session) if all_dead else ())]
        if not chosen and not all_dead:
            raise typer.BadParameter("say which: ids, or --all-dead", param_hint="MESSAGES")
        for message in chosen:
            outbox_admin.retry(session, message)
    terminal.say(f"{len(chosen)} will be sent again." if chosen else "Nothing is dead.")


@outbox.command("drop")
def outbox_drop(
    messages: Annotated[list[int], typer.Argument(help="Their ids.")],
    why: Annotated[str, typer.Option(help="The reason; it is kept with the message.")],
) -> None:
    """Give messages up, with a reason."""
    from bot.cli import terminal
    from bot.outbox import admin as outbox_admin

    with database(ready=True) as source, source.begin() as session:
        for message in messages:
            outbox_admin.drop(session, message, why, now())
    terminal.say(f"{len(messages)} dropped.")


def _states(words: Sequence[str]) -> list[State]:
    from bot.outbox.types import State

    unknown = [word for word in words if word not in tuple(State)]
    if unknown:
        raise typer.BadParameter(f"{unknown[0]} is none of {', '.join(State)}", param_hint="--state")
    return [State(word) for word in words]
