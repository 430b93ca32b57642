"""Names in the digest what people and files moved: renewals, ARR, stages, worth at the sale, dates of promises, starts
of contracts and first wins; and who at the customer was made economic buyer, finance or champion.

What the bridge counts stands there as well, without who did it. What was unknown before is news and no move; what came
back to where it was by the digest is not named. A promise that is settled and made anew is moved as by editing its
date; both stand in the message to the manager as well, under the name of who did it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from bot.app.digest_lines import DigestLines, DigestSpan, OwnerLine
from bot.domain.enums import Part, Stage
from bot.domain.labels import labels
from bot.domain.proof.acceptance import ACCEPTERS
from bot.domain.values.money import money
from bot.features.portfolios import queries
from bot.features.portfolios.phrases import PortfolioPhrase
from bot.phrases import say
from bot.store import moves
from bot.store.moves import Moved, MoveKind

_SHOWN = 200
_OF_MANAGER = 8


def hand_moves(session: Session, span: DigestSpan) -> DigestLines:
    """A line for each thing that was moved since the last digest; nothing in the first."""
    if span.since is None:
        return DigestLines()
    found = moves.moves_since(session, span.workspace_id, span.portfolio_id, span.since, span.now)
    told = [(move, text) for move in found if (text := _text(move)) is not None]
    if not told:
        return DigestLines()
    lines = tuple(_named(session, span, told[:_SHOWN]))
    return DigestLines(
        thread=((say(PortfolioPhrase.MOVED_TITLE, many=len(told)), lines),),
        of_owners=_of_promises(told[:_SHOWN], [name for name, _ in lines]),
    )


def _of_promises(
    told: Sequence[tuple[Moved, str]], names: Sequence[str]
) -> tuple[tuple[str, tuple[OwnerLine, ...]], ...]:
    """The dates of promises that were moved, by who moved them."""
    lines = [
        OwnerLine(move.who_id or 0, say(PortfolioPhrase.PROMISE_MOVED, account=name, text=text))
        for (move, text), name in zip(told, names, strict=True)
        if move.kind in (MoveKind.PROMISE, MoveKind.SETTLED)
    ]
    title = say(PortfolioPhrase.PROMISES_MOVED_TITLE, many=len(lines))
    return ((title, tuple(lines[:_OF_MANAGER])),) if lines else ()


def _named(session: Session, span: DigestSpan, told: Sequence[tuple[Moved, str]]) -> Iterator[tuple[str, str]]:
    names = queries.account_names(session, span.workspace_id, sorted({move.account_id for move, _ in told}))
    for move, text in told:
        yield names.get(move.account_id, ""), text


def _text(move: Moved) -> str | None:
    """The sentence of a move; None for what is none."""
    facts = _FACTS[move.kind](move)
    if facts is None:
        return None
    return say(
        PortfolioPhrase.MOVED,
        kind=move.kind.value,
        who=move.who,
        file=move.file,
        why=facts.get("why"),
        title=facts.get("title"),
        before=facts["before"],
        after=facts["after"],
        times=facts.get("times"),
        first=facts.get("first"),
        how=facts.get("how"),
        instead=facts.get("instead"),
    )


def _renewal(move: Moved) -> dict[str, Any] | None:
    return _days(move, "renewal_date")


def _promise(move: Moved) -> dict[str, Any] | None:
    row, days = move.row, _days(move, "due_on")
    return days and {"title": row["text"], "times": row["times_moved"], "first": row["first_due_on"], **days}


def _settled(move: Moved) -> dict[str, Any] | None:
    """A promise that was settled: how, and for which day it is promised now, and as what."""
    if move.again is None:
        return None
    one, instead = move.again.promise, move.again.instead
    named = {"title": one.text, "how": one.state, "before": one.due_on, "after": instead and instead.due_on}
    return {**named, "instead": instead.text if instead is not None else None}


def _days(move: Moved, column: str) -> dict[str, Any] | None:
    before, after = move.was(column), move.row[column]
    was = date.fromisoformat(before) if isinstance(before, str) else before
    return {"before": was, "after": after} if was is not None and was != after else None


def _started(move: Moved) -> dict[str, Any] | None:
    return _days(move, "contract_start")


def _first_win(move: Moved) -> dict[str, Any] | None:
    return _days(move, "first_win_on")


def _part(move: Moved) -> dict[str, Any] | None:
    """The parts that somebody got of those who can accept and carry: only our side says so."""
    gained = _parts(move.row["part"], move.row["other_parts"]) - _parts(move.was("part"), move.was("other_parts"))
    told = [part for part in ACCEPTERS if part in gained]
    return {"title": move.row["name"], "before": None, "after": labels(told)} if told else None


def _parts(part: str | None, others: Sequence[str] | str | None) -> set[Part]:
    """The parts of a row, or of a line of history, which keeps them with commas."""
    further = others.split(",") if isinstance(others, str) else others or ()
    return {Part(one) for one in (part, *further) if one}


def _arr(move: Moved) -> dict[str, Any] | None:
    before = money(move.was("arr_minor"), move.was("currency"))
    after = money(move.row["arr_minor"], move.row["currency"])
    return {"before": before, "after": after} if before is not None and before != after else None


def _worth(move: Moved) -> dict[str, Any] | None:
    """What was promised at the sale, where it was taken away, made less, or put into another currency."""
    before = money(move.was("promised_minor"), move.was("currency"))
    after = money(move.row["promised_minor"], move.row["currency"])
    if before is None or (after is not None and after.currency == before.currency and after.minor >= before.minor):
        return None
    return {"title": move.row["title"], "before": before, "after": after}


def _stage(move: Moved) -> dict[str, Any] | None:
    """A stage that somebody holds by hand; one that was released is the ledger's again."""
    if not move.row["stage_reason"]:
        return None
    before, after = Stage(move.was("stage")), move.row["stage"]
    return {"before": before if before is not after else None, "after": after, "why": move.row["stage_reason"]}


_FACTS: Mapping[MoveKind, Callable[[Moved], dict[str, Any] | None]] = {
    MoveKind.RENEWAL: _renewal,
    MoveKind.ARR: _arr,
    MoveKind.STAGE: _stage,
    MoveKind.WORTH: _worth,
    MoveKind.PROMISE: _promise,
    MoveKind.SETTLED: _settled,
    MoveKind.STARTED: _started,
    MoveKind.FIRST_WIN: _first_win,
    MoveKind.PART: _part,
}
