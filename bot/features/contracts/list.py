"""The list of an account's contracts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from bot.app.accounts import account_of
from bot.app.actor import Actor
from bot.domain.account import contracts
from bot.domain.account.contract_view import terms_of_account
from bot.domain.model import Contract
from bot.domain.values.money import listed_money, money
from bot.features.contracts.views import ContractLine, ContractsView
from bot.store import contract_terms

_IN_FORCE, _TO_COME, _OVER = 12, 6, 6


def contracts_view(session: Session, actor: Actor, account_id: int, now: datetime) -> ContractsView:
    """What is in force today, what is to come and what is over, the newest first."""
    account = account_of(session, actor, account_id)
    on = actor.today(now)
    terms = contract_terms.current(session, account.workspace_id, [account.id]).get(account.id, [])
    counted = contracts.in_force(terms, on)
    to_come = [term for term in terms if term.starts_on > on]
    over = [term for term in terms if term.ends_on is not None and term.ends_on <= on]
    over.sort(key=lambda term: (term.ends_on or date.max, term.id), reverse=True)
    said = terms_of_account(terms, now.date(), account.currency)
    own = money(account.arr_minor, account.currency)
    return ContractsView(
        account=account.name,
        in_force=_lines(counted[:_IN_FORCE], terms),
        more_in_force=len(counted[_IN_FORCE:]),
        to_come=_lines(to_come[:_TO_COME], terms),
        over=_lines(over[:_OVER], terms),
        more_over=len(over[_OVER:]) + len(to_come[_TO_COME:]),
        arr=listed_money(contracts.arr_on(terms, on)),
        account_arr=str(own) if own else None,
        account_renewal=account.renewal_date,
        arr_differs=said is not None and said.arr_minor != account.arr_minor,
        renewal_differs=said is not None and said.renewal_date != account.renewal_date,
    )


def _lines(shown: Sequence[Contract], terms: Sequence[Contract]) -> tuple[ContractLine, ...]:
    return tuple(_line(term, terms) for term in shown)


def _line(term: Contract, terms: Sequence[Contract]) -> ContractLine:
    amount = money(term.arr_minor, term.currency)
    return ContractLine(
        line=term.line,
        external_id=term.external_id,
        starts_on=term.starts_on,
        ends_on=term.ends_on,
        arr=str(amount) if amount else None,
        notice_days=term.notice_days,
        auto_renews=term.auto_renews,
        kind=contracts.kind_of(term, terms),
        source=term.source,
        basis=term.basis,
        rolling=term.rolling,
    )
