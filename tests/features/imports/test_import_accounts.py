"""Importing accounts into a real ledger: what is written, what is not, and what a second run does."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from bot.app.actor import UserError
from bot.domain.enums import AccountStatus, Tier
from bot.features.imports import cells, passes, wording
from bot.features.imports.dates import DateOrder
from bot.features.imports.remarks import Remark, note
from bot.features.imports.report import Report
from bot.features.imports.row_reader import Options
from bot.features.imports.run import File, ImportRun, import_accounts
from bot.store import account_search, accounts, ledger, members, schema
from bot.store.engine import Database
from bot.store.entities import Entity
from bot.store.ledger import Author
from tests.support.factory import NOON
from tests.support.refusals import says

REPORT = Path(__file__).parents[2] / "data" / "crm-report.csv"
HUMAN = Author(1, None, "modal")


def taken(database: Database, text: str | bytes, *mapping: str, dry_run: bool = False, **options: Any) -> Report:
    data = text.encode() if isinstance(text, str) else text
    run = ImportRun(database, 1, NOON, dry_run)
    return import_accounts(run, File("book.csv", data, mapping), Options(**options))


def notes(report: Report) -> list[str]:
    """What a report says beside its rows, in words."""
    return [wording.sentence(note) for note in report.notes]


def rows(database: Database, table: str = "account") -> list[dict[str, Any]]:
    found = schema.metadata.tables[table]
    with database.reading() as session:
        return [dict(row) for row in session.execute(select(found).order_by(*found.primary_key)).mappings()]


def account(database: Database, name: str) -> dict[str, Any]:
    return next(row for row in rows(database) if row["name"] == name)


def test_a_report_comes_in_whole(database: Database) -> None:
    report = taken(database, REPORT.read_bytes())
    assert (len(report.created), report.bad, report.kept) == (40, [], [])
    assert report.new_members == ["Priya Raman", "Jonas Weber", "Awa Diallo"]
    read_as = {use.header: use.field for use in report.preview.columns}
    assert read_as["Annual Contract Value"] == "arr"
    assert [header for header, field in read_as.items() if field is None] == ["Seats", "Billing State"]
    pacheco = account(database, "Pacheco, Steele and Williams")
    assert pacheco["external_id"] == "C2001"
    assert (pacheco["arr_minor"], pacheco["currency"]) == (84_900_00, "USD")
    assert (pacheco["contract_start"], pacheco["renewal_date"]) == (date(2024, 9, 1), date(2026, 8, 25))
    assert (pacheco["status"], pacheco["tier"]) == (AccountStatus.CUSTOMER, Tier.LOW_TOUCH)
    assert account(database, "株式会社青葉工業")["arr_minor"] == 11_160
    assert account(database, "Two Spaces Co")["slug"] == "two-spaces-co"
    assert account(database, "<!channel> Holdings")["slug"] == "channel-holdings"


def test_a_former_customer_has_no_value_and_not_a_value_of_zero(database: Database) -> None:
    taken(database, REPORT.read_bytes())
    former = [row for row in rows(database) if row["status"] is AccountStatus.FORMER]
    assert len(former) == 5
    assert {row["arr_minor"] for row in former} == {None}


def test_a_tier_nobody_gave_is_low_touch(database: Database) -> None:
    taken(database, REPORT.read_bytes())
    assert account(database, "شركة النور")["tier"] is Tier.LOW_TOUCH


def test_every_name_is_found_again(database: Database) -> None:
    taken(database, REPORT.read_bytes())
    with database.reading() as session:
        for typed, name in [
            ("pacheco", "Pacheco, Steele and Williams"),
            ("株式会社青葉", "株式会社青葉工業"),
            ("青葉工業", "株式会社青葉工業"),
            ("kestral aviaton", "Kestrel Aviation"),
            ("acme", "Acme"),
        ]:
            hit = account_search.find(session, 1, typed).hit
            assert hit is not None and hit.name == name


def test_running_it_again_changes_nothing(database: Database) -> None:
    taken(database, REPORT.read_bytes())
    before = {name: rows(database, name) for name in schema.metadata.tables}
    report = taken(database, REPORT.read_bytes())
    assert (report.created, report.changed, report.unchanged) == ([], [], 40)
    assert {name: rows(database, name) for name in schema.metadata.tables} == before


def test_a_dry_run_tells_the_same_and_writes_nothing(database: Database) -> None:
    dry = taken(database, REPORT.read_bytes(), dry_run=True)
    assert rows(database) == rows(database, "member") == rows(database, "history") == []
    wet = taken(database, REPORT.read_bytes())
    assert (dry.created, dry.new_members, dry.bad) == (wet.created, wet.new_members, wet.bad)
    changed = REPORT.read_bytes().replace(b'"84,900.00"', b'"90,000.00"')
    assert [(one.name, one.field, one.before, one.after) for one in taken(database, changed, dry_run=True).changed] == [
        ("Pacheco, Steele and Williams", "ARR", "84,900 USD", "90,000 USD")
    ]
    assert account(database, "Pacheco, Steele and Williams")["arr_minor"] == 84_900_00


def test_history_says_where_a_value_came_from(database: Database) -> None:
    taken(database, "Account ID,Name,ARR,Currency\n1,Acme,100,EUR\n")
    taken(database, "Account ID,Name,ARR,Currency\n1,Acme,120.50,EUR\n")
    history = [row for row in rows(database, "history") if row["entity"] == "account"]
    assert [(row["surface"], row["why"], row["before"]) for row in history] == [
        ("import", "book.csv, line 2", None),
        ("import", "book.csv, line 2", {"arr_minor": 10_000}),
    ]


def test_bad_rows_are_told_and_good_ones_go_in(database: Database) -> None:
    report = taken(
        database,
        "Account ID,Account Name,Type,ARR,Currency,Renewal Date,CS Tier\n"
        "1,Good,Customer,\"1,000.00\",USD,1/31/2026,SMB\n"
        "2,,Customer,5,USD,1/31/2026,SMB\n"
        "3,Odd date,Customer,5,USD,31/31/2026,SMB\n"
        "4,Odd money,Customer,five,USD,1/31/2026,SMB\n"
        "5,Odd tier,Customer,5,USD,1/31/2026,Gold\n"
        "6,Maybe later,Prospect,5,USD,1/31/2026,SMB\n"
        "1,Good again,Customer,5,USD,1/31/2026,SMB\n"
        "8,Too, many,Customer,5,USD,1/31/2026,SMB\n"
        "9,Short\n",
    )  # fmt: skip
    assert [name for _, name in report.created] == ["Good", "Short"]
    assert [(bad.line, bad.column, bad.value) for bad in report.bad] == [
        (3, "Account Name", ""),
        (4, "Renewal Date", "31/31/2026"),
        (5, "ARR", "five"),
        (6, "CS Tier", "Gold"),
        (7, "Type", "Prospect"),
        (8, "Account ID", "1"),
        (9, None, None),
    ]
    assert report.bad[5].reason == note(Remark.ALREADY_ON_LINE, line=2)
    assert report.taken == 2


def test_words_of_ones_own_can_be_taught(database: Database) -> None:
    words = cells.extra_words(["Gold=high_touch", "Live trial=customer"])
    report = taken(database, "Name,Type,Tier\nA,Live Trial,GOLD\n", words=words)
    assert report.bad == []
    assert account(database, "A")["tier"] is Tier.HIGH_TOUCH


def test_an_empty_cell_or_a_missing_column_erases_nothing(database: Database) -> None:
    taken(database, "Account ID,Name,Owner,ARR,Currency,Renewal Date\n1,Acme,Ines,100,EUR,2026-05-01\n")
    before = account(database, "Acme")
    assert taken(database, "Account ID,Name,Owner,ARR,Currency,Renewal Date\n1,Acme,,,USD,n/a\n").unchanged == 1
    assert taken(database, "Account ID,Name\n1,Acme\n").unchanged == 1
    assert account(database, "Acme") == before


def test_a_customer_who_left_loses_the_value_and_history_keeps_it(database: Database) -> None:
    taken(database, "Account ID,Name,Type,ARR,Currency\n1,Acme,Customer,100,EUR\n")
    report = taken(database, "Account ID,Name,Type,ARR,Currency\n1,Acme,Former Customer,0.00,EUR\n")
    assert [(one.field, one.before, one.after) for one in report.changed] == [
        ("status", "customer", "former"),
        ("ARR", "100 EUR", "–"),
        ("end", "–", "2026-03-02"),
    ]
    of_accounts = [row for row in rows(database, "history") if row["entity"] == "account"]
    assert of_accounts[-1]["before"] == {"status": "customer", "arr_minor": 10_000}


def test_what_somebody_changed_here_stays_until_the_crm_changes_its_own_value(database: Database) -> None:
    book = "Account ID,Name,Owner,ARR,Currency\n1,Acme,Ines,100,EUR\n2,Bolt,Ines,100,EUR\n"
    taken(database, book + "3,Core,Ravi,100,EUR\n")
    acme, ravi = account(database, "Acme"), members_named(database, "Ravi")
    with database.begin() as session:
        ledger.change(session, HUMAN, Entity.ACCOUNT, acme["id"], NOON, owner_id=ravi)
    report = taken(database, book)
    assert [(one.name, one.field, one.before, one.after) for one in report.kept] == [("Acme", "owner", "Ravi", "Ines")]
    assert (report.changed, report.unchanged) == ([], 2)
    assert account(database, "Acme")["owner_id"] == ravi
    moved = taken(database, book.replace("1,Acme,Ines", "1,Acme,Maya"))
    assert [(one.field, one.before, one.after) for one in moved.changed] == [("owner", "Ravi", "Maya")]


def test_an_amount_and_its_currency_stay_together(database: Database) -> None:
    taken(database, "Account ID,Name,ARR,Currency\n1,Acme,100,EUR\n")
    acme = account(database, "Acme")
    with database.begin() as session:
        ledger.change(session, HUMAN, Entity.ACCOUNT, acme["id"], NOON, arr_minor=200_00, currency="GBP")
    assert len(taken(database, "Account ID,Name,ARR,Currency\n1,Acme,100,EUR\n").kept) == 1
    report = taken(database, "Account ID,Name,ARR,Currency\n1,Acme,150,EUR\n")
    assert [(one.before, one.after) for one in report.changed] == [("200 GBP", "150 EUR")]
    assert (account(database, "Acme")["arr_minor"], account(database, "Acme")["currency"]) == (150_00, "EUR")


def test_a_tier_that_a_human_overruled_stays(database: Database) -> None:
    taken(database, "Account ID,Name,Tier\n1,Acme,SMB\n")
    acme = account(database, "Acme")
    with database.begin() as session:
        ledger.change(
            session, HUMAN, Entity.ACCOUNT, acme["id"], NOON, tier=Tier.HIGH_TOUCH, tier_reason="lighthouse customer"
        )
    assert taken(database, "Account ID,Name,Tier\n1,Acme,Mid-market\n").kept[0].before == "high_touch"
    assert account(database, "Acme")["tier"] is Tier.HIGH_TOUCH


def test_an_account_added_in_slack_is_recognised_by_its_name(database: Database) -> None:
    with database.begin() as session:
        known = accounts.create(session, HUMAN, NOON, "Élan École")
    report = taken(database, "Account ID,Name,ARR,Currency\nA9,ELAN  ECOLE,5,EUR\n")
    assert report.created == []
    assert {one.field for one in report.changed} == {"external id", "ARR", "name"}
    row = rows(database)[0]
    assert (row["id"], row["external_id"], row["arr_minor"]) == (known, "A9", 500)


def test_two_accounts_of_one_name_are_two_when_their_ids_say_so(database: Database) -> None:
    report = taken(database, "Account ID,Name\n1,Acme\n2,Acme\n")
    assert [row["slug"] for row in rows(database)] == ["acme", "acme-2"]
    assert len(report.created) == 2
    again = taken(database, "Account ID,Name\n1,Acme\n2,Acme\n")
    assert again.unchanged == 2
    unclear = taken(database, "Name\nAcme\n")
    assert [(bad.line, bad.column, bad.reason) for bad in unclear.bad] == [
        (2, "Name", note(Remark.NAME_OF_SEVERAL, count=2))
    ]


def test_without_ids_names_are_one_account_each(database: Database) -> None:
    report = taken(database, "Name,ARR,Currency\nAcme,1,EUR\nACME,2,EUR\n")
    assert len(report.created) == 1
    assert report.bad[0].reason == note(Remark.ALREADY_ON_LINE, line=2)
    assert taken(database, "Name,ARR,Currency\nacme,3,EUR\n").changed_rows == 1


def test_a_renamed_account_keeps_its_handle_and_is_found_by_its_new_name(database: Database) -> None:
    taken(database, "Account ID,Name\n1,Acme\n")
    taken(database, "Account ID,Name\n1,Zenith Labs\n")
    assert account(database, "Zenith Labs")["slug"] == "acme"
    with database.reading() as session:
        hit = account_search.find(session, 1, "zenith").hit
    assert hit is not None and hit.name == "Zenith Labs"


def members_named(database: Database, name: str) -> int:
    with database.reading() as session:
        [found] = [member for member in members.of_workspace(session, 1) if member.name == name]
    return found.id


def test_owners_who_are_known_are_not_doubled(database: Database) -> None:
    with database.begin() as session:
        session.execute(
            insert(schema.member),
            [
                {"workspace_id": 1, "slack_id": "U1", "name": "Ines Duarte", "email": "ines@example.com"},
                {"workspace_id": 1, "slack_id": "U2", "name": "Øyvind Å", "email": None},
            ],
        )
    text = "A,Ines D.,INES@example.com,\nB,INES DUARTE,,øyvind å\nC,New Person,new@example.com,\n"
    taken(database, "Name,Owner,Owner Email,Deputy\n" + text)
    assert [row["name"] for row in rows(database, "member")] == ["Ines Duarte", "Øyvind Å", "New Person"]
    assert [(row["owner_id"], row["deputy_id"]) for row in rows(database)] == [(1, None), (1, 2), (3, None)]
    with database.begin() as session:
        met = members.remember(session, 1, members.SlackUser("U3", "newp", "new@example.com", "Europe/Oslo"))
    assert met.id == 3


def test_an_owner_who_could_be_two_people_is_asked_about(database: Database) -> None:
    with database.begin() as session:
        session.execute(
            insert(schema.member),
            [{"workspace_id": 1, "slack_id": f"U{n}", "name": "Jo Li", "is_deactivated": n == 3} for n in (1, 2, 3)],
        )
    report = taken(database, "Name,CSM\nA,Jo Li\n")
    assert [(bad.column, bad.value) for bad in report.bad] == [("CSM", "Jo Li")]
    assert report.bad[0].reason.remark is Remark.OWNER_AMBIGUOUS
    with database.begin() as session:
        session.execute(update(schema.member).where(schema.member.c.slack_id == "U2").values(is_guest=True))
    assert taken(database, "Name,CSM\nA,Jo Li\n").bad == []


def test_nobody_is_given_to_a_guest_or_to_somebody_who_has_left(database: Database) -> None:
    with database.begin() as session:
        people = [("U1", "Gus Guest", True, False), ("U2", "Dora Departed", False, True), ("U3", "Jo Li", False, False)]
        session.execute(
            insert(schema.member),
            [
                {"workspace_id": 1, "slack_id": slack_id, "name": name, "is_guest": guest, "is_deactivated": left}
                for slack_id, name, guest, left in people
            ],
        )
    text = "Name,CSM,Deputy,Status\nA,Gus Guest,,customer\nB,Jo Li,Dora Departed,customer\nC,Jo Li,,customer\n"
    report = taken(database, text + "D,Dora Departed,,churned\n")
    assert [(bad.column, bad.value, bad.reason.remark) for bad in report.bad] == [
        ("CSM", "Gus Guest", Remark.OWNER_IS_GUEST),
        ("Deputy", "Dora Departed", Remark.OWNER_LEFT),
    ]
    assert [row["name"] for row in rows(database)] == ["C", "D"], "nobody is asked about a former customer"
    with database.begin() as session:
        session.execute(update(schema.member).where(schema.member.c.slack_id == "U3").values(is_deactivated=True))
    again = taken(database, "Name,CSM,Status,ARR\nC,Jo Li,customer,5 USD\n")
    assert again.bad == [], "an owner who left since stays until somebody names another"


def test_cells_that_nobody_means_are_told_and_hold_up_no_other_row(database: Database) -> None:
    junk = "x" * 20_000
    text = f"Name,CSM,ARR,Renewal Date\nA,{junk},1 USD,2026-12-31\nB,,{'9' * 20_000},2026-12-31\nC,,1 USD,{junk}\n"
    report = taken(database, text + "D,Jo Li,99999999999999999999 USD,2026-12-31\nE,Jo Li,1 USD,2026-12-31\n")
    assert [(bad.line, bad.column) for bad in report.bad] == [(2, "CSM"), (3, "ARR"), (4, "Renewal Date"), (5, "ARR")]
    assert all(len(bad.value or "") <= 80 for bad in report.bad)
    assert [row["name"] for row in rows(database)] == ["E"]


def test_portfolios_are_named_by_option_or_column_or_are_the_only_one(database: Database) -> None:
    report = taken(database, "Name\nA\n")
    assert account(database, "A")["portfolio_id"] is None
    assert any("no portfolio" in text for text in notes(report))
    assert taken(database, "Name\nA\n", portfolio="North").new_portfolios == ["North"]
    assert taken(database, "Name\nA\n", portfolio="NORTH").unchanged == 1
    taken(database, "Name\nB\n")
    assert account(database, "B")["portfolio_id"] == account(database, "A")["portfolio_id"] == 1
    taken(database, "Name,Pod\nC,South\nD,\n", "Pod=portfolio")
    assert [row["name"] for row in rows(database, "portfolio")] == ["North", "South"]
    assert account(database, "C")["portfolio_id"] == 2
    assert account(database, "D")["portfolio_id"] is None


def test_dates_that_could_be_either_are_assumed_aloud_or_refused(database: Database) -> None:
    dollars = taken(database, "Name,ARR,Currency,Renewal Date\nA,5,USD,1/2/2026\n")
    assert account(database, "A")["renewal_date"] == date(2026, 1, 2)
    assert any("month first" in text for text in notes(dollars))
    pounds = taken(database, "Name,ARR,Currency,Renewal Date\nB,5,GBP,1/2/2026\nC,5,GBP,3/3/2026\n")
    assert [(bad.line, bad.column) for bad in pounds.bad] == [(2, "Renewal Date")]
    told = taken(database, "Name,ARR,Currency,Renewal Date\nB,5,GBP,1/2/2026\n", date_order=DateOrder.DMY)
    assert (told.bad, account(database, "B")["renewal_date"]) == ([], date(2026, 2, 1))
    german = taken(database, 'Name;ARR;Currency;Renewal Date\nE;"1.234,50";EUR;4/5/2026\n')
    assert account(database, "E")["renewal_date"] == date(2026, 5, 4)
    assert account(database, "E")["arr_minor"] == 1_234_50
    assert any("day first" in text for text in notes(german))


def test_amounts_without_any_currency_are_asked_about_at_once(database: Database) -> None:
    with pytest.raises(UserError, check=says("--currency")):
        taken(database, "Name,ARR\nA,5\n")
    assert taken(database, "Name,ARR\nA,5\n", currency="jpy").bad == []
    assert account(database, "A")["arr_minor"] == 5
    assert notes(taken(database, "Name,ARR (CHF)\nB,5\n"))[0] == "Amounts without a currency are CHF."
    with pytest.raises(UserError, check=says("is no currency")):
        taken(database, "Name,ARR\nA,5\n", currency="ducats")
    dollars = taken(database, "Name,ARR\nC,$5\nD,€5\n")
    assert notes(dollars)[0] == "$ was read as USD; --currency says otherwise."
    assert [account(database, name)["currency"] for name in ("C", "D")] == ["USD", "EUR"]


def test_long_files_go_in_batches_and_say_how_far_they_are(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passes, "BATCH", 50)
    text = "Account ID,Name,Owner\n" + "".join(f"{n},Account {n},Owner {n % 7}\n" for n in range(110))
    heard: list[tuple[int, int]] = []
    run = ImportRun(database, 1, NOON, progress=lambda *at: heard.append(at))
    report = import_accounts(run, File("long.csv", text.encode()), Options())
    assert heard == [(50, 110), (100, 110), (110, 110)]
    assert len(report.created) == len(rows(database)) == 110
    assert len(rows(database, "member")) == 7


def test_hostile_names_come_back_as_they_are(database: Database) -> None:
    names = [
        "<!channel>",
        "*_~`",
        "x" * 300,
        "👩‍👩‍👧 Co",
        "=HYPERLINK(1)",
        "!!!",
        "\U0010ffff",
    ]
    taken(database, "Name\n" + "".join(f'"{name}"\n' for name in names) + '"nul\x00l"\n')
    assert [row["name"] for row in rows(database)] == [*names, "null"]
    assert taken(database, "Name\n" + "".join(f'"{name}"\n' for name in names)).unchanged == len(names)


def test_a_later_import_asks_for_the_risks_to_be_looked_at(database: Database) -> None:
    taken(database, "Account ID,Name\n1,Acme\n")
    later = NOON + timedelta(days=1)
    file = File("b.csv", b"Account ID,Name,Renewal Date\n1,Acme,2026-04-01\n")
    import_accounts(ImportRun(database, 1, later), file, Options())
    assert [row["look_at"] for row in rows(database, "account_due")] == [later]
