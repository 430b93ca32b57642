"""All SQL that only evidence needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple

from sqlalchemy import Select, String, cast, exists, func, insert, literal, select, update
from sqlalchemy.orm import Session

from bot.domain.enums import AccountStatus, CheckKind, CheckVerdict, Source
from bot.domain.model import Account, Terms
from bot.outbox.types import MessageKey
from bot.store import serving
from bot.store.entities import Entity
from bot.store.portfolios import Portfolio
from bot.store.schema import (
    account,
    evidence,
    evidence_check,
    history,
    look,
    outcome,
    person,
    person_slack,
    portfolio,
    spot_check,
    terms,
)
from bot.store.schema.outbox import outbox

NOT_SHOWN_KEY = MessageKey("evidence-not-shown")
AGREEMENT_VOID_KEY = MessageKey("agreement-void")
UPGRADE_KEY = MessageKey("evidence-upgrade")
SPOT_CHECK_KEY = MessageKey("spot-check")
_REFERENCES = 5000
"""How many references a digest looks at: one week's, of a very large portfolio."""
_CAN_BE_SEEN = (Source.CUSTOMER_SYSTEM, Source.CUSTOMER_WROTE, Source.CHAMPION_PRESENTED)


@dataclass(frozen=True, slots=True)
class Looked:
    """How often one colleague looked at pieces of accounts that another owned, and how often in certain portfolios."""

    member_id: int
    owner_id: int
    times: int
    here: int


@dataclass(frozen=True, slots=True)
class UpgradedEvidence:
    """Pieces of the customer's from before the upgrade: without a reference, and with one that nobody has opened."""

    upgraded_on: date
    customers: int
    without: int
    linked: int


@dataclass(frozen=True, slots=True)
class Drawable:
    """A piece that a spot check may be about: it stands, and has a reference to open."""

    evidence_id: int
    account_id: int
    recorded_by: int | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class SpotCheck:
    """A piece that a digest has drawn, who was asked, and what they said; `check_id` is None until they have."""

    id: int
    account_id: int
    portfolio_id: int
    digest_id: int
    evidence_id: int
    asked_id: int
    drawn_at: datetime
    check_id: int | None
    verdict: CheckVerdict | None
    at: datetime | None
    note: str | None
    member_id: int | None


def untold_portfolios(session: Session, since: date) -> list[tuple[int, int]]:
    """(workspace, portfolio) of those with customers upgraded since a day, whose manager was not told of it."""
    key = literal(f"{UPGRADE_KEY.prefix}:", String) + cast(portfolio.c.id, String)
    was_told = exists().where(outbox.c.workspace_id == portfolio.c.workspace_id, outbox.c.key == key)
    upgraded = exists().where(
        account.c.portfolio_id == portfolio.c.id,
        account.c.status == AccountStatus.CUSTOMER,
        account.c.upgraded_on >= since,
    )
    served = serving.is_served(session, portfolio.c.workspace_id)
    waiting = select(portfolio.c.workspace_id, portfolio.c.id).where(served, upgraded, ~was_told)
    return [(row.workspace_id, row.id) for row in session.execute(waiting.order_by(portfolio.c.id).limit(20))]


def upgraded_evidence(session: Session, of: Portfolio) -> UpgradedEvidence | None:
    """How much of a portfolio's older evidence nobody else could check; None without a customer from before."""
    ours = (account.c.workspace_id == of.workspace_id) & (account.c.portfolio_id == of.id)
    ours &= (account.c.status == AccountStatus.CUSTOMER) & account.c.upgraded_on.is_not(None)
    day, customers = session.execute(select(func.max(account.c.upgraded_on), func.count()).where(ours)).one()
    if day is None:
        return None
    opened = exists().where(evidence_check.c.evidence_id == evidence.c.id)
    stands = evidence.c.withdrawn_on.is_(None) & evidence.c.superseded_by.is_(None) & evidence.c.arrived_as.is_(None)
    counted = (
        select(
            func.count().filter(evidence.c.reference_key.is_(None)),
            func.count().filter(evidence.c.reference_key.is_not(None)),
        )
        .join_from(evidence, account, account.c.id == evidence.c.account_id)
        .where(ours, stands, ~opened, evidence.c.source.in_(_CAN_BE_SEEN), evidence.c.recorded_at <= _end_of(day))
    )
    without, linked = session.execute(counted).one()
    return UpgradedEvidence(day, customers, without, linked)


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), UTC)


