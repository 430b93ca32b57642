"""What a digest says of renewals: who left and why, who renewed, and which yearly customers now pay by the month."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from bot.app.digest_lines import DigestLines, DigestSpan, MessageLine
from bot.domain.account.renewals import SIGNED, awaits_manager
from bot.domain.enums import RenewalResult
from bot.domain.model import Account, Contract, Result
from bot.domain.values.days import add_days, shift_moment
from bot.domain.values.money import money
from bot.domain.values.text import short
from bot.features.renewals import frozen, heads, queries
from bot.features.renewals.phrases import RenewalPhrase
from bot.phrases import say
from bot.store import accounts, contract_terms, renewals

_FIRST = timedelta(days=7)
"""How far the first digest of a portfolio looks back."""
_RECORDED = timedelta(days=800)
_DANGERS, _TEXT = 2, 120


def renewal_lines(session: Session, span: DigestSpan) -> DigestLines:
    """The results since the last digest, and commitments that were lost since then."""
    since = span.since or shift_moment(span.now, -_FIRST)
    place = span.workspace_id, span.portfolio_id
    recorded = renewals.recorded_since(session, *place, since, span.now)
    results = [one for one in recorded if one.result is not RenewalResult.STILL_OPEN]
    ids = {one.account_id for one in results}
    by_id = accounts.by_ids(session, span.workspace_id, ids) if ids else {}
    terms = contract_terms.current(session, span.workspace_id, ids) if ids else {}
    largest = sorted(results, key=lambda one: (-(one.before_minor or 0), one.id))
    left = [MessageLine(by_id[one.account_id].name, _left(one)) for one in largest if one.result is RenewalResult.LEFT]
    signed = [one for one in largest if one.result in SIGNED]
    renewed = [
        MessageLine(
            by_id[one.account_id].name,
            _renewed(one, by_id[one.account_id], terms.get(one.account_id, [])),
            money(one.arr_minor, one.currency),
        )
        for one in signed
    ]
    monthly = [
        MessageLine(account.name, _monthly(account), money(account.arr_minor, account.currency))
        for account in queries.commitments_lost(session, *place, since, span.now)
    ]
    blocks = (("left", left), ("renewed", renewed), ("monthly", monthly))
    told = [(kind, (say(RenewalPhrase.DIGEST_TITLE, kind=kind), tuple(lines))) for kind, lines in blocks if lines]
    # Who left stands in the message by the bridge's own line, which gets the reason from here. What only its own team
    # says of a renewal is told, and is no headline.
    return DigestLines(
        thread=tuple((title, tuple((line.name, line.text) for line in lines)) for _, (title, lines) in told),
        message=tuple(block for kind, block in told if kind != "left"),
        reasons=_reasons(session, span),
        renewed=tuple(
            line
            for one, line in zip(signed, renewed, strict=True)
            if not awaits_manager(one, terms.get(one.account_id, []))
        ),
    )


def _reasons(session: Session, span: DigestSpan) -> dict[int, str]:
    """Why accounts of the portfolio left or leave; a loss may be recorded long before they are gone."""
    since = shift_moment(span.now, -_RECORDED)
    recorded = renewals.recorded_since(session, span.workspace_id, span.portfolio_id, since, span.now)
    left = (one for one in recorded if one.result is RenewalResult.LEFT)
    return {one.account_id: short(heads.because_of(one), _TEXT) for one in left}


def _left(result: Result) -> str:
    kept = frozen.read(result.frozen)
    named = [f"{danger.fact} ({danger.named_on})" for danger in kept.dangers[:_DANGERS]] if kept else []
    arr = money(result.before_minor, result.currency)
    last_day = None if result.on_date is None else add_days(result.on_date, -1)
    return say(
        RenewalPhrase.DIGEST_LEFT,
        last_day=last_day if last_day is not None and last_day > result.recorded_at.date() else None,
        arr=str(arr) if arr else None,
        because=short(heads.because_of(result), _TEXT),
        proven=kept.in_words if kept else None,
        named="; ".join(short(text, _TEXT) for text in named),
    )


def _renewed(result: Result, account: Account, terms: list[Contract]) -> str:
    kept = frozen.read(result.frozen)
    arr, before = money(result.arr_minor, result.currency), money(result.before_minor, result.currency)
    written = [term for term in terms if term.result_id == result.id and term.starts_on == result.on_date]
    return say(
        RenewalPhrase.DIGEST_RENEWED,
        arr=str(arr) if arr else None,
        before=str(before) if before and before != arr else None,
        until=written[0].ends_on if written else account.renewal_date,
        monthly=bool(written) and written[0].rolling,
        proven=kept.in_words if kept else None,
        unconfirmed=awaits_manager(result, terms),
    )


def _monthly(account: Account) -> str:
    arr = money(account.arr_minor, account.currency)
    return say(RenewalPhrase.DIGEST_MONTHLY, arr=str(arr) if arr else None, on=account.commitment_lost_on)
