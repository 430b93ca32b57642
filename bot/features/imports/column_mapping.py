"""Which column of an export is which field: the names that CRMs use, and what `--map` says instead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.app.actor import UserError
from bot.domain.values.slugs import folded
from bot.features.imports.file_reader import Row, Sheet
from bot.features.imports.refusals import ImportRefusal

IGNORE = "ignore"
_HEADER_WITHIN = 20
_CURRENCY_IN_HEADER = re.compile(r"[(\[ ](?:in )?([A-Z]{3})[)\]]?$")
_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*$")

ACCOUNT_FIELDS: dict[str, tuple[str, ...]] = {
    "external_id": (
        "account id", "external id", "crm id", "crm account id", "salesforce id", "salesforce account id",
        "account id 18", "record id", "company id", "customer id", "client id", "hs object id", "account number",
        "customer number", "id",
    ),
    "name": (
        "account name", "account account name", "company name", "customer name", "client name", "organization name",
        "organisation name", "name", "account", "company", "customer", "client", "organization", "organisation",
    ),
    "status": (
        "customer status", "account status", "status", "type", "account type", "customer type", "lifecycle stage",
        "lifecycle status",
    ),
    "owner": (
        "csm", "csm name", "customer success manager", "cs owner", "customer success owner", "account owner",
        "company owner", "account owner full name", "owner name", "owner full name", "owner", "account manager",
        "hubspot owner",
    ),
    "owner_email": (
        "csm email", "customer success manager email", "account owner email", "owner email", "company owner email",
    ),
    "deputy": (
        "deputy", "deputy csm", "backup csm", "secondary csm", "deputy owner", "backup owner", "secondary owner",
    ),
    "arr": (
        "arr", "annual recurring revenue", "current arr", "contracted arr", "total arr", "annual contract value", "acv",
        "annualized contract value", "annualised contract value", "annual value", "arr amount", "amount",
    ),
    "currency": (
        "arr currency", "annual contract value currency", "acv currency", "amount currency", "account currency",
        "currency", "currency iso code", "currency code", "deal currency code",
    ),
    "contract_start": (
        "contract start date", "contract start", "subscription start date", "subscription start", "start date",
        "contract effective date", "original contract date", "initial contract date", "customer since",
        "became a customer date",
    ),
    "renewal_date": (
        "renewal date", "next renewal date", "contract renewal date", "renewal", "renews on", "contract end date",
        "contract end", "subscription end date", "term end date", "end date",
    ),
    "tier": (
        "cs tier", "customer tier", "account tier", "tier", "touch model", "cs segment", "customer segment",
        "account segment", "segment",
    ),
    "portfolio": ("portfolio", "cs portfolio", "portfolio name", "book of business", "book", "pod"),
}  # fmt: skip

_ACCOUNT_OF_A_FACT: dict[str, tuple[str, ...]] = {
    "account_id": ("account id", "crm id", "external id", "record id", "company id", "customer id"),
    "account": ("account", "account name", "company name", "company", "customer name", "customer", "name"),
}

PROMISE_FIELDS: dict[str, tuple[str, ...]] = {
    **_ACCOUNT_OF_A_FACT,
    "text": ("promise", "what was promised", "commitment", "promise text", "text", "description"),
    "promised_on": ("promised on", "promise date", "date promised", "date", "made on"),
    "promised_by": ("promised by", "made by", "sales rep", "rep", "seller"),
    "promised_to": ("promised to", "made to", "contact", "customer contact"),
    "due_on": ("due on", "due date", "due", "by when", "deadline"),
    "state": ("state", "status"),
}

OUTCOME_FIELDS: dict[str, tuple[str, ...]] = {
    **_ACCOUNT_OF_A_FACT,
    "title": ("outcome", "title", "success", "what is success", "goal", "objective", "success criterion"),
    "metric": ("metric", "measure", "kpi", "measured by"),
    "unit": ("unit", "units"),
    "direction": ("direction", "which way"),
    "baseline": ("baseline", "baseline value", "start value", "from"),
    "baseline_on": ("baseline on", "baseline date", "measured on"),
    "baseline_agreed_by": ("baseline agreed by", "agreed by"),
    "target": ("target", "target value", "goal value", "to"),
    "band_low": ("band low", "at least", "minimum", "min"),
    "band_high": ("band high", "at most", "maximum", "max"),
    "due_on": ("due on", "due date", "due", "by when", "deadline", "target date"),
    "owner_person": ("owner", "customer owner", "outcome owner", "customer side owner", "owned by"),
    "shelf_life_days": ("shelf life days", "shelf life", "review every days"),
    "promised": ("promised value", "value promised", "value", "promised"),
    "currency": ("currency", "currency iso code", "currency code"),
    "risk_if_never": ("risk if never", "risk", "if it never happens", "risk if never done"),
}

# Columns that look like ours and are not: why they are left alone, and what to do if they are meant.
_TRAPS: dict[str, str] = {
    "annualrevenue": "is usually the customer's own revenue; if it is your ARR: --map \"{header}=arr\"",
    "closedate": "is the date of a sale; if these are renewals: --map \"{header}=renewal_date\"",
    "ownerid": "holds keys, not people; export the owner's name or e-mail address beside it",
    "mrr": "is monthly; export the annual value, or multiply it by twelve first",
    "monthlyrecurringrevenue": "is monthly; export the annual value, or multiply it by twelve first",
    "totalcontractvalue": "spans the whole contract; if yours run a year: --map \"{header}=arr\"",
    "tcv": "spans the whole contract; if yours run a year: --map \"{header}=arr\"",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each recognised field stands in a row; `currency_hint` is an ISO code named in the header of an amount."""

    headers: tuple[str, ...]
    at: Mapping[str, int]
    ignored: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    currency_hint: str | None = None
    rows: tuple[Row, ...] = field(default=(), repr=False)

    def __contains__(self, name: str) -> bool:
        return name in self.at

    def header(self, name: str) -> str | None:
        """The header of the column that holds this field."""
        return self.headers[self.at[name]] if name in self.at else None

    def cell(self, row: Row, name: str) -> str:
        """The text of this field in `row`; empty when the column or the cell is not there."""
        position = self.at.get(name)
        return row.cells[position] if position is not None and position < len(row.cells) else ""


