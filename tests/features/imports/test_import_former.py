"""An accounts file that names a former customer: the stand-in contract ends, and figures show the loss."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.domain.enums import AccountStatus, ContractBasis
from bot.domain.portfolio.retention import Retention
from bot.features.imports import undo, wording
from bot.features.imports.remarks import Remark
from bot.features.imports.report import Report
from bot.features.imports.row_reader import Options
from bot.features.imports.run import File, ImportRun, import_accounts, import_contracts
from bot.features.retention.figures import Window, figures
from bot.store import contract_terms, schema
from bot.store.engine import Database
from bot.store.ledger import Author
from tests.features.portfolios.mondays import FIRST, SECOND, team
from tests.features.portfolios.test_digest import lines, opened
from tests.support.factory import NOON
from tests.support.managing import Team

__all__ = ["team"]
HEADER = "Account ID,Name,Status,ARR,Currency,Contract Start,Renewal Date,Churn Date\n"
ACME = "1,Acme,{},{},EUR,2024-07-01,{},{}\n"
LATER = NOON + timedelta(days=10)


def taken(
    database: Database, status: str, arr: str = "1200", renewal: str = "", churned: str = "", now: datetime = NOON
) -> Report:
    """Import a file of one account."""
    text = HEADER + ACME.format(status, arr, renewal, churned)
    return import_accounts(ImportRun(database, 1, now), File("book.csv", text.encode()), Options())


def stand_ins(database: Database) -> list[tuple[Any, ...]]:
    """The days and ARR of the stand-ins as they stand."""
    with database.reading() as session:
        terms = contract_terms.current(session, 1, [1]).get(1, [])
    assert all(term.basis is ContractBasis.STAND_IN for term in terms)
    return [(term.starts_on, term.ends_on, term.arr_minor) for term in terms]


def status(database: Database) -> AccountStatus:
    with database.reading() as session:
        return AccountStatus(session.execute(select(schema.account.c.status)).scalar_one())


def between(database: Database, t0: date, t1: date) -> Retention[int]:
    with database.reading() as session:
        return figures(session, Window(1, t0, t1)).of("EUR")


def told(report: Report) -> dict[Remark, str]:
    return {note.remark: wording.sentence(note) for note in report.notes}


def everything(database: Database) -> dict[str, list[Any]]:
    with database.reading() as session:
        return {
            name: sorted(map(tuple, session.execute(select(table)).all()), key=repr)
            for name, table in schema.metadata.tables.items()
        }


@pytest.mark.parametrize(
    ("renewal", "churned", "end"),
    [
        ("2027-01-01", "", date(2026, 3, 12)),  # the renewal is still to come: the day on which it became known
        ("", "", date(2026, 3, 12)),
        ("2026-02-01", "", date(2026, 2, 1)),
        ("2027-01-01", "2026-02-15", date(2026, 2, 15)),  # the day they left beats the contract's end
        ("2026-02-01", "2026-02-15", date(2026, 2, 15)),
        ("2026-02-01", "soon", date(2026, 2, 1)),
    ],
)
def test_a_customer_who_left_is_lost_on_the_day_that_the_file_gives_if_it_is_past(
    database: Database, renewal: str, churned: str, end: date
) -> None:
    taken(database, "Customer", renewal="2027-01-01")
    assert not between(database, date(2025, 4, 1), date(2026, 4, 1)).churned
    report = taken(database, "Former", "0", renewal, churned, LATER)
    assert stand_ins(database) == [(date(2024, 7, 1), end, 1_200_00)]
    lost = between(database, date(2025, 4, 1), date(2026, 4, 1))
    assert (lost.n, [int(move.was) for move in lost.churned]) == (1, [1_200_00]) and lost.grr == 0
    assert between(database, date(2025, 1, 31), date(2026, 1, 31)).grr == 1
    assert (Remark.FORMER_ENDS_TODAY in told(report)) == (end == LATER.date())
    before = everything(database)
    assert (taken(database, "Former", "0", renewal, churned, LATER + timedelta(days=30)).unchanged) == 1
    assert everything(database) == before


def test_the_loss_by_a_file_can_be_undone(database: Database) -> None:
    taken(database, "Customer", renewal="2027-01-01")
    before = stand_ins(database)
    report = taken(database, "Churned", "", "2027-01-01", now=LATER)
    with database.begin() as session:
        done = undo.undo(session, Author(1, None, "import"), report.batch_id or 0, LATER)
    assert (done.stays, status(database), stand_ins(database)) == ([], AccountStatus.CUSTOMER, before)
    assert not between(database, date(2025, 4, 1), date(2026, 4, 1)).churned
    assert taken(database, "Churned", "", "2027-01-01", now=LATER).changed_rows == 1


def test_what_ran_on_though_the_customer_was_former_already_ends_now(database: Database) -> None:
    """Earlier releases wrote the status and left the contract as it was."""
    taken(database, "Customer")
    with database.begin() as session:
        session.execute(schema.account.update().where(schema.account.c.workspace_id == 1).values(status="former"))
    report = taken(database, "Former", now=LATER)
    assert [(one.field, one.before, one.after) for one in report.changed] == [("end", "–", "2026-03-12")]
    assert [ends for _, ends, _ in stand_ins(database)] == [date(2026, 3, 12)]


def test_a_day_that_the_crm_gives_later_corrects_the_one_that_was_taken(database: Database) -> None:
    taken(database, "Customer")
    taken(database, "Former", now=LATER)
    assert taken(database, "Former", "1300", churned="2026-03-05", now=LATER + timedelta(days=9)).changed_rows == 1
    assert stand_ins(database) == [(date(2024, 7, 1), date(2026, 3, 5), 1_300_00)]


def test_of_a_former_customer_who_is_new_here_only_a_known_end_is_kept(database: Database) -> None:
    report = taken(database, "Former", renewal="2027-01-01")
    assert stand_ins(database) == [] and "no retention figure has it" in told(report)[Remark.FORMER_WITHOUT_DAY]
    assert taken(database, "Former", renewal="2027-01-01").unchanged == 1
    assert taken(database, "Former", churned="2026-02-01").changed_rows == 1
    assert stand_ins(database) == [(date(2024, 7, 1), date(2026, 2, 1), 1_200_00)]
    assert len(between(database, date(2025, 4, 1), date(2026, 4, 1)).churned) == 1


def test_a_customer_who_comes_back_leaves_the_time_between_open(database: Database) -> None:
    taken(database, "Customer")
    taken(database, "Former", now=LATER)
    back = LATER + timedelta(days=40)
    taken(database, "Customer", "900", now=back)
    assert status(database) is AccountStatus.CUSTOMER
    there = (date(2024, 7, 1), date(2026, 3, 12), 1_200_00)
    assert stand_ins(database) == [there, (back.date(), None, 900_00)]
    assert taken(database, "Customer", "900", now=back).unchanged == 1
    taken(database, "Customer", "950", "2027-05-01", now=back + timedelta(days=5))
    assert stand_ins(database) == [there, (back.date(), date(2027, 5, 1), 950_00)]
    returned = between(database, date(2026, 4, 1), date(2026, 6, 1))
    assert [move.now for move in returned.reactivated] == [950_00]
    taken(database, "Former", now=back + timedelta(days=50))
    assert [ends for _, ends, _ in stand_ins(database)] == [date(2026, 3, 12), (back + timedelta(days=50)).date()]


def test_an_account_with_real_contracts_is_told_and_not_written(database: Database) -> None:
    taken(database, "Customer")
    terms = "Account ID,Contract ID,Start,End,ARR,Currency\n1,K-1,2026-01-01,2027-01-01,1200,EUR\n"
    import_contracts(ImportRun(database, 1, NOON), File("terms.csv", terms.encode()), Options())
    before = everything(database)
    report = taken(database, "Former", now=LATER)
    assert "Acme until 1 Jan 2027" in told(report)[Remark.FORMER_WITH_CONTRACTS]
    assert (report.changed, report.unchanged, everything(database)) == ([], 1, before)
    import_contracts(
        ImportRun(database, 1, LATER), File("terms.csv", terms.replace("2027-01-01", "2026-03-01").encode()), Options()
    )
    report = taken(database, "Former", now=LATER)
    assert Remark.FORMER_WITH_CONTRACTS not in told(report) and status(database) is AccountStatus.FORMER


def test_the_digest_names_the_loss_with_its_reason_unknown(team: Team) -> None:
    team.add_proven("Acme", FIRST - timedelta(days=3))
    team.add_account("Orchid", FIRST - timedelta(days=3))
    opened(team, FIRST)
    file = File("book.csv", b"Name,Status,ARR,Currency\nOrchid,Churned,0,EUR\n")
    import_accounts(ImportRun(team.database, 1, FIRST + timedelta(days=1)), file, Options())
    view = opened(team, SECOND)
    assert lines(view)["Lost:"] == "Orchid, 100,000 EUR, reason unknown, no success plan"
