"""The field tables: for each kind of import, its fields and the headers that are known for them, the likeliest first.

A header is compared without case, accents, spaces and punctuation; `column_mapping` knows how CRMs vary them. A new
kind of import needs a table here and nothing else of the reader.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product

from bot.features.imports.remarks import Remark

Fields = Mapping[str, tuple[str, ...]]

_ACCOUNT_WORDS = ("account", "company", "customer", "client", "organization", "organisation")


@dataclass(frozen=True, slots=True)
class FieldTable:
    """What a file of one kind can hold.

    `required` must be there; `one_of` are fields of which one must be; `money` names the currency field of each
    amount; `row_by_row` fields are read from further columns where the first says nothing; `traps` are headers that
    look like ours and are not, with the reason; `labels` says whether columns may be kept as labels.
    """

    kind: str
    fields: Fields
    required: tuple[str, ...]
    one_of: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    money: Mapping[str, str] = field(default_factory=dict)
    ids: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    row_by_row: tuple[str, ...] = ()
    traps: Mapping[str, Remark] = field(default_factory=dict)
    labels: bool = False


def _of_account(*words: str) -> tuple[str, ...]:
    """`account status`, `company status` …: the same words for whatever a tool calls an account."""
    return tuple(f"{word} {noun}" for noun, word in product(words, _ACCOUNT_WORDS))


_LIFECYCLE = ("lifecycle stage", "customer lifecycle stage", "lifecycle status", "lifecycle")
_STATUS = ("customer status", "managed as", *_of_account("status"), "subscription status", "contract status", "status")
_TYPE = ("relationship type", *_of_account("type"), "record type", "type")

ACCOUNTS = FieldTable(
    "accounts",
    {
        "external_id": (
            "account id", "external id", "crm id", "crm account id", "salesforce id", "salesforce account id",
            "account id 18", "case safe id", "record id", "company id", "customer id", "client id", "organization id",
            "organisation id", "hs object id", "do not modify account", "account number", "customer number",
            "company number", "client number", "gsid", "sfdc account id", "account external id", "record id company",
            "company record id", "kundennummer", "numero client", "codigo de cliente", "sfdc id", "id",
        ),
        "name": (
            *_of_account("name"), "account account name", "name", "display name", "full name of company",
            *_ACCOUNT_WORDS, "kundenname", "firmenname", "kunde", "firma", "nom du client", "nom du compte",
            "nombre de la cuenta", "nombre del cliente", "cliente", "nome do cliente", "nome cliente", "klantnaam",
            "klant", "nazwa klienta", "nazwa firmy", "nazwa", "asiakas", "kundnamn", "kundenavn", "שם לקוח",
            "اسم العميل",
            "고객명", "会社名", "顧客名", "取引先名", "客户名称", "公司名称", "название", "клиент",
        ),
        "status": (*_LIFECYCLE, *_STATUS, *_TYPE),
        "owner": (
            "csm", "csm name", "csm full name", "customer success manager", "customer success manager name",
            "cs owner", "customer success owner", "customer success rep", "success manager", "account owner",
            "company owner", "account owner full name", "account owner name", "client owner", "customer owner",
            "organization owner", "owner name", "owner full name", "owner", "account manager", "hubspot owner",
            "assigned to", "relationship manager", "salesperson", "owner user account",
            "kundenbetreuer", "zustandig", "responsable", "propietario",
            "responsavel", "proprietario", "responsabile", "accountmanager", "opiekun", "担当者", "负责人", "담당자",
        ),
        "owner_email": (
            "csm email", "csm email address", "customer success manager email", "account owner email",
            "owner email", "company owner email", "owner email address", "account owner email address",
        ),
        "deputy": (
            "deputy", "deputy csm", "backup csm", "secondary csm", "deputy owner", "backup owner", "secondary owner",
            "co owner",
        ),
        "arr": (
            "arr", "annual recurring revenue", "current arr", "contracted arr", "total arr", "annual contract value",
            "acv", "annualized contract value", "annualised contract value", "annual value", "arr amount",
            "annual recurring revenue amount", "jahreswert", "jahresumsatz arr", "valor anual", "importe anual",
            "valor anual do contrato", "valeur annuelle",
            "montant annuel", "valore annuo", "jaarwaarde", "wartosc roczna", "年間契約額", "年額", "年度合同金额",
            "amount",
        ),
        "currency": (
            "arr currency", "currency", "currency iso code", "currency code", "account currency",
            "company currency", "customer currency", "deal currency code", "annual contract value currency",
            "acv currency", "amount currency", "currency of arr", "wahrung", "devise", "moneda", "moeda", "valuta",
            "waluta", "通貨", "币种", "货币", "통화", "валюта", "מטבע", "العملة",
        ),
        "contract_start": (
            "contract start date", "contract start", "subscription start date", "subscription start", "start date",
            "contract effective date", "original contract date", "initial contract date", "customer since",
            "became a customer date", "customer from", "term start date", "vertragsbeginn",
            "debut du contrat", "date de debut",
            "inicio del contrato", "fecha de inicio", "inicio do contrato", "data de inicio", "data inizio",
            "begindatum",
            "data rozpoczecia", "契約開始日", "合同开始日期",
        ),
        "renewal_date": (
            "renewal date", "next renewal date", "contract renewal date", "renewal", "renews on", "next renewal",
            "contract end date", "contract end", "subscription end date", "subscription renewal date",
            "term end date", "end date", "vertragsende", "verlangerungsdatum", "fin du contrat",
            "date de renouvellement",
            "fin del contrato", "fecha de renovacion", "fim do contrato", "data de renovacao", "data di rinnovo",
            "verlengingsdatum", "data odnowienia", "更新日", "契約更新日", "契約終了日", "续约日期",
            "合同结束日期", "갱신일",
        ),
        "tier": (
            "cs tier", "customer tier", "account tier", "tier", "touch model", "cs segment", "customer segment",
            "account segment", "segment",
        ),
        "portfolio": ("portfolio", "cs portfolio", "portfolio name", "book of business", "book", "pod"),
    },
    required=("name",),
    days=("contract_start", "renewal_date"),
    figures=("arr",),
    money={"arr": "currency"},
    ids=("external_id",),
    people=("owner", "deputy"),
    row_by_row=("status",),
    traps={
        "annual revenue": Remark.COLUMN_TRAP_ANNUAL_REVENUE,
        "close date": Remark.COLUMN_TRAP_CLOSE_DATE,
        "owner id": Remark.COLUMN_TRAP_KEYS,
        "mrr": Remark.COLUMN_TRAP_MONTHLY,
        "monthly recurring revenue": Remark.COLUMN_TRAP_MONTHLY,
        "total contract value": Remark.COLUMN_TRAP_TOTAL_VALUE,
        "tcv": Remark.COLUMN_TRAP_TOTAL_VALUE,
    },
    labels=True,
)  # fmt: skip

_ACCOUNT_OF_A_FACT: dict[str, tuple[str, ...]] = {
    "account_id": (
        "account id", "crm id", "external id", "record id", "company id", "customer id", "client id",
        "organization id", "organisation id", "associated company id", "primary associated company id",
    ),
    "account": (
        "account", *_of_account("name"), "company", "customer", "client", "organization", "organisation",
        "associated company", "primary associated company", "name",
    ),
}  # fmt: skip

PROMISES = FieldTable(
    "promises",
    {
        **_ACCOUNT_OF_A_FACT,
        "text": ("promise", "what was promised", "commitment", "promise text", "text", "description"),
        "promised_on": ("promised on", "promise date", "date promised", "date", "made on"),
        "promised_by": ("promised by", "made by", "sales rep", "rep", "seller"),
        "promised_to": ("promised to", "made to", "contact", "customer contact"),
        "due_on": ("due on", "due date", "due", "by when", "deadline"),
        "state": ("state", "status"),
    },
    required=("text",),
    one_of=("account", "account_id"),
    days=("promised_on", "due_on"),
    ids=("account_id",),
    people=("promised_to",),
)

OUTCOMES = FieldTable(
    "outcomes",
    {
        **_ACCOUNT_OF_A_FACT,
        "title": ("outcome", "title", "success", "what is success", "goal", "objective", "success criterion"),
        "metric": ("metric", "measure", "kpi", "measured by"),
        "unit": ("unit", "units"),
        "direction": ("direction", "which way"),
        "baseline": ("baseline", "baseline value", "start value", "from"),
        "baseline_on": ("baseline on", "baseline date", "measured on"),
        "baseline_agreed_by": ("baseline agreed by", "agreed by"),
        "agreed_on": ("agreed on", "agreement date", "date agreed"),
        "agreement_link": ("agreement link", "agreement", "link to the agreement"),
        "target": ("target", "target value", "goal value", "to"),
        "band_low": ("band low", "at least", "minimum", "min"),
        "band_high": ("band high", "at most", "maximum", "max"),
        "due_on": ("due on", "due date", "due", "by when", "deadline", "target date"),
        "owner_person": ("owner", "customer owner", "outcome owner", "customer side owner", "owned by"),
        "shelf_life_days": ("shelf life days", "shelf life", "review every days"),
        "promised": ("promised value", "value promised", "value", "promised"),
        "currency": ("currency", "currency iso code", "currency code"),
        "risk_if_never": ("risk if never", "risk", "if it never happens", "risk if never done"),
    },
    required=("title",),
    one_of=("account", "account_id"),
    days=("baseline_on", "agreed_on", "due_on"),
    figures=("baseline", "target", "band_low", "band_high", "promised"),
    money={"promised": "currency"},
    ids=("account_id",),
    people=("owner_person", "baseline_agreed_by"),
)

PEOPLE = FieldTable(
    "people",
    {
        **{name: tuple(h for h in headers if h != "name") for name, headers in _ACCOUNT_OF_A_FACT.items()},
        "name": (
            "contact name", "person", "person name", "full name", "contact full name", "contact", "contact person",
            "stakeholder", "name", "ansprechpartner", "nom complet", "nombre completo",
        ),
        "first_name": ("first name", "given name", "firstname", "forename", "vorname", "prenom"),
        "last_name": ("last name", "surname", "family name", "lastname", "nachname", "nom de famille"),
        "part": (
            "part", "role", "contact role", "buying role", "stakeholder role", "contact type", "persona",
            "decision role", "relationship role",
        ),
        "title": ("title", "job title", "position", "function"),
        "email": ("email", "email address", "e mail", "work email", "contact email", "mail"),
        "left_on": ("left on", "left", "departed on", "end date"),
    },
    required=(),
    one_of=("name", "last_name", "email"),
    days=("left_on",),
    ids=("account_id",),
)  # fmt: skip

_ACCOUNT_OF_A_TERM: dict[str, tuple[str, ...]] = {
    "account_id": (
        *(header for header in _ACCOUNT_OF_A_FACT["account_id"] if header not in ("record id", "external id")),
        "account number", "customer number", "associated company ids", "primary associated company ids",
        "subscriptions customer id", "customers id", "sfdc account id",
    ),
    "account": (
        *(header for header in _ACCOUNT_OF_A_FACT["account"] if header != "name"),
        "customers company", "customer company", "associated company names", "subscription customer",
    ),
}  # fmt: skip

_ANNUAL = tuple(header for header in ACCOUNTS.fields["arr"] if header != "amount")
_CURRENCY_OF_A_TERM = (
    "currency", "currency iso code", "currency code", "deal currency code", "contract currency", "plan currency",
    "subscription currency", "arr currency", "mrr currency", "amount currency", "opportunity currency",
    "subscriptions currency code", "billing currency code",
)  # fmt: skip

CONTRACTS = FieldTable(
    "contracts",
    {
        **_ACCOUNT_OF_A_TERM,
        "external_id": (
            "contract id", "contract number", "subscription id", "subscriptions id", "opportunity id", "deal id",
            "subscription number", "order id", "order number", "case safe id", "record id", "external id", "id",
        ),
        "plan": (
            "plan", "plan name", "line", "current plan", "plan id", "subscriptions plan id", "subscription plan",
            "product name", "product", "add on", "addon", "item", "item price id", "price id", "price", "package",
            "sku", "produkt", "tarif", "produit", "producto",
        ),
        "starts_on": (
            "contract start date", "contract start", "starts on", "start of term", "current period start",
            "current term start", "subscriptions current term start", "current billing term start date", "term start",
            "term start date", "service start date", "period start", "subscription start date", "subscription start",
            "start date", "start", "starts at", "effective date", "contract effective date", "subscriptions started at",
            "started at", "subscription started at", "vertragsbeginn", "debut du contrat", "inicio del contrato",
            "data inizio", "close date", "closed won date",
        ),
        "ends_on": (
            "contract end date", "contract end", "ends on", "end of term", "current period end", "current term end",
            "subscriptions current term end", "current billing term end date", "term end", "term end date",
            "service end date", "period end", "subscription end date", "subscription end", "end date", "end",
            "ends at", "expiration date", "expiry date", "expires on", "renewal date", "contract renewal date",
            "vertragsende", "fin du contrat", "fin del contrato", "data fine",
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
            "interval", "billing interval", "plan interval", "billing period unit", "subscriptions billing period unit",
            "billing frequency", "billing cycle", "subscription billing period", "billing period", "frequency",
            "billed every",
        ),
        "interval_count": ("interval count", "plan interval count", "billing months", "billing period"),
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
    days=("starts_on", "ends_on", "ended_on"),
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

TABLES: Mapping[str, FieldTable] = {
    table.kind: table for table in (ACCOUNTS, PEOPLE, OUTCOMES, PROMISES, CONTRACTS, READINGS, EVENTS)
}