def key(header: str) -> str:
    """A header without case, spaces, underscores, punctuation and Salesforce's `__c`."""
    bare = header.strip().removesuffix("__c").removesuffix("__C")
    return re.sub(r"[\W_]+", "", folded(bare))


def recognise(
    sheet: Sheet,
    fields: Mapping[str, tuple[str, ...]],
    mapping: Iterable[str] = (),
    required: tuple[str, ...] = ("name",),
) -> Columns:
    """Find the header line and its fields. `mapping` holds `CRM column=field`; `=ignore` leaves a column out.

    Raises `UserError` when a mapping names what is not there, or a required field is not found.
    """
    pairs = [_pair(pair, fields) for pair in mapping]
    position = _header_row(sheet, fields, pairs, required[0])
    headers = sheet.rows[position].cells
    mapped = _mapped(headers, pairs)
    at, ignored, notes = _assigned(headers, fields, mapped)
    for name in required:
        if name not in at:
            raise UserError(ImportRefusal.COLUMN_MISSING, name=name, columns=headers)
    hint = _CURRENCY_IN_HEADER.search(headers[at["arr"]]) if "arr" in at else None
    rows = sheet.rows[position + 1 :]
    return Columns(headers, at, ignored, notes, hint.group(1) if hint else None, rows)


def _pair(text: str, fields: Mapping[str, tuple[str, ...]]) -> tuple[str, str]:
    header, equals, name = text.rpartition("=")
    name = name.strip().lower().replace(" ", "_").replace("-", "_")
    if not equals or not header.strip():
        raise UserError(ImportRefusal.MAP_PAIR_UNREADABLE, pair=text)
    if name != IGNORE and name not in fields:
        raise UserError(ImportRefusal.FIELD_UNKNOWN, name=name, fields=(*fields, IGNORE))
    return header.strip(), name


def _header_row(
    sheet: Sheet, fields: Mapping[str, tuple[str, ...]], pairs: list[tuple[str, str]], first_required: str
) -> int:
    """The first row near the top that names the required field; the very first row if none does."""
    mapped = {key(header) for header, name in pairs if name == first_required}
    headers = mapped or {key(synonym) for synonym in fields[first_required]}
    for position, row in enumerate(sheet.rows[:_HEADER_WITHIN]):
        if len(list(filter(None, row.cells))) > 1 and headers & {key(cell) for cell in row.cells}:
            return position
    return 0


def _mapped(headers: tuple[str, ...], pairs: list[tuple[str, str]]) -> dict[int, str]:
    mapped: dict[int, str] = {}
    for header, name in pairs:
        exact = [at for at, text in enumerate(headers) if text == header]
        loose = exact or [at for at, text in enumerate(headers) if key(text) == key(header)]
        if not loose:
            raise UserError(ImportRefusal.COLUMN_UNKNOWN, column=header, columns=headers)
        if name in mapped.values() and name != IGNORE:
            raise UserError(ImportRefusal.FIELD_MAPPED_TWICE, name=name)
        mapped[loose[0]] = name
    return mapped


def _assigned(
    headers: tuple[str, ...], fields: Mapping[str, tuple[str, ...]], mapped: dict[int, str]
) -> tuple[dict[str, int], tuple[str, ...], tuple[str, ...]]:
    at = {name: position for position, name in mapped.items() if name != IGNORE}
    free = [position for position in range(len(headers)) if position not in mapped and headers[position]]
    for name, synonyms in fields.items():
        if name in at:
            continue
        ranks = {key(synonym): rank for rank, synonym in enumerate(synonyms)}
        ranks.setdefault(key(name), -1)
        ranked = [(rank, position) for position in free if (rank := _rank(headers[position], ranks)) is not None]
        if ranked:
            at[name] = min(ranked)[1]
            free.remove(at[name])
    ignored = tuple(
        headers[position] for position in range(len(headers)) if headers[position] and position not in at.values()
    )
    notes = tuple(
        f"{headers[position]!r} {_TRAPS[key(headers[position])].format(header=headers[position])}."
        for position in free
        if key(headers[position]) in _TRAPS
    )
    return at, ignored, notes


def _rank(header: str, ranks: Mapping[str, int]) -> int | None:
    shorter = _BRACKETS.sub("", header)
    without_currency = _CURRENCY_IN_HEADER.sub("", header)
    return next((ranks[key(name)] for name in (header, shorter, without_currency) if key(name) in ranks), None)