def has_person(session: Session, of: Account, person_id: int) -> bool:
    """Whether this person is one of the account's."""
    theirs = (person.c.id == person_id) & (person.c.account_id == of.id) & person.c.taken_back_at.is_(None)
    return bool(session.execute(select(exists().where(theirs))).scalar_one())


def is_used_elsewhere(session: Session, of: Account, key: str, as_of: date) -> bool:
    """Whether a piece of the account has this reference for another day."""
    # within: the account was reached by its workspace
    used = (evidence.c.account_id == of.id) & (evidence.c.reference_key == key) & (evidence.c.as_of != as_of)
    return bool(session.execute(select(exists().where(used))).scalar_one())


def last_verdict(session: Session, evidence_id: int, member_id: int) -> CheckVerdict | None:
    """What a colleague said last of a piece; None if they never looked."""
    # within: the piece was reached by its workspace
    theirs = (evidence_check.c.evidence_id == evidence_id) & (evidence_check.c.member_id == member_id)
    newest = select(evidence_check.c.verdict).where(theirs).order_by(evidence_check.c.id.desc()).limit(1)
    return session.execute(newest).scalar_one_or_none()


def last_look_at_terms(session: Session, of: Terms, member_id: int, key: str) -> CheckVerdict | None:
    """What a colleague said last of this reference of an agreement; None if they never looked."""
    # within: the terms were reached by their workspace
    theirs = (look.c.terms_id == of.id) & (look.c.member_id == member_id) & (look.c.reference_key == key)
    newest = select(look.c.verdict).where(theirs).order_by(look.c.id.desc()).limit(1)
    return session.execute(newest).scalar_one_or_none()


def agreed_since(session: Session, workspace_id: int, portfolio_id: int, since: datetime) -> list[int]:
    """The accounts of a portfolio's customers with an agreement, or a piece that somebody attests, since a moment."""
    ours = (account.c.workspace_id == workspace_id) & (account.c.portfolio_id == portfolio_id)
    ours &= (account.c.status == AccountStatus.CUSTOMER) & Entity.ACCOUNT.still_there()
    agreed = exists().where(terms.c.account_id == account.c.id, terms.c.agreement_at > since)
    attested = evidence.c.attested_by.is_not(None) & (evidence.c.recorded_at > since)
    recorded = exists().where(evidence.c.account_id == account.c.id, attested)
    return list(session.execute(select(account.c.id).where(ours, agreed | recorded).order_by(account.c.id)).scalars())


def added_since(
    session: Session, workspace_id: int, account_ids: Iterable[int], since: datetime
) -> dict[int, tuple[int, datetime]]:
    """Who added which people of these accounts since a moment, and when, by the person; without those of imports.

    Left out is whom somebody outside the account team has said to be a Slack user of the customer.
    """
    about = (history.c.workspace_id == workspace_id) & history.c.account_id.in_(sorted(account_ids))
    about &= (history.c.entity == Entity.PERSON.value) & (history.c.at >= since) & history.c.batch_id.is_(None)
    # within: the account was reached by its workspace
    theirs = (person_slack.c.account_id == history.c.account_id) & (person_slack.c.person_id == history.c.entity_id)
    known = exists().where(theirs, person_slack.c.known_how.is_not(None))
    columns = (history.c.entity_id, history.c.member_id, history.c.at, history.c.before)
    rows = session.execute(select(*columns).where(about, ~known).order_by(history.c.id))
    return {row.entity_id: (row.member_id, row.at) for row in rows if row.before is None and row.member_id is not None}


