"""Believable ledgers of any size, written into the real tables by INSERT … SELECT: a million rows in seconds.

What differs between accounts follows from the account's number, so the same size always gives the same ledger: some
outcomes are proven, some only measured, some expired, some have no evidence; a few sponsors left; renewals are spread
over a year.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, text

from bot.store.engine import Database

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""The present of a generated ledger unless another is given: a Monday morning."""

ACCOUNTS_AN_OWNER = 100
TEAM_ID = "T0BENCH"
OWNER = "U0OWNER1"
"""The Slack user who owns account 1, and manages the portfolio."""


def fill(
    database: Database,
    accounts: int,
    *,
    outcomes: int = 0,
    cadences: bool = False,
    spelling: bool = False,
    now: datetime = NOW,
) -> None:
    """Fill a migrated, empty database with one workspace and one portfolio of accounts `customer-1`, `customer-2` ….

    `outcomes` are those of each account, with evidence, people, meetings and history. `cadences` gives each account a
    weekly meeting whose prompt is due in six days, `spelling` the letters that a misspelt name is found by. Nothing is
    due before tomorrow, seen from `now`.
    """
    with database.engine.begin() as connection:
        bulk = _Bulk(connection, now)
        _accounts(bulk, accounts)
        if outcomes:
            _proof(bulk, accounts, outcomes)
        if cadences:
            _cadences(bulk, accounts)
        if spelling:
            _spelling(bulk, accounts)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def size_on_disk(database: Database) -> int:
    """The bytes that a database takes."""
    if database.dialect == "sqlite":
        return Path(database.url.database or "").stat().st_size
    with database.engine.connect() as connection:
        return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())


class _Bulk:
    """INSERT … SELECT over a counter, in the words of either dialect."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self.now = now
        self._sqlite = connection.dialect.name == "sqlite"

    def insert(self, table: str, rows: int, where: str = "true", **columns: str) -> None:
        """Insert rows whose columns are SQL expressions of `i`, which counts from 1 to `rows`."""
        names, values = ", ".join(columns), ", ".join(columns.values())
        # Counted in 64 bits: the products that spread values over a million accounts do not fit into 32.
        counted = f"WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < {rows})"
        chosen = f"SELECT {values} FROM n WHERE {where}"
        self._connection.execute(text(f"INSERT INTO {table} ({names}) {counted} {chosen}"))

    def look_at_evidence(self) -> None:
        """Have the manager open everything that stands in a system of the customer's."""
        columns = "account_id, evidence_id, kind, verdict, member_id, at, as_manager"
        looks = "SELECT account_id, id, 'countersign', 'shows', 1, recorded_at, true FROM evidence"
        customers = "source = 'customer_system'"
        self._connection.execute(text(f"INSERT INTO evidence_check ({columns}) {looks} WHERE {customers}"))

    def day(self, ago: str) -> str:
        """The date `ago` days (an expression) before the present."""
        if self._sqlite:
            return f"date('{self.now:%Y-%m-%d}', -({ago}) || ' days')"
        return f"(DATE '{self.now:%Y-%m-%d}' - ({ago})::int)"

    def moment(self, minutes_ago: str) -> str:
        """The moment so many minutes (an expression) before the present."""
        if self._sqlite:
            return f"strftime('%Y-%m-%d %H:%M:%f000', '{self.now:%Y-%m-%d %H:%M}', -({minutes_ago}) || ' minutes')"
        return f"(TIMESTAMPTZ '{self.now.isoformat()}' - ({minutes_ago}) * INTERVAL '1 minute')"


