"""A colleague who neither has the account nor recorded the piece opens its reference, and says what it shows.

Who had the account is checked here at the moment of the press, and kept with the check. Handing an account over to
countersign and taking it back does not work: who owned or deputised it since 90 days before the piece was recorded is
refused as well, by the account's history.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.app import recipients
from bot.app.accounts import row_of
from bot.app.actor import Actor, UserError
from bot.app.assessments import has_begun
from bot.app.hand_overs import HAD_IT
from bot.app.outside_looks import Recorded, look_values, must_be_able_to_look
from bot.app.shown import ShownRow, must_be_as_shown
from bot.domain.enums import CheckKind, CheckVerdict
from bot.domain.model import Account, Evidence, ProofState
from bot.domain.portfolio.rings import rings
from bot.domain.proof.agreements import recorded_at as agreement_at
from bot.domain.proof.in_force import is_withdrawn
from bot.domain.values.days import shift_moment
from bot.features.evidence import queries
from bot.features.evidence.phrases import EvidencePhrase
from bot.features.evidence.record import ENDED
from bot.features.evidence.refusals import EvidenceRefusal
from bot.outbox.queue import put
from bot.outbox.types import Outgoing
from bot.phrases import say
from bot.store import ledger, members
from bot.store.entities import Entity
from bot.store.hand_overs import had_account_at

PAIRS_OVER = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two colleagues who countersign each other's accounts: their names, and how often the first did and the second."""

    one_id: int
    one: str
    other: str
    by_one: int
    by_other: int


def countersign(
    session: Session,
    actor: Actor,
    evidence_id: int,
    verdict: CheckVerdict,
    now: datetime,
    *,
    note: str = "",
    kind: CheckKind = CheckKind.COUNTERSIGN,
) -> int:
    """Record what a colleague saw who opened a piece's reference; returns the account's id.

    `kind` says whether they looked by themselves or on a draw, which is kept even if they said the same before.
    "It does not" needs a note of what it shows, withdraws the piece with that as its reason, and tells the owner.
    """
    account, _ = row_of(session, actor, Entity.EVIDENCE, evidence_id)
    must_be_as_shown(session, actor, account.id, now, ShownRow(Entity.EVIDENCE, evidence_id, ENDED))
    account, row = row_of(session, actor, Entity.EVIDENCE, evidence_id)
    piece = Evidence(**{field.name: row[field.name] for field in fields(Evidence)})
    recorded = Recorded(piece.recorded_by, piece.recorded_at, piece.reference_key)
    must_be_able_to_look(session, actor, account, recorded, (verdict, note))
    if is_withdrawn(piece, has_begun(now)) or piece.superseded_by is not None:
        raise UserError(EvidenceRefusal.NOT_THERE_ANY_MORE)
    repeats = queries.last_verdict(session, evidence_id, actor.member.id) is verdict
    if repeats and kind is CheckKind.COUNTERSIGN:
        return account.id
    values = look_values(session, actor, account, recorded, now) | {
        "evidence_id": evidence_id,
        "kind": kind,
        "verdict": verdict,
        "note": note.strip() or None,
    }
    check_id = ledger.add(session, actor.author, Entity.EVIDENCE_CHECK, now, **values)
    if verdict is CheckVerdict.DOES_NOT:
        _withdraw(session, actor, piece, note.strip(), now)
        _tell_owner(session, account, check_id, now)
    return account.id