def looks_between_colleagues(
    session: Session, workspace_id: int, portfolio_ids: Iterable[int], since: datetime
) -> list[Looked]:
    """Who countersigned evidence of whose accounts since a moment, and how often, in all and in these portfolios."""
    here = account.c.portfolio_id.in_(sorted(portfolio_ids))
    counted = (
        select(evidence_check.c.member_id, evidence_check.c.owner_then, func.count(), func.count().filter(here))
        .join(account, account.c.id == evidence_check.c.account_id)
        .where(account.c.workspace_id == workspace_id)
        .where(evidence_check.c.kind == CheckKind.COUNTERSIGN, evidence_check.c.at >= since)
        .where(evidence_check.c.member_id.is_not(None), evidence_check.c.owner_then.is_not(None))
        .group_by(evidence_check.c.member_id, evidence_check.c.owner_then)
    )
    return [Looked(*row) for row in session.execute(counted)]


class Given(NamedTuple):
    """A reference that somebody gave: its key, for which outcome of which account, and the piece's id."""

    key: str
    account_id: int
    account: str
    title: str
    recorded_by: int | None
    evidence_id: int


def references_given(
    session: Session, workspace_id: int, portfolio_id: int, since: datetime | None, *, again: bool = False
) -> list[Given]:
    """The references of a portfolio's customers that were given after a moment and stand, the newest first.

    `again` leaves out those of outcomes for which no other reference was given before.
    """
    ours = (account.c.workspace_id == workspace_id) & (account.c.portfolio_id == portfolio_id)
    ours &= (account.c.status == AccountStatus.CUSTOMER) & Entity.ACCOUNT.still_there()
    stands = evidence.c.reference_key.is_not(None) & evidence.c.withdrawn_on.is_(None)
    if since is not None:
        stands &= evidence.c.recorded_at > since
    if again:
        before = evidence.alias("earlier")
        other = (before.c.outcome_id == evidence.c.outcome_id) & (before.c.id < evidence.c.id)
        stands &= exists().where(other, before.c.reference_key != evidence.c.reference_key)
    columns = (evidence.c.reference_key, account.c.id, account.c.name, outcome.c.title)
    joined = evidence.join(account, account.c.id == evidence.c.account_id)
    joined = joined.join(outcome, outcome.c.id == evidence.c.outcome_id)
    statement = select(*columns, evidence.c.recorded_by, evidence.c.id).select_from(joined).where(ours, stands)
    return [Given(*row) for row in session.execute(statement.order_by(evidence.c.id.desc()).limit(_REFERENCES))]


def drawable(session: Session, workspace_id: int, evidence_ids: Iterable[int]) -> dict[int, Drawable]:
    """Those of these pieces that stand and have a reference to open, by id."""
    ours = (account.c.workspace_id == workspace_id) & evidence.c.id.in_(sorted(evidence_ids))
    ours &= evidence.c.reference_key.is_not(None) & evidence.c.withdrawn_on.is_(None)
    ours &= evidence.c.superseded_by.is_(None)
    columns = (evidence.c.id, evidence.c.account_id, evidence.c.recorded_by, evidence.c.recorded_at)
    statement = select(*columns).join(account, account.c.id == evidence.c.account_id).where(ours)
    return {row.id: Drawable(*row) for row in session.execute(statement)}


def add_spot_check(session: Session, of: Account, piece_id: int, now: datetime, *, digest_id: int, asked: int) -> None:
    """Keep that a digest has drawn a piece of an account, and which member is asked to look."""
    row = {
        "workspace_id": of.workspace_id,
        "account_id": of.id,
        "portfolio_id": of.portfolio_id,
        "digest_id": digest_id,
        "evidence_id": piece_id,
        "asked_id": asked,
        "drawn_at": now,
    }
    session.execute(insert(spot_check).values(**row))


