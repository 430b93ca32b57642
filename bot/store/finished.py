"""Messages of the outbox that are over (sent or dropped, not dead), and letting old ones go."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, Select, bindparam, cast, delete, exists, func, or_, select
from sqlalchemy import literal_column as literally
from sqlalchemy.orm import Session

from bot.domain.words import PromptState
from bot.store.delivery import outbox
from bot.store.schema import prompt
from bot.store.types import UtcDateTime

# No sender holds a row for as long, by the database's clock; the clock of the demo and of tests may leap over months.
_IN_HANDS = timedelta(days=1)

_row, _any, _child = outbox.c, outbox.alias("any_row"), outbox.alias("child")
_BEFORE = bindparam("before", type_=UtcDateTime)
# Written out, not bound: SQLite uses a partial index only when it sees the values.
_OVER = _row.state.in_([literally("'sent'"), literally("'dropped'")]) & (_row.finished_at < _BEFORE)


def _no_row_points_at_it(column: ColumnElement[Any]) -> ColumnElement[bool]:
    return ~exists(select(_child.c.id).where(column == _row.id).correlate(outbox))


_ALONE = _no_row_points_at_it(_child.c.thread_id) & _no_row_points_at_it(_child.c.target_id)
_PROMPT_IS_OPEN = exists().where(
    prompt.c.id == cast(_row.args["prompt_id"].as_string(), BigInteger), prompt.c.state == PromptState.OPEN
)
_FIND: Select[Any] = (
    select(_row.id)
    .where(
        _row.kind == bindparam("kind"),
        _row.op == bindparam("op"),
        _OVER,
        or_(_row.claimed_at.is_(None), _row.claimed_at < bindparam("left", type_=UtcDateTime)),
        # SQLite would give the newest row's id to the next one, and a late sender take that for its own.
        _row.id < select(func.max(_any.c.id)).scalar_subquery(),
        _ALONE,
    )
    .order_by(_row.finished_at)
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(skip_locked=True, of=outbox)
)
_FIND_OF_CLOSED_PROMPT = _FIND.where(~_PROMPT_IS_OPEN)
# Asked again under the lock: a reply may have been put between the look and the lock.
_DELETE = delete(outbox).where(_row.id.in_(bindparam("ids", expanding=True, type_=Integer)), _OVER, _ALONE)


def delete_some(
    session: Session,
    kind: str,
    op: str,
    before: datetime,
    at: datetime,
    limit: int,
    *,
    spare_open_prompts: bool = False,
) -> int:
    """Delete up to `limit` messages of this kind and op that were over `before` (business time); returns how many.

    `at` is the moment by the database's clock. One stays while any row, open or not, replies to it or changes it. Rows
    that somebody else has locked are skipped.
    """
    values = {"kind": kind, "op": op, "before": before, "left": at - _IN_HANDS, "limit": limit}
    find = _FIND_OF_CLOSED_PROMPT if spare_open_prompts else _FIND
    ids = list(session.execute(find, values).scalars())
    if not ids:
        return 0
    return session.connection().execute(_DELETE, {"ids": ids, "before": before}).rowcount