def _accounts(bulk: _Bulk, accounts: int) -> None:
    owners = max(1, accounts // ACCOUNTS_AN_OWNER)
    created = bulk.moment("400 * 1440")
    bulk.insert("workspace", 1, team_id=f"'{TEAM_ID}'", name="'Bench'", created_at=created)
    bulk.insert(
        "member", owners, workspace_id="1", slack_id="'U0OWNER' || i", name="'Owner ' || i", tz="'Europe/Berlin'"
    )
    bulk.insert(
        "portfolio",
        1,
        workspace_id="1",
        name="'All'",
        channel="'C0BENCH'",
        manager_id="1",
        next_digest_at=bulk.moment("-10080"),
    )
    bulk.insert(
        "account",
        accounts,
        workspace_id="1",
        portfolio_id="1",
        slug="'customer-' || i",
        name="'Customer ' || i",
        arr_minor="1000000 + (i * 7919) % 90000000",
        currency="CASE WHEN i % 3 = 0 THEN 'USD' ELSE 'EUR' END",
        stage="'adoption'",
        contract_start=bulk.day("300 + i % 400"),
        renewal_date=bulk.day("-(10 + i * 13 % 355)"),
        owner_id=f"1 + i % {owners}",
        relationship="CASE WHEN i % 4 = 0 THEN 'warm' ELSE 'neutral' END",
        first_win_on=bulk.day("200"),
        created_at=created,
    )
    bulk.insert("account_word", accounts, account_id="i", workspace_id="1", word="'' || i")
    bulk.insert("account_due", accounts, account_id="i", look_at=bulk.moment("-1440"))


def _spelling(bulk: _Bulk, accounts: int) -> None:
    """The letters in threes of `customer` and of the account's number, as `slugs.letters` has them."""
    number = "'  ' || i || ' '"
    for word, most in (("'  customer '", len("customer")), (number, len(str(accounts)))):
        for start in range(1, most + 2):
            letters, longer = f"substr({word}, {start}, 3)", f"length({word}) >= {start} + 2"
            row = {"workspace_id": "1", "letters": letters, "account_id": "i"}
            bulk.insert("account_spelling", accounts, where=f"{longer} ON CONFLICT DO NOTHING", **row)


def _proof(bulk: _Bulk, accounts: int, outcomes: int) -> None:
    """Person 2i - 1 is account i's champion, person 2i its outcome owner; an account's outcomes follow each other."""
    bulk.insert(
        "person",
        2 * accounts,
        account_id="(i + 1) / 2",
        name="'Person ' || i",
        part="CASE WHEN i % 2 = 1 THEN 'champion' ELSE 'outcome_owner' END",
        left_on=f"CASE WHEN i % 58 = 1 THEN {bulk.day('30')} END",
    )
    account = f"1 + (i - 1) / {outcomes}"
    judged = {
        "account_id": account,
        "title": "'Outcome ' || i",
        "metric": "'days to sign'",
        "unit": "'days'",
        "direction": "'down'",
        "baseline": "'20'",
        "baseline_on": bulk.day("250"),
        "target": "'5'",
        "due_on": bulk.day("-(i * 17 % 300)"),
        "agreed_on": bulk.day("240"),
        "agreement_link": "'https://customer.example/plan/' || i",
    }
    champion, owner = f"2 * ({account}) - 1", f"2 * ({account})"
    of_plan = {"owner_person_id": owner, "risk_if_never": "'They go back to e-mail'"}
    bulk.insert("outcome", accounts * outcomes, **judged, baseline_agreed_by=champion, **of_plan)
    version = {"version": "1", "set_at": bulk.moment("1440 * 240"), "kind": "'numeric'", "shelf_life_days": "90"}
    bulk.insert("terms", accounts * outcomes, **judged, outcome_id="i", agreed_by=champion, **version)
    _evidence(bulk, accounts, outcomes, account)


def _evidence(bulk: _Bulk, accounts: int, outcomes: int, account: str) -> None:
    """One piece of evidence for eight of nine outcomes, what is the customer's seen by the manager.

    `account` is SQL for the account of outcome i.
    """
    recorded = bulk.moment("1440 * (5 + i % 85)")
    bulk.insert(
        "evidence",
        accounts * outcomes,
        where="i % 9 <> 0",
        account_id=account,
        outcome_id="i",
        source="CASE WHEN i % 5 < 3 THEN 'customer_system' ELSE 'our_measurement' END",
        as_of=bulk.day("5 + (i * 31) % 88"),
        recorded_at=recorded,
        value="'' || (5 + i % 13)",
        attested_by=f"2 * ({account}) - 1",
        arrived_as="CASE WHEN i % 5 < 3 THEN 'system' END",
        measured_by="'Reporting'",
        link="'https://figures.example/' || i",
        reference_key="'link:' || i",
    )
    bulk.look_at_evidence()
    _past(bulk, accounts)
    _history(bulk, accounts * outcomes, account, recorded)


def _past(bulk: _Bulk, accounts: int) -> None:
    """Four answered meetings and one open action an account."""
    meetings, held, starts = 4 * accounts, "(i + 3) / 4", bulk.moment("10080 * (1 + (i - 1) % 4)")
    bulk.insert(
        "cadence",
        accounts,
        account_id="i",
        kind="'weekly_sync'",
        rrule="'FREQ=WEEKLY'",
        local_start=f"'{bulk.now:%Y-%m-%dT%H:%M}'",
        tz="'Europe/Berlin'",
        next_meeting_at=bulk.moment("-10080"),
        next_prompt_at=bulk.moment("-8640"),
    )
    bulk.insert("meeting", meetings, account_id=held, cadence_id=held, kind="'weekly_sync'", starts_at=starts)
    bulk.insert(
        "prompt",
        meetings,
        account_id=held,
        workspace_id="1",
        meeting_id="i",
        member_id="1",
        state="CASE WHEN i % 7 = 0 THEN 'silent' ELSE 'answered' END",
        asked_at=starts,
        closes_at=starts,
    )
    bulk.insert(
        "answer",
        meetings,
        where="i % 7 <> 0",
        account_id=held,
        meeting_id="i",
        submission="'meeting:' || i",
        member_id="1",
        change="'behaviour'",
        moved_evidence="i % 3 = 0",
        answered_at=starts,
    )
    action = {"text": "'Send the report'", "owner_id": "1", "due_on": bulk.day("i % 20 - 15")}
    bulk.insert("action", accounts, account_id="i", **action)


def _history(bulk: _Bulk, outcomes: int, account: str, recorded: str) -> None:
    """A line of history for each outcome and each piece of evidence."""
    line = {"workspace_id": "1", "surface": "'modal'", "after": "'{}'"}
    for entity in ("outcome", "evidence"):
        bulk.insert("history", outcomes, account_id=account, at=recorded, entity=f"'{entity}'", entity_id="i", **line)


def _cadences(bulk: _Bulk, accounts: int) -> None:
    bulk.insert(
        "cadence",
        accounts,
        account_id="i",
        kind="'weekly_sync'",
        rrule="'FREQ=WEEKLY'",
        local_start=f"'{bulk.now:%Y-%m-%dT%H:%M}'",
        tz="'Europe/Berlin'",
        next_meeting_at=bulk.moment("-10080"),
        next_prompt_at=bulk.moment("-8640"),
    )
