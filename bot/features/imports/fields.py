"""The field tables: for each kind of import, its fields and the headers that are known for them, the likeliest first.

A header is compared without case, accents, spaces and punctuation; `column_mapping` knows how CRMs vary them. A new
kind of import needs a table in `TABLES` and nothing else of the reader.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.features.imports.account_fields import ACCOUNT_OF_A_FACT, ACCOUNTS, FieldTable
from bot.features.imports.term_fields import CONTRACTS, EVENTS, READINGS

__all__ = ["ACCOUNTS", "CONTRACTS", "EVENTS", "OUTCOMES", "PEOPLE", "PROMISES", "READINGS", "TABLES", "FieldTable"]

PROMISES = FieldTable(
    "promises",
    {
        **ACCOUNT_OF_A_FACT,
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
        **ACCOUNT_OF_A_FACT,
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
        # Beside people, HubSpot's `Record ID` is that of the person.
        **{
            name: tuple(h for h in headers if h not in ("name", "record id"))
            for name, headers in ACCOUNT_OF_A_FACT.items()
        },
        "name": (
            "contact name", "person", "person name", "full name", "contact full name", "contact", "contact person",
            "stakeholder", "name", "ansprechpartner", "nom complet", "nombre completo",
        ),
        "first_name": ("first name", "given name", "firstname", "forename", "vorname", "prenom"),
        "last_name": (
            "last name", "surname", "family name", "lastname", "nachname", "familienname", "nom de famille",
            "apellido", "apellidos", "cognome", "sobrenome", "achternaam",
        ),
        "part": (
            "part", "role", "contact role", "buying role", "stakeholder role", "contact type", "persona",
            "decision role", "relationship role", "rolle", "funktion im einkauf", "rol", "ruolo", "papel",
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

TABLES: Mapping[str, FieldTable] = {
    table.kind: table for table in (ACCOUNTS, PEOPLE, OUTCOMES, PROMISES, CONTRACTS, READINGS, EVENTS)
}
