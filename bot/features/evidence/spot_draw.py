"""The draw of a digest's spot checks, what it sends, and what the digest says of those before.

It is worked out with the digest, which only reads, and kept in the transaction that opens it. The seed is the digest's
portfolio and moment, which the digest keeps: who knows the pieces can draw them again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from bot.app import hours
from bot.app.digest_lines import DigestLines, DigestSpan, FollowUp
from bot.app.hand_overs import HAD_IT
from bot.app.reviewers import reviewer
from bot.domain.enums import CheckVerdict
from bot.domain.model import Account
from bot.domain.portfolio import spot_check
from bot.domain.portfolio.spot_check import NewPieces
from bot.domain.values import days, working_hours
from bot.domain.values.days import shift_moment
from bot.features.evidence import queries
from bot.features.evidence.phrases import EvidencePhrase
from bot.features.evidence.queries import Drawable, SpotCheck
from bot.outbox.queue import put
from bot.outbox.types import Destination, Outgoing
from bot.phrases import say
from bot.store import accounts, members, portfolios
from bot.store.entities import Entity, row_of
from bot.store.hand_overs import had_account_at
from bot.store.members import Member

SPOT_CHECK = "spot_check"
"""The name of the kind of message."""
_TRIED = 20
"""For how many pieces somebody to ask is looked for before the draw ends."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A piece that is drawn, its account, and who is asked to look."""

    piece: Drawable
    account: Account
    asked: Member


def draw_spot_checks(session: Session, span: DigestSpan, pieces: NewPieces) -> FollowUp:
    """Draw two of the pieces that newly count, and tell how earlier draws went."""
    since = shift_moment(span.now, -spot_check.NOT_AGAIN)
    before = queries.spot_checks_since(session, span.workspace_id, span.portfolio_id, since)
    drawn, nobody = _drawn(session, span, pieces, before)

    def write(writer: Session, digest_id: int) -> None:
        for one in drawn:
            by, piece_id = one.asked.id, one.piece.evidence_id
            queries.add_spot_check(writer, one.account, piece_id, span.now, digest_id=digest_id, asked=by)
        for asked in {one.asked.id: one.asked for one in drawn}.values():
            _put(writer, asked, digest_id, span.now)

    return FollowUp(_lines(session, span, before, nobody), write)


def _drawn(
    session: Session, span: DigestSpan, pieces: NewPieces, before: Sequence[SpotCheck]
) -> tuple[list[Drawn], int]:
    """What is drawn, and of how many pieces in turn before those nobody can be asked."""
    lately = {one.evidence_id for one in before}
    waiting = {one.evidence_id for one in before if one.check_id is None}
    order = spot_check.draw(pieces, f"{span.portfolio_id}:{span.now.isoformat()}", lately)
    possible = queries.drawable(session, span.workspace_id, [piece.evidence_id for piece in order]) if order else {}
    in_turn = [possible[piece.evidence_id] for piece in order if piece.evidence_id in possible.keys() - waiting]
    by_id = accounts.by_ids(session, span.workspace_id, {piece.account_id for piece in in_turn[:_TRIED]})
    drawn: list[Drawn] = []
    nobody = 0
    for piece in in_turn[:_TRIED]:
        if len(drawn) == spot_check.PER_DIGEST:
            break
        account = by_id.get(piece.account_id)
        asked = None if account is None else _asked(session, account, piece)
        if account is not None and asked is not None:
            drawn.append(Drawn(piece, account, asked))
        else:
            nobody += 1
    return drawn, min(nobody, spot_check.PER_DIGEST - len(drawn))


def _asked(session: Session, account: Account, piece: Drawable) -> Member | None:
    """Who looks: the manager, else who replaces them, but nobody who recorded the piece or had the account lately."""
    since = shift_moment(piece.recorded_at, -HAD_IT)
    out = set() if piece.recorded_by is None else {piece.recorded_by}
    while (who := reviewer(session, account, but=out)) is not None:
        if not had_account_at(session, account, who.id, since):
            return who
        out.add(who.id)
    return None


def _put(session: Session, asked: Member, digest_id: int, now: datetime) -> None:
    message = Outgoing(
        key=queries.SPOT_CHECK_KEY.of(digest_id, asked.id),
        workspace_id=asked.workspace_id,
        kind=SPOT_CHECK,
        channel=asked.slack_id,
        destination=Destination.USER,
        args={"digest_id": digest_id, "asked_id": asked.id},
        due_at=working_hours.at_work(now, hours.week_of(asked)),
    )
    put(session, message, now)