@dataclass(frozen=True, slots=True)
class Looker:
    """Who reads a list of evidence, and for which pieces their look would count."""

    member_id: int
    state: ProofState
    is_team: bool
    last_had_it: datetime | None

    @classmethod
    def of(cls, session: Session, actor: Actor, state: ProofState, now: datetime) -> Looker:
        """This reader of an account's evidence."""
        account, member_id = state.account, actor.member.id
        is_team = member_id in (account.owner_id, account.deputy_id)
        recorded = [*(piece.recorded_at for piece in state.evidence), *map(agreement_at, state.terms)]
        oldest = min(recorded, default=now)
        moments = [] if is_team else had_account_at(session, account, member_id, shift_moment(oldest, -HAD_IT))
        return cls(member_id, state, is_team, max(moments, default=None))

    def is_outside(self, recorded_by: int | None, recorded_at: datetime) -> bool:
        """Whether they neither have the account, nor had it lately, nor recorded something themselves."""
        if self.is_team or recorded_by == self.member_id:
            return False
        return self.last_had_it is None or self.last_had_it < shift_moment(recorded_at, -HAD_IT)

    def may_check(self, piece: Evidence) -> bool:
        """Whether their look at a piece would count, and they have said nothing of it yet."""
        if piece.reference_key is None or not self.is_outside(piece.recorded_by, piece.recorded_at):
            return False
        looked = (check for check in self.state.checks if check.evidence_id == piece.id)
        return all(check.member_id != self.member_id for check in looked)


def pairs(session: Session, workspace_id: int, portfolio_ids: Sequence[int], now: datetime) -> tuple[Pair, ...]:
    """The colleagues who countersign each other, the busiest first; one account at least is in these portfolios.

    An account of another portfolio counts as well: two owners with two managers would be seen by neither.
    """
    if not portfolio_ids:
        return ()
    looks = queries.looks_between_colleagues(session, workspace_id, portfolio_ids, shift_moment(now, -PAIRS_OVER))
    times: Counter[tuple[int, int]] = Counter({(look.member_id, look.owner_id): look.times for look in looks})
    here = {(look.member_id, look.owner_id) for look in looks if look.here}
    mutual = sorted(
        (one, other)
        for one, other in times
        if one < other and (other, one) in times and here & {(one, other), (other, one)}
    )
    if not mutual:
        return ()
    names = members.names(session, {workspace_id}, {member for pair in mutual for member in pair})
    named = [
        Pair(one, names.get(one, ""), names.get(other, ""), times[one, other], times[other, one])
        for one, other in mutual
    ]
    return tuple(sorted(named, key=lambda pair: (-pair.by_one - pair.by_other, pair.one, pair.other)))


def ring_names(session: Session, workspace_id: int, portfolio_id: int, now: datetime) -> tuple[tuple[int, str], ...]:
    """The rings of colleagues who countersign one another in 90 days, one of their looks in this portfolio: the id of
    one of them, and the names in the order of the looks."""
    looks = queries.looks_between_colleagues(session, workspace_id, [portfolio_id], shift_moment(now, -PAIRS_OVER))
    here = {(look.owner_id, look.member_id) for look in looks if look.here}
    found = [
        ring
        for ring in rings({(look.owner_id, look.member_id): look.times for look in looks})
        if here & set(zip(ring, (*ring[1:], ring[0]), strict=True))
    ]
    names = members.names(session, {workspace_id}, {member for ring in found for member in ring})
    return tuple((ring[0], " → ".join(names.get(member, "") for member in (*ring[1:], ring[0]))) for ring in found)


def _withdraw(session: Session, actor: Actor, piece: Evidence, note: str, now: datetime) -> None:
    why = say(EvidencePhrase.NOT_SHOWN, who=actor.member.name, note=note)
    values: dict[str, Any] = {"withdrawn_on": actor.today(now), "withdrawn_why": why}
    ledger.change(session, actor.author, Entity.EVIDENCE, piece.id, now, only_if={"withdrawn_on": None}, **values)


def _tell_owner(session: Session, account: Account, check_id: int, now: datetime) -> None:
    recipient = recipients.of_member(recipients.answerable(session, account))
    if recipient is None:
        return
    message = Outgoing(
        key=queries.NOT_SHOWN_KEY.of(check_id),
        workspace_id=account.workspace_id,
        kind="evidence_not_shown",
        channel=recipient.to,
        destination=recipient.destination,
        args={"check_id": check_id},
        due_at=now,
    )
    put(session, message, now)