def spot_check_of(session: Session, workspace_id: int, spot_check_id: int) -> SpotCheck | None:
    """One spot check of a workspace."""
    row = session.execute(_spot_checks(workspace_id).where(spot_check.c.id == spot_check_id)).one_or_none()
    return None if row is None else SpotCheck(*row)


def spot_checks_asked(session: Session, workspace_id: int, digest_id: int, asked_id: int) -> list[SpotCheck]:
    """What a digest has asked one member to look at, in the order of the draw."""
    theirs = (spot_check.c.digest_id == digest_id) & (spot_check.c.asked_id == asked_id)
    return [SpotCheck(*row) for row in session.execute(_spot_checks(workspace_id).where(theirs))]


def spot_checks_since(session: Session, workspace_id: int, portfolio_id: int, since: datetime) -> list[SpotCheck]:
    """What was drawn in a portfolio since a moment, or answered since then, in the order of the draws."""
    lately = (spot_check.c.drawn_at >= since) | (evidence_check.c.at >= since)
    ours = (spot_check.c.portfolio_id == portfolio_id) & lately
    return [SpotCheck(*row) for row in session.execute(_spot_checks(workspace_id).where(ours))]


def _spot_checks(workspace_id: int) -> Select[Any]:
    seen = evidence_check.c
    columns = (
        *(spot_check.c.id, spot_check.c.account_id, spot_check.c.portfolio_id, spot_check.c.digest_id),
        *(spot_check.c.evidence_id, spot_check.c.asked_id, spot_check.c.drawn_at, spot_check.c.check_id),
        *(seen.verdict, seen.at, seen.note, seen.member_id),
    )
    joined = spot_check.outerjoin(evidence_check, seen.id == spot_check.c.check_id)
    ours = spot_check.c.workspace_id == workspace_id
    return select(*columns).select_from(joined).where(ours).order_by(spot_check.c.id)


def keep_answer(session: Session, of: SpotCheck, workspace_id: int, member_id: int) -> None:
    """Keep that a spot check is answered by the newest one that a member recorded of its piece."""
    theirs = (evidence_check.c.evidence_id == of.evidence_id) & (evidence_check.c.member_id == member_id)
    # within: the spot check was reached by its workspace
    newest = select(func.max(evidence_check.c.id)).where(theirs, evidence_check.c.kind == CheckKind.SPOT_CHECK)
    ours = (spot_check.c.workspace_id == workspace_id) & (spot_check.c.id == of.id) & spot_check.c.check_id.is_(None)
    session.execute(update(spot_check).where(ours).values(check_id=newest.scalar_subquery()))


def taken_back_since(session: Session, workspace_id: int, portfolio_id: int, since: date) -> list[tuple[int, int]]:
    """(account, piece) of the evidence of a portfolio's customers that was withdrawn or replaced since a day."""
    ours = (account.c.workspace_id == workspace_id) & (account.c.portfolio_id == portfolio_id)
    ours &= (account.c.status == AccountStatus.CUSTOMER) & Entity.ACCOUNT.still_there()
    ended = (evidence.c.withdrawn_on >= since) | (evidence.c.superseded_on >= since)
    statement = select(evidence.c.account_id, evidence.c.id).join_from(
        evidence, account, account.c.id == evidence.c.account_id
    )
    rows = session.execute(statement.where(ours, ended).order_by(evidence.c.account_id, evidence.c.id))
    return [(row.account_id, row.id) for row in rows]


def who_took_back(session: Session, of: Account, evidence_id: int) -> tuple[int | None, datetime] | None:
    """Who withdrew or replaced a piece last, and when; None where history does not say."""
    about = (history.c.workspace_id == of.workspace_id) & (history.c.account_id == of.id)
    about &= (history.c.entity == Entity.EVIDENCE.value) & (history.c.entity_id == evidence_id)
    lines = select(history.c.member_id, history.c.at, history.c.after).where(about).order_by(history.c.id.desc())
    for row in session.execute(lines):
        after = row.after or {}
        if after.get("withdrawn_on") or after.get("superseded_by"):
            return row.member_id, row.at
    return None