def _lines(session: Session, span: DigestSpan, before: Sequence[SpotCheck], nobody: int) -> DigestLines:
    """What the digest says: the looks since the last one and this quarter, and which nobody has answered."""
    portfolio = portfolios.in_workspace(session, span.workspace_id, span.portfolio_id)
    assert portfolio is not None
    today = days.local(span.now, portfolio.tz).date()
    quarter = _quarter(today)
    answered = [one for one in before if one.at is not None and (span.since is None or one.at > span.since)]
    of_quarter = [one for one in before if one.at and days.local(one.at, portfolio.tz).date() >= quarter]
    of_quarter = [one for one in of_quarter if one.verdict is not CheckVerdict.CANNOT_OPEN]
    drawn_on = {one.id: days.local(one.drawn_at, portfolio.tz).date() for one in before}
    waiting = [one for one in before if one.check_id is None and spot_check.is_overdue(drawn_on[one.id], today)]
    standing = _standing(session, span, waiting)
    waiting = [one for one in waiting if one.evidence_id in standing]
    unlooked = [
        gone for one in before if one.check_id is None and (gone := _taken_back(session, span, one)) is not None
    ]
    told = [*answered, *waiting]
    if not (told or unlooked or of_quarter or nobody):
        return DigestLines()
    line = say(
        EvidencePhrase.SPOT_CHECKS,
        answered=_opened(answered),
        held=_held(answered),
        answered_quarter=_opened(of_quarter),
        held_quarter=_held(of_quarter),
        unopened=len(answered) - _opened(answered),
        waiting=len(waiting),
        taken_back=len(unlooked),
        nobody=nobody,
    )
    lines = *(_line(session, span, one) for one in told), *(_line(session, span, *gone) for gone in unlooked)
    title = say(EvidencePhrase.SPOT_CHECKS_TITLE, many=len(lines))
    thread = ((title, lines),) if lines else ()
    return DigestLines((line,), thread)


def _opened(looks: Sequence[SpotCheck]) -> int:
    return sum(one.verdict is not CheckVerdict.CANNOT_OPEN for one in looks)


def _held(looks: Sequence[SpotCheck]) -> int:
    return sum(one.verdict is CheckVerdict.SHOWS for one in looks)


def _standing(session: Session, span: DigestSpan, waiting: Sequence[SpotCheck]) -> set[int]:
    """The pieces among these that still stand."""
    return set(queries.drawable(session, span.workspace_id, [one.evidence_id for one in waiting])) if waiting else set()


def _quarter(on: date) -> date:
    """The first day of the calendar quarter of a day."""
    return on.replace(month=on.month - (on.month - 1) % 3, day=1)


def _taken_back(session: Session, span: DigestSpan, one: SpotCheck) -> tuple[SpotCheck, int | None] | None:
    """A draw whose piece was withdrawn or replaced since the last digest before anybody looked, and who did that."""
    account = accounts.in_workspace(session, span.workspace_id, one.account_id)
    ended = queries.who_took_back(session, account, one.evidence_id) if account is not None else None
    if ended is None or ended[1] <= max(one.drawn_at, span.since or one.drawn_at):
        return None
    return one, ended[0]


def _line(session: Session, span: DigestSpan, one: SpotCheck, ended_by: int | None = None) -> tuple[str, str]:
    """An account, and what came of a look at a piece of it; `ended_by` took it back before anybody looked."""
    account = accounts.in_workspace(session, span.workspace_id, one.account_id)
    piece = row_of(session, span.workspace_id, Entity.EVIDENCE, one.evidence_id)
    outcome = None if piece is None else row_of(session, span.workspace_id, Entity.OUTCOME, piece["outcome_id"])
    who = members.by_id(session, span.workspace_id, one.member_id if ended_by is None else ended_by)
    text = say(
        EvidencePhrase.SPOT_CHECK,
        verdict=one.verdict,
        who=who.name if who else None,
        outcome=outcome["title"] if outcome else "",
        note=one.note or "",
        taken_back=ended_by is not None,
        replaced=piece is not None and piece["superseded_by"] is not None,
    )
    return account.name if account else "", text
