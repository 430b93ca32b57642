"""What tests of renewals do and read, in one line each: calls, results, questions, terms of contracts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from bot.domain.model import Account, Contract
from bot.features.accounts import history as account_history
from bot.features.imports.row_reader import Options
from bot.features.imports.run import File, ImportRun, import_contracts
from bot.features.renewals import calls, questions, results
from bot.features.renewals.calls import NewCall
from bot.features.renewals.renewal import renewal
from bot.features.renewals.results import Left, Renewed
from bot.features.renewals.views import RenewalQuestionView, RenewalView
from bot.outbox.types import Moot
from bot.store import accounts, contract_terms
from bot.store.members import Member
from tests.support.managing import MONDAY, Message, Team, day

ORDER = "https://docs.example.com/orders/17"
TODAY = MONDAY.date()


def account(team: Team, account_id: int) -> Account:
    with team.database.reading() as session:
        found = accounts.in_workspace(session, 1, account_id)
    assert found is not None
    return found


def terms(team: Team, account_id: int) -> list[Contract]:
    with team.database.reading() as session:
        return contract_terms.current(session, 1, [account_id]).get(account_id, [])


def renewed(team: Team, who: Member, account_id: int, now: datetime = MONDAY, **values: Any) -> None:
    until = now.date() + timedelta(days=365)
    form = {"arr": "100000", "currency": "EUR", "moved": "same", "next_renewal": until, **values}
    with team.session() as session:
        results.record_renewed(session, team.as_(who), Renewed(account_id, **form), now)


def left(team: Team, who: Member, account_id: int, now: datetime = MONDAY, **values: Any) -> None:
    form = {"last_day": now.date(), "because": "competitor", "uses_now": "Their ERP's own module", **values}
    with team.session() as session:
        results.record_left(session, team.as_(who), Left(account_id, **form), now)


def call(team: Team, who: Member, account_id: int, word: str, now: datetime = MONDAY, **values: str) -> None:
    with team.session() as session:
        calls.record_call(session, team.as_(who), NewCall(account_id, word, **values), now)


def shown(team: Team, who: Member, account_id: int, now: datetime = MONDAY) -> RenewalView:
    with team.database.reading() as session:
        return renewal(session, team.as_(who), account_id, now)


def asks(team: Team) -> list[Message]:
    return team.messages("renewal-question", op="post")


def composed(team: Team, message: Message, now: datetime) -> RenewalQuestionView | Moot:
    with team.session() as session:
        return questions.compose(session, message.args, now)


def history_of(team: Team, account_id: int) -> list[str]:
    with team.database.reading() as session:
        return [
            line.what
            for line in account_history.history(session, team.as_(team.maya), account_id, None, day(MONDAY, 900)).lines
        ]


def contracts_of(team: Team, name: str, *rows: str, now: datetime = MONDAY) -> int:
    head = "Account,Plan,Start,End,ARR,Currency,Notice Days,Auto Renew\n"
    text = head + "".join(f"{name},{row}\n" for row in rows)
    report = import_contracts(ImportRun(team.database, 1, now), File("c.csv", text.encode()), Options())
    assert report.bad == [] and report.batch_id is not None
    return report.batch_id
