"""Reading single cells of an export: amounts, dates, people and words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.app.actor import UserError
from bot.domain.enums import AccountStatus, Tier
from bot.features.imports import (
    account_rows,
    amounts,
    cells,
    colleagues,
    column_mapping,
    dates,
    file_reader,
    report_lines,
    row_reader,
    wording,
)
from bot.features.imports.amounts import Mark
from bot.features.imports.colleagues import Who
from bot.features.imports.dates import DateOrder, Reading
from bot.features.imports.fields import ACCOUNTS
from bot.features.imports.remarks import Remark, Unreadable, note
from bot.features.imports.row_reader import Options
from tests.support.refusals import says

RECOGNISER = column_mapping.recogniser(ACCOUNTS)


def tells(words: str) -> Callable[[Unreadable], bool]:
    """Whether the reason of an unreadable cell has these words."""
    return lambda error: words in wording.sentence(error.note)


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("8,400.00", "8400"),
        ("8.400,00", "8400"),
        ("8 400,00", "8400"),
        ("8\u202f400,00", "8400"),
        ("8'400.50", "8400.5"),
        ("8400", "8400"),
        ("8,400", "8400"),
        ("0.125", "0.125"),
        ("12,34,567.00", "1234567"),
        ("１２,０００", "12000"),
        ("1.234.567,8", "1234567.8"),
        ("$8,400", "8400"),
        ("USD 8,400.00", "8400"),
        ("€ 12k", "12000"),
        ("1.2M", "1200000"),
        ("12 000 €", "12000"),
        ("0.00", "0"),
    ],
)
def test_amounts_are_read_as_they_are_written(text: str, figure: str) -> None:
    amount = amounts.read(text, None)
    assert amount is not None
    assert amount.figure == Decimal(figure)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("(1,200.00)", "negative"),
        ("1,200.00-", "negative"),
        ("-5", "negative"),
        ("\u22125", "negative"),
        ("$ (5)", "negative"),
        ("1E99", "more money than there is"),
        ("8,4,0", "odd places"),
        ("84 00", "odd places"),
        ("1,234.567,8", "odd places"),
        ("12 USD EUR", "two currencies"),
        ("$5,000 / month", "monthly"),
        ("a lot", "is not an amount"),
    ],
)
def test_what_is_no_amount_says_why(text: str, reason: str) -> None:
    with pytest.raises(Unreadable, check=tells(reason)):
        amounts.read(text, None)


@pytest.mark.parametrize("text", ["", " ", "-", "n/a", "N/A", "None", "null", "—", "#N/A", "unknown"])
def test_an_unknown_amount_is_none_and_never_zero(text: str) -> None:
    assert amounts.read(text, None) is None


def test_the_decimal_mark_is_what_the_column_shows() -> None:
    assert amounts.mark_of(["8,400", "7,404.00", ""]) is Mark.POINT
    assert amounts.mark_of(["8.400", "7.404,00"]) is Mark.COMMA
    assert amounts.mark_of(["1,200,000"]) is Mark.POINT
    assert amounts.mark_of(["8,400", "9,600"]) is None
    assert amounts.mark_of(["1.50", "1,50"]) is Mark.MIXED
    assert amounts.mark_of(["1.50"] * 20 + ["1,50"]) is Mark.POINT
    assert amounts.read("8.400", Mark.POINT) == amounts.Amount(Decimal("8.4"))
    assert amounts.read("8.400", Mark.COMMA) == amounts.Amount(Decimal(8400))
    with pytest.raises(Unreadable, check=tells("both ways")):
        amounts.read("8.400", Mark.MIXED)


@given(st.integers(0, 10**12), st.sampled_from([(",", "."), (".", ","), (" ", ","), ("'", "."), ("", ".")]))
def test_whatever_the_style_the_cents_come_back(minor: int, style: tuple[str, str]) -> None:
    group, mark = style
    text = f"{minor // 100:,}".replace(",", group) + f"{mark}{minor % 100:02}"
    amount = amounts.read(text, None)
    assert amount is not None
    assert amounts.settle(amount, ("EUR",), None).minor == minor


def test_the_currency_comes_from_its_column_then_the_cell_then_what_was_said() -> None:
    def settled(text: str, stated: str | None, assumed: str | None) -> tuple[int, str]:
        amount = amounts.read(text, None)
        assert amount is not None
        found = amounts.settle(amount, (stated,) if stated else (), assumed)
        return found.minor, found.currency

    assert settled("$8,400.00", "CAD", None) == (840000, "CAD")
    assert settled("$8,400.00", None, None) == (840000, "USD")
    assert settled("$8,400.00", None, "AUD") == (840000, "AUD")
    assert settled("€8,400.00", None, "USD") == (840000, "EUR")
    assert settled("7,404", "JPY", None) == (7404, "JPY")
    assert settled("7.4045", "KWD", None) == (7404, "KWD")
    with pytest.raises(Unreadable, check=tells("is in EUR, and the currency column says USD")):
        settled("€8,400.00", "USD", None)
    with pytest.raises(Unreadable, check=tells("--currency")):
        settled("8,400.00", None, None)


@pytest.mark.parametrize(("text", "code"), [("usd", "USD"), ("EUR - Euro", "EUR"), ("£", "GBP"), ("", None)])
def test_currencies_are_iso_codes(text: str, code: str | None) -> None:
    assert amounts.currency(text) == ((code,) if code else ())


def test_an_invented_currency_is_refused() -> None:
    with pytest.raises(Unreadable, check=tells("is no currency")):
        amounts.currency("XQZ")


@pytest.mark.parametrize(
    "text",
    [
        "2022-01-15",
        "2022/1/15",
        "2022.01.15",
        "2022-01-15 00:00",
        "2022-01-15T10:30:00.000Z",
        "2022-01-15T23:30:00-08:00",
        "15-Jan-2022",
        "Jan 15, 2022",
        "15th January 2022",
        "20220115",
        "2022年1月15日",
        "1/15/2022",
        "15/1/2022",
        "15.01.2022",
        "15.1.22",
        "1/15/2022, 12:00 AM",
    ],
)
def test_dates_that_can_be_read_in_one_way_are(text: str) -> None:
    assert dates.read(text, None) == Reading(date(2022, 1, 15))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1/2/2022", "--date-order"),
        ("2/29/2023", "no calendar has"),
        ("13/13/2022", "no calendar has"),
        ("next spring", "is not a date"),
        ("3. Mai 20222", "is not a date"),
        ("1/1/2400", "too far"),
    ],
)
def test_what_is_no_date_says_why(text: str, reason: str) -> None:
    with pytest.raises(Unreadable, check=tells(reason)):
        dates.read(text, None)


def test_one_day_above_twelve_decides_for_the_whole_file() -> None:
    orders = dates.order_of({"start": ["1/2/2022", "3/4/2022"], "renewal": ["5/6/2023", "1/31/2023"]}, None)
    assert orders["start"].order is orders["renewal"].order is DateOrder.MDY
    assert dates.order_of({"a": ["01.02.2022"]}, DateOrder.MDY)["a"].order is DateOrder.DMY


def test_a_file_that_could_be_read_both_ways_is_assumed_aloud_or_asked_about() -> None:
    assumed = dates.order_of({"a": ["1/2/2022"]}, DateOrder.MDY)["a"]
    assert assumed.order is DateOrder.MDY
    assert assumed.note == note(Remark.DATES_ASSUMED, order=DateOrder.MDY)
    asked = dates.order_of({"a": ["1/2/2022"]}, None)["a"]
    assert asked.order is None
    assert asked.note == note(Remark.DATES_UNDECIDED)


def test_a_lone_slip_does_not_turn_a_column_around() -> None:
    cells_ = ["1/20/2022"] * 30 + ["20/1/2022"]
    assert dates.order_of({"a": cells_}, None)["a"].order is DateOrder.MDY
    with pytest.raises(Unreadable, check=tells("month first")):
        dates.read("20/1/2022", DateOrder.MDY)
    mixed = dates.order_of({"a": ["1/20/2022", "20/1/2022", "1/2/2022"]}, DateOrder.MDY)["a"]
    assert mixed.order is None


@given(st.dates(date(1950, 1, 1), date(2199, 12, 31)), st.sampled_from(list(DateOrder)))
def test_a_known_order_reads_every_day_back(day: date, order: DateOrder) -> None:
    written = {
        DateOrder.MDY: f"{day.month}/{day.day}/{day.year}",
        DateOrder.DMY: f"{day.day:02}.{day.month:02}.{day.year}",
        DateOrder.YMD: day.isoformat(),
    }[order]
    marks = (date(1970, 1, 1), date(1969, 12, 31))
    assert dates.read(written, order).day == (None if day in marks else day)


@pytest.mark.parametrize(
    ("text", "email", "expected"),
    [
        ("Maya Lindqvist", "", Who("Maya Lindqvist")),
        ("  Maya   Lindqvist ", "", Who("Maya Lindqvist")),
        ("Maya Lindqvist <Maya@Example.com>", "", Who("Maya Lindqvist", "maya@example.com")),
        ("Maya Lindqvist (maya@example.com)", "", Who("Maya Lindqvist", "maya@example.com")),
        ("maya@example.com", "", Who("maya@example.com", "maya@example.com")),
        ("Maya Lindqvist", "maya@example.com", Who("Maya Lindqvist", "maya@example.com")),
        ("None", "", None),
        ("Unassigned", "", None),
        ("", "", None),
    ],
)
def test_owners_are_named_by_name_or_address(text: str, email: str, expected: Who | None) -> None:
    assert colleagues.read(text, email).who == expected


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Customer", AccountStatus.CUSTOMER),
        ("Customer - Direct", AccountStatus.CUSTOMER),
        ("ACTIVE", AccountStatus.CUSTOMER),
        ("Former Customer", AccountStatus.FORMER),
        ("Ex-Customer", AccountStatus.FORMER),
        ("churned", AccountStatus.FORMER),
    ],
)
def test_status_words_of_crms(text: str, meant: AccountStatus) -> None:
    assert cells.status([("status", text)], {}) is meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Strategic", Tier.HIGH_TOUCH),
        ("Enterprise", Tier.HIGH_TOUCH),
        ("Mid-market", Tier.LOW_TOUCH),
        ("Mid Market", Tier.LOW_TOUCH),
        ("SMB", Tier.TECH_TOUCH),
        ("tech_touch", Tier.TECH_TOUCH),
    ],
)
def test_tier_words_of_crms(text: str, meant: Tier) -> None:
    assert cells.tier(text, {}) is meant


def test_words_nobody_knows_say_what_to_add() -> None:
    with pytest.raises(Unreadable, check=tells('--word "Gold=high_touch"')):
        cells.tier("Gold", {})
    with pytest.raises(Unreadable, check=tells("no customer")):
        cells.status([("status", "Prospect")], {})
    words = cells.extra_words(["Gold=high_touch", "Prospect = former"])
    assert cells.tier("gold", words) is Tier.HIGH_TOUCH
    assert cells.status([("status", "Prospect")], words) is AccountStatus.FORMER
    with pytest.raises(UserError, check=says("high_touch")):
        cells.extra_words(["Gold=golden"])


class Untouched:
    """Stands for a pattern that must not be tried: on 20,000 characters it takes many seconds."""

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"a long cell came to .{name} of a pattern")


LONG = [" " * 20_000 + "x", "1" + " 1" * 10_000, "9" * 20_000, "a.b" * 7000, "T 1:00" * 3400, "$" * 20_000]


@pytest.mark.parametrize("cell", LONG, ids=lambda cell: f"{cell.strip()[:6]}…")
def test_no_pattern_is_tried_on_a_cell_of_twenty_thousand_characters(
    cell: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, names in (
        (dates, ("_TIME", "_YEAR_FIRST", "_COMPACT", "_NUMBERS", "_DAY_NAME", "_NAME_DAY", "_PARTIAL", "_ZERO_DAY")),
        (amounts, ("_SHAPE", "_ISO", "_ZERO", "_EXPONENT", "_A_YEAR", "_A_MONTH")),
        (colleagues, ("_MAIL", "_BETWEEN", "_GONE", "_KEY")),
    ):
        for name in names:
            monkeypatch.setattr(module, name, Untouched())
    readers: list[tuple[Callable[[], object], str]] = [
        (lambda: dates.read(cell, None), "a date"),
        (lambda: amounts.read(cell, None), "an amount"),
        (lambda: amounts.number(cell, None), "a number"),
        (lambda: colleagues.read(cell), "somebody's name"),
        (lambda: colleagues.read("Maya", cell), "an email address"),
    ]
    for read, what in readers:
        with pytest.raises(Unreadable, check=tells(f"is too long to be {what}")):
            read()
    assert dates.order_of({"Renewal": [cell]}, None)["Renewal"].order is None
    assert amounts.mark_of([cell]) is None
    assert amounts.named_currencies([cell]) == set()
    assert not amounts.is_shortened(cell)


@pytest.mark.parametrize(
    "cell", [*LONG, "<a " * 7000, "&amp;" * 4000, "\u200b " * 10_000, "a@b." * 5000, "é" + "a" * 20_000]
)
def test_a_cell_of_twenty_thousand_characters_holds_up_no_file(cell: str) -> None:
    """In any column, above the header and below the rows: it is read, or told, and the other rows come in."""
    quoted = '"' + cell.replace('"', '""') + '"'
    for text in (
        f"{quoted}\nName,ARR,CSM,Status,Renewal Date,Account ID\nA,1 USD,,,,\n\n{quoted}\n",
        "Name,ARR,CSM,Status,Renewal Date,Account ID\n" + f"{','.join([quoted] * 6)}\nA,1 USD,,,,\n",
        f"Name,ARR,{quoted}\nA,1 USD,\n",
    ):
        for encoding in ("utf-8", "cp1252"):
            sheet = file_reader.read(text.encode(encoding, "replace"), recognised=RECOGNISER.count)
            columns, _, _ = report_lines.rows_of(RECOGNISER.recognise(sheet), ACCOUNTS, cut_off=False)
            lines = list(account_rows.lines(row_reader.reader(columns, Options(), ACCOUNTS, year=2026)))
            assert [line.name for line in lines if isinstance(line, account_rows.ImportedAccount)][-1] == "A"
