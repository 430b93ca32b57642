"""The field tables of contracts, and of what comes from outside: readings and events."""

from __future__ import annotations

from bot.features.imports.account_fields import ACCOUNT_OF_A_FACT, ACCOUNTS, FieldTable
from bot.features.imports.remarks import Remark

# Ids that are the row's own in a file that is about accounts.
_OF_THE_ROW = ("external id", "record id", "id", "hs object id", "case safe id")

_ACCOUNT_OF_A_TERM: dict[str, tuple[str, ...]] = {
    "account_id": (
        *(header for header in ACCOUNT_OF_A_FACT["account_id"] if header not in ("record id", "external id")),
        "account number", "customer number", "associated company ids", "primary associated company ids",
        "subscriptions customer id", "customers id", "sfdc account id", "account code", "customer code",
        *(header for header in ACCOUNTS.fields["external_id"] if header not in _OF_THE_ROW),
    ),
    "account": (
        *(header for header in ACCOUNT_OF_A_FACT["account"] if header != "name"),
        "customers company", "customer company", "associated company names", "subscription customer",
        *(header for header in ACCOUNTS.fields["name"] if header not in ("name", "display name", "title")),
        "customer description",
    ),
}  # fmt: skip

_ANNUAL = tuple(header for header in ACCOUNTS.fields["arr"] if header != "amount")
_CURRENCY_OF_A_TERM = (
    "currency", "currency iso code", "currency code", "deal currency code", "contract currency", "plan currency",
    "subscription currency", "arr currency", "mrr currency", "amount currency", "opportunity currency",
    "subscriptions currency code", "billing currency code", *ACCOUNTS.fields["currency"],
)  # fmt: skip

CONTRACTS = FieldTable(
    "contracts",
    {
        **_ACCOUNT_OF_A_TERM,
        "external_id": (
            "contract id", "contract number", "subscription id", "subscriptions id", "opportunity id", "deal id",
            "subscription number", "subscription name", "order id", "order number", "case safe id",
            "record id", "external id", "id",
        ),
        "plan": (
            "plan", "plan name", "line", "current plan", "plan id", "subscriptions plan id", "subscription plan",
            "product name", "product", "add on", "addon", "item", "item price id", "price id", "price", "package",
            "sku", "rate plan", "rate plan name", "plan code", "produkt", "tarif", "produit", "offre",
            "producto", "プラン",
        ),
        "starts_on": (
            "contract start date", "contract start", "starts on", "start of term", "current period start",
            "current term start", "subscriptions current term start", "current billing term start date", "term start",
            "term start date", "service start date", "period start", "subscription start date", "subscription start",
            "start date", "start", "starts at", "effective date", "contract effective date", "subscriptions started at",
            "started at", "subscription started at", "current period started at", *ACCOUNTS.fields["contract_start"],
            "close date", "closed won date",
        ),
        "closed_on": ("close date", "closed won date"),
        "ends_on": (
            "contract end date", "contract end", "ends on", "end of term", "current period end", "current term end",
            "subscriptions current term end", "current billing term end date", "term end", "term end date",
            "service end date", "period end", "subscription end date", "subscription end", "end date", "end",
            "ends at", "expiration date", "expiry date", "expires on", "current period ends at", "date de fin",
            "data fine", *ACCOUNTS.fields["renewal_date"],
        ),
        "ended_on": (
            "ended at", "ended on", "termination date", "terminated on", "churn date", "churned on", "canceled at",
            "cancelled at", "canceled on", "cancelled on", "cancellation date", "subscriptions cancelled at",
            "subscription canceled at", "kundigungsdatum",
        ),
        "term_months": (
            "contract term", "contract term months", "term months", "term in months", "subscription term", "term",
            "contract length", "contract length months", "duration months", "laufzeit", "laufzeit monate",
        ),
        "notice_days": (
            "notice days", "notice period", "notice period days", "notice", "cancellation notice",
            "cancellation notice days", "days notice", "termination notice", "kundigungsfrist", "preavis", "preaviso",
        ),
        "notice_months": ("notice months", "notice period months", "cancellation notice months"),
        "auto_renews": (
            "auto renew", "auto renews", "auto renewal", "automatic renewal", "renews automatically", "autorenew",
            "auto renewing", "automatische verlangerung",
        ),
        "cancels": ("cancel at period end", "cancels at period end", "non renewing", "will not renew"),
        "arr": _ANNUAL,
        "mrr": (
            "mrr", "monthly recurring revenue", "mrr amount", "current mrr", "subscriptions mrr", "monthly value",
            "monthly amount", "monthly fee", "contracted mrr", "total mrr", "monatswert",
        ),
        "amount": (
            "amount", "plan amount", "subscription amount", "unit amount", "unit price", "plan unit price",
            "total contract value", "tcv", "contract value", "deal amount", "deal value", "opportunity amount",
            "total price", "total", "value", "betrag", "montant", "importe",
        ),
        "interval": (
            "interval", "billing interval", "plan interval", "plan interval unit",
            "billing period unit", "subscriptions billing period unit",
            "billing frequency", "billing cycle", "subscription billing period", "billing period", "frequency",
            "billed every",
        ),
        "interval_count": (
            "interval count", "plan interval count", "plan interval length", "billing months", "billing period",
        ),
        "quantity": ("quantity", "plan quantity", "subscription quantity", "subscriptions plan quantity"),
        "kind": (
            "movement", "contract kind", "opportunity type", "deal type", "contract type", "kind", "type",
            "opportunity record type",
        ),
        "state": (
            "deal stage", "opportunity stage", "stage", "stage name", "contract status", "subscription status",
            "subscriptions status", "status",
        ),
        "currency": _CURRENCY_OF_A_TERM,
        "source": ("source", "source system", "system"),
    },
    required=("starts_on",),
    one_of=("account", "account_id"),
    days=("starts_on", "closed_on", "ends_on", "ended_on"),
    figures=("arr", "mrr", "amount"),
    money={"arr": "currency", "mrr": "currency", "amount": "currency"},
    ids=("account_id", "external_id"),
    traps={"owner expiration notice": Remark.COLUMN_TRAP_REMINDER},
)  # fmt: skip

