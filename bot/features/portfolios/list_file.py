"""The list of customers as a CSV file for a spreadsheet, in which nothing that somebody typed becomes a formula."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import floor

from sqlalchemy.orm import Session

from bot.app.actor import Actor, must_read
from bot.app.readable import LeftOut, without_unreadable
from bot.domain.labels import label
from bot.domain.portfolio.account_summary import AccountSummary
from bot.domain.values import slugs
from bot.domain.values.money import money
from bot.features.portfolios.customer_list import Chosen, listing_of, summaries_of
from bot.features.portfolios.list_choice import ListChoice
from bot.features.portfolios.list_rows import note_of, squares_of
from bot.features.portfolios.list_views import ListFile
from bot.store.account_list import Listed

MOST_ROWS = 20_000
A_PART = 1_000
"""So many customers are read at once, well within the time that Slack gives."""
_CONTROLS = frozenset("\t\r\n")
_FORMULA = _CONTROLS | frozenset("=+-@")
_HEAD = (
    "customer",
    "proven %",
    "outcomes",
    "outcomes proven",
    "ARR",
    "currency",
    "renews",
    "stage",
    "tier",
    "owner",
    "status",
    "needs",
)


@dataclass(frozen=True, slots=True)
class FilePlan:
    """What a file is to hold: its name, its rows in order, and whether there are more than it takes."""

    name: str
    listed: tuple[Listed, ...]
    is_cut: bool


def file_plan(session: Session, actor: Actor, choice: ListChoice, now: datetime) -> FilePlan:
    """The rows of a list up to `MOST_ROWS`, which are read part by part."""
    chosen = Chosen(session, actor, choice)
    listing = listing_of(session, choice, chosen, now, {})
    listed = listing.page(session, 0, MOST_ROWS + 1)
    name = f"{slugs.slug(chosen.title)[:40] or 'customers'}-{listing.today.isoformat()}.csv"
    return FilePlan(name, tuple(listed[:MOST_ROWS]), len(listed) > MOST_ROWS)


def rows_of(session: Session, actor: Actor, some: tuple[Listed, ...], now: datetime) -> list[tuple[str, ...]]:
    """The cells of one part; an account that is not there any more, or cannot be read, has no row."""
    must_read(actor)
    today = actor.today(now)
    ids = [one.account_id for one in some]
    summaries = without_unreadable(lambda left_out: _summaries(session, actor, ids, left_out, now))[0]
    pairs = ((summaries[one.account_id], one.owner or "") for one in some if one.account_id in summaries)
    return [_cells(summary, owner, note_of(summary, today)) for summary, owner in pairs]


def _summaries(
    session: Session, actor: Actor, ids: list[int], left_out: LeftOut, now: datetime
) -> dict[int, AccountSummary]:
    return summaries_of(session, actor.workspace_id, [one for one in ids if one not in left_out], now)


def written(plan: FilePlan, rows: Iterable[tuple[str, ...]]) -> ListFile:
    """The file, which spreadsheets open as UTF-8."""
    text, many = io.StringIO(newline=""), 0
    lines = csv.writer(text)
    lines.writerow(_HEAD)
    for cells in rows:
        lines.writerow([guarded(cell) for cell in cells])
        many += 1
    return ListFile(plan.name, text.getvalue().encode("utf-8-sig"), many, plan.is_cut)


def guarded(cell: str) -> str:
    """The cell, behind an apostrophe where a spreadsheet would take it for a formula."""
    plain = unicodedata.normalize("NFKC", cell)  # full-width signs begin formulas too
    begins = next((one for one in plain if one in _CONTROLS or not _is_blank(one)), "")
    return f"'{cell}" if begins in _FORMULA else cell


def _is_blank(one: str) -> bool:
    """Whether a spreadsheet may pass over a character: white space, or one that is not seen."""
    return one.isspace() or unicodedata.category(one) == "Cf"


def _cells(summary: AccountSummary, owner: str, note: str) -> tuple[str, ...]:
    account, outcomes = summary.account, squares_of(summary)
    arr = money(account.arr_minor, account.currency)
    return (
        account.name,
        str(floor(summary.coverage * 100)) if outcomes else "",
        str(len(outcomes)),
        str(summary.proven),
        f"{arr.major:f}" if arr else "",
        account.currency or "",
        account.renewal_date.isoformat() if account.renewal_date else "",
        label(account.stage),
        label(account.tier),
        owner,
        account.status.value,
        note,
    )
