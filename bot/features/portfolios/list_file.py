"""The list of customers as a CSV file for a spreadsheet, in which nothing that somebody typed becomes a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from math import floor

from sqlalchemy.orm import Session

from bot.app.actor import Actor
from bot.domain.labels import label
from bot.domain.portfolio.account_summary import AccountSummary
from bot.domain.values import slugs
from bot.domain.values.money import money
from bot.features.portfolios.customer_list import Chosen, listing_of, summaries_of
from bot.features.portfolios.list_choice import ListChoice
from bot.features.portfolios.list_rows import note_of, squares_of
from bot.features.portfolios.list_views import ListFile
from bot.store.account_list import Listed

MOST_ROWS = 2_000
"""So many customers are read within the time that Slack gives."""
_BATCH = 500
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
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


def list_file(session: Session, actor: Actor, choice: ListChoice, now: datetime) -> ListFile:
    """All rows of a list up to `MOST_ROWS`, in its order, as a file that spreadsheets open as UTF-8."""
    chosen = Chosen(session, actor, choice)
    listing = listing_of(session, choice, chosen, now, {})
    listed = listing.page(session, 0, MOST_ROWS + 1)
    written = io.StringIO(newline="")
    rows = csv.writer(written)
    rows.writerow(_HEAD)
    for cells in _rows(session, actor, listed[:MOST_ROWS], now):
        rows.writerow([guarded(cell) for cell in cells])
    name = f"{slugs.slug(chosen.title)[:40] or 'customers'}-{listing.today.isoformat()}.csv"
    return ListFile(name, written.getvalue().encode("utf-8-sig"), min(len(listed), MOST_ROWS), len(listed) > MOST_ROWS)


def guarded(cell: str) -> str:
    """The cell, behind an apostrophe where a spreadsheet would take it for a formula."""
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell


def _rows(session: Session, actor: Actor, listed: list[Listed], now: datetime) -> Iterator[tuple[str, ...]]:
    today = actor.today(now)
    for start in range(0, len(listed), _BATCH):
        some = listed[start : start + _BATCH]
        summaries = summaries_of(session, actor, [one.account_id for one in some], now)
        for one in some:
            if one.account_id in summaries:
                summary = summaries[one.account_id]
                yield _cells(summary, one.owner or "", note_of(summary, today))


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