_OF_A_SIGNAL: dict[str, tuple[str, ...]] = {
    "source": ("source", "source system", "system", "data source", "tool", "provider", "quelle", "origin"),
    "observed_at": ("observed at", "measured at", "updated at", "recorded at", "as of", "last updated", "exported at"),
}

READINGS = FieldTable(
    "readings",
    {
        **_ACCOUNT_OF_A_TERM,
        "metric": (
            "metric", "metric name", "measure", "measure name", "kpi", "signal", "indicator", "event name", "kennzahl",
            "metrique", "metrica",
        ),
        "value": ("value", "metric value", "reading", "figure", "count", "total", "wert", "valeur", "valor"),
        "period_start": (
            "period start", "period start date", "week starting", "week start", "week start date", "week of",
            "week beginning", "week commencing", "week", "month starting", "month start", "month", "day", "date",
            "period", "start date", "woche", "monat", "datum", "fecha", "semaine",
        ),
        "period_days": ("period days", "days", "period length days", "window days", "period length"),
        "unit": ("unit", "units", "unit of measure", "einheit", "unite", "unidad"),
        **_OF_A_SIGNAL,
    },
    required=("metric", "value", "period_start"),
    one_of=("account", "account_id"),
    days=("period_start", "observed_at"),
    figures=("value",),
    ids=("account_id",),
)  # fmt: skip

EVENTS = FieldTable(
    "events",
    {
        **_ACCOUNT_OF_A_TERM,
        "external_id": (
            "event id", "ticket id", "invoice id", "ticket number", "invoice number", "case number", "external id",
            "message id", "id",
        ),
        "kind": (
            "event", "event kind", "event type", "event name", "kind", "type", "category", "activity type", "art",
            "ereignis",
        ),
        "at": (
            "at", "event date", "event time", "happened at", "happened on", "occurred at", "occurred on", "timestamp",
            "date time", "date", "created at", "created date", "created", "time", "day", "datum", "fecha",
        ),
        "subject": ("subject", "title", "summary", "about", "betreff", "sujet", "asunto"),
        "text": ("text", "description", "details", "note", "notes", "comment", "body", "message", "beschreibung"),
        **_OF_A_SIGNAL,
    },
    required=("kind", "at"),
    one_of=("account", "account_id"),
    days=("at", "observed_at"),
    ids=("account_id", "external_id"),
)  # fmt: skip
