"""Deletes finished messages of the outbox after a while, so that it does not grow without end.

The ledger and its history tell what happened and stay whole; a row of the outbox is only the evidence of a delivery,
and what updates and replies of the same message find by its key. So a message goes when it has been sent or dropped for
longer than the retention, nothing points at it any more, and its key is never asked for again:

Each kind of message says what becomes of its posts and updates (`Retention`, declared with its `MessageKind`):

- Updates and replies go: their keys name the one moment or line they tell.
- Messages of a moment, a day or a month go: when they are looked up their key names the present day or month. The
  shortest retention that the settings take, 31 days, is longer.
- Prompts go once they are no longer open. They are put with the prompt's id, once, and nothing opens a prompt again. An
  answer that is edited later still than the retention changes the ledger, but not the message of long ago.

Whatever else there is stays:

- Posts that are looked up at any time: a closed risk may be reopened, assigned or become worse; then its message is
  updated, and without its row it would be told a second time.
- Dead messages: a person has to see them. What an open or a dead message replies to or changes stays with it.
- Messages of a kind that nobody declares.

What stays is at most two messages a risk and one an action, far fewer than meetings bring.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, Select, bindparam, cast, delete, exists, func, or_, select
from sqlalchemy import literal_column as literally
from sqlalchemy.orm import Session

from bot.domain.enums import PromptState
from bot.outbox.types import Op
from bot.store import serving
from bot.store.engine import db_now
from bot.store.json_rows import in_workspaces
from bot.store.schema import prompt
from bot.store.schema.outbox import outbox
from bot.store.types import UtcDateTime

BATCH = 500


class Posts(Enum):
    """Whether and when the finished posts of a kind are deleted."""

    STAY = auto()
    GO = auto()
    GO_AS_REPLIES = auto()
    """They stand in a thread, so they go before the posts that they reply to."""
    GO_WITH_PROMPT = auto()
    """They go once the prompt that they ask about is no longer open."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Finished messages of this kind and op go; those `of_a_prompt` only once the prompt is no longer open.

    What points at other messages has an earlier `turn`, so that one round lets both go.
    """

    kind: str
    op: Op
    turn: int
    of_a_prompt: bool = False


@dataclass(frozen=True, slots=True)
class Retention:
    """When the finished messages of a kind may go; `updated` tells that its posts are changed by updates, which go."""

    posts: Posts
    updated: bool = False

    def rules(self, kind: str) -> list[Rule]:
        """What goes of the kind of this name."""
        rules = [Rule(kind, Op.UPDATE, 0)] if self.updated else []
        if self.posts is Posts.GO_WITH_PROMPT:
            rules.append(Rule(kind, Op.POST, 3, of_a_prompt=True))
        elif self.posts is not Posts.STAY:
            rules.append(Rule(kind, Op.POST, 1 if self.posts is Posts.GO_AS_REPLIES else 2))
        return rules


def prune(rules: Sequence[Rule], retention: timedelta, session: Session, now: datetime) -> bool:
    """Let up to `BATCH` messages go that have been over for `retention`; returns whether there were any.

    A batch is of one kind, which one index finds; `now` and the retention are business time.
    """
    before, at = now - retention, db_now(session)
    return any(
        delete_some(
            session,
            rule.kind,
            rule.op.value,
            before,
            at=at,
            limit=BATCH,
            spare_open_prompts=rule.of_a_prompt,
        )
        for rule in rules
    )


# No sender holds a row for as long, by the database's clock; the clock of the demo and of tests may leap over months.
_IN_HANDS = timedelta(days=1)

_row, _any, _child = outbox.c, outbox.alias("any_row"), outbox.alias("child")
_BEFORE = bindparam("before", type_=UtcDateTime)
# Written out, not bound: SQLite uses a partial index only when it sees the values.
_OVER = _row.state.in_([literally("'sent'"), literally("'dropped'")]) & (_row.finished_at < _BEFORE)


def _no_row_points_at_it(column: ColumnElement[Any]) -> ColumnElement[bool]:
    # within: what replies to a row or changes it is of the same workspace
    return ~exists(select(_child.c.id).where(column == _row.id).correlate(outbox))


_ALONE = _no_row_points_at_it(_child.c.thread_id) & _no_row_points_at_it(_child.c.target_id)
_PROMPT_IS_OPEN = exists().where(
    prompt.c.id == cast(_row.args["prompt_id"].as_string(), BigInteger), prompt.c.state == PromptState.OPEN
)
# all workspaces: the database gives ids across them
_NEWEST = select(func.max(_any.c.id)).scalar_subquery()
_FIND: Select[Any] = (
    select(_row.id)
    .where(
        _row.kind == bindparam("kind"),
        _row.op == bindparam("op"),
        _OVER,
        in_workspaces(_row.workspace_id),
        or_(_row.claimed_at.is_(None), _row.claimed_at < bindparam("left", type_=UtcDateTime)),
        # SQLite would give the newest row's id to the next one, and a late sender take that for its own.
        _row.id < _NEWEST,
        _ALONE,
    )
    .order_by(_row.finished_at)
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(skip_locked=True, of=outbox)
)
_FIND_OF_CLOSED_PROMPT = _FIND.where(~_PROMPT_IS_OPEN)
# within: `_FIND` has found and locked them. Asked again under the lock: a reply may have been put between.
_DELETE = delete(outbox).where(_row.id.in_(bindparam("ids", expanding=True, type_=Integer)), _OVER, _ALONE)


def delete_some(
    session: Session,
    kind: str,
    op: str,
    before: datetime,
    *,
    at: datetime,
    limit: int,
    spare_open_prompts: bool = False,
) -> int:
    """Delete up to `limit` messages of this kind and op that were over `before` (business time); returns how many.

    `at` is the moment by the database's clock. One stays while any row, open or not, replies to it or changes it. Rows
    that somebody else has locked are skipped.
    """
    values = {"kind": kind, "op": op, "before": before, "left": at - _IN_HANDS, "limit": limit}
    values["workspaces"] = serving.workspaces_of(session)
    find = _FIND_OF_CLOSED_PROMPT if spare_open_prompts else _FIND
    ids = list(session.execute(find, values).scalars())
    if not ids:
        return 0
    return session.connection().execute(_DELETE, {"ids": ids, "before": before}).rowcount
