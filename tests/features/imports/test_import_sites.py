"""The domain of an account's website becomes its mail domain: what is bound, what is told, what an undo ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.app.actor import Actor
from bot.domain.enums import BoundHow
from bot.features.confirmations import organisations
from bot.features.confirmations.organisations import NewBinding
from bot.features.imports import undo as import_undo
from bot.features.imports.merge_policy import SURFACE
from bot.features.imports.report import Report, UndoReport
from bot.features.imports.row_reader import Options
from bot.features.imports.run import File, ImportRun, import_accounts
from bot.features.imports.wording import sentence
from bot.store import members, schema
from bot.store.engine import Database
from bot.store.entities import Entity
from bot.store.ledger import Author
from tests.support.cast import ADA
from tests.support.factory import NOON

HEADER = "Account Name,Website\n"


@pytest.fixture(autouse=True)
def ada(database: Database) -> Actor:
    """An admin with an address, so that our own domain is known."""
    with database.begin() as session:
        admin = members.remember(session, 1, ADA.user())
        session.execute(update(schema.member).values(email="ada@harborline.example"))
        return Actor(admin, "modal")


def taken(database: Database, text: str, *, dry_run: bool = False) -> Report:
    return import_accounts(ImportRun(database, 1, NOON, dry_run), File("book.csv", text.encode()), Options())


def undone(database: Database, report: Report) -> UndoReport:
    assert report.batch_id is not None
    with database.begin() as session:
        return import_undo.undo(session, Author(1, None, SURFACE), report.batch_id, NOON + timedelta(hours=1))


def bound(database: Database) -> list[tuple[str, str, BoundHow]]:
    org, account = schema.customer_org, schema.account
    joined = select(account.c.name, org.c.mail_domain, org.c.bound_how).join(account, account.c.id == org.c.account_id)
    with database.reading() as session:
        rows = session.execute(joined.where(org.c.ended_at.is_(None)).order_by(org.c.id))
        return [tuple(row) for row in rows]


def told(report: Report) -> list[str]:
    return [text for note in report.notes if "bound" in (text := sentence(note))]


def test_a_website_binds_its_domain_and_the_same_file_again_changes_nothing(database: Database) -> None:
    text = HEADER + "Acme,https://www.acme.example/about\nBolt,\n"
    report = taken(database, text)
    assert bound(database) == [("Acme", "acme.example", BoundHow.CRM_IMPORT)]
    assert told(report) == [
        "1 email domain is bound to its account, such as acme.example to Acme: an address of it is the customer's."
    ]
    again = taken(database, text)
    assert (again.batch_id, again.unchanged, told(again), len(bound(database))) == (None, 2, [], 1)


def test_a_dry_run_shows_the_domain_and_binds_nothing(database: Database) -> None:
    report = taken(database, HEADER + "Acme,acme.example\n", dry_run=True)
    assert (bound(database), report.preview.rows[0].more) == ([], {"mail_domain": "acme.example"})
    assert {use.header: use.field for use in report.preview.columns}["Website"] == "website"


@pytest.mark.parametrize(
    ("website", "says"),
    [
        ("https://gmail.com", "1 domain is not bound, because anybody can have an address there"),
        ("www.harborline.example", "1 domain is not bound, because it is your own"),
        ("shop.harborline.example", "1 domain is not bound, because it is your own"),
        ("https://www.linkedin.com/company/acme", "1 website is no domain of the customer's own, such as linkedin.com"),
        ("acme.github.io", "1 website is no domain of the customer's own"),
        ("co.uk", "1 website is no domain of the customer's own"),
        ("their site", "1 website is no domain, such as “their site” of Acme: not bound"),
    ],
)
def test_what_is_no_domain_of_the_customers_is_told_and_not_bound(database: Database, website: str, says: str) -> None:
    report = taken(database, HEADER + f"Acme,{website}\n")
    assert (len(report.created), bound(database)) == (1, [])
    [text] = told(report)
    assert says in text


def test_a_domain_of_two_rows_is_bound_to_neither(database: Database) -> None:
    report = taken(database, HEADER + "Acme US,acme.example\nAcme EU,www.acme.example\n")
    assert bound(database) == []
    assert (
        "2 rows name a domain that another row names too, such as acme.example of Acme US: not bound" in told(report)[0]
    )


@pytest.mark.parametrize("website", ["acme.example", "mail.acme.example"])
def test_a_domain_that_another_account_has_is_told_and_not_bound(database: Database, website: str) -> None:
    taken(database, HEADER + "Acme,acme.example\n")
    report = taken(database, HEADER + f"Bolt,{website}\n")
    assert bound(database) == [("Acme", "acme.example", BoundHow.CRM_IMPORT)]
    assert f"because another account has it already: {website} of Bolt is Acme's" in told(report)[0]


def test_a_domain_that_somebody_ended_is_not_bound_again(database: Database, ada: Actor) -> None:
    taken(database, HEADER + "Acme,acme.example\n")
    with database.begin() as session:
        [(org_id, account_id)] = session.execute(select(schema.customer_org.c.id, schema.customer_org.c.account_id))
        organisations.bind(session, ada, NewBinding(account_id, None, None, frozenset((org_id,))), NOON)
    report = taken(database, HEADER + "Acme,acme.example\n")
    assert (bound(database), report.batch_id) == ([], None)


def test_who_owns_an_account_binds_no_domain_to_it_with_a_file(database: Database, ada: Actor) -> None:
    text = "Account Name,Owner,Website\nAcme,Ada Moreau,acme.example\nBolt,,bolt.example\n"
    run = ImportRun(database, 1, NOON, member_id=ada.member.id)
    report = import_accounts(run, File("book.csv", text.encode()), Options())
    assert [name for name, *_ in bound(database)] == ["Bolt"]
    assert any(
        "because you are the owner or deputy of the account: acme.example of Acme" in text for text in told(report)
    )


def test_an_undo_ends_the_binding_and_it_can_be_bound_again(database: Database) -> None:
    taken(database, "Account Name\nAcme\n")
    report = undone(database, taken(database, HEADER + "Acme,acme.example\n"))
    assert (report.taken_back[Entity.CUSTOMER_ORG], report.stays, bound(database)) == (1, [], [])
    taken(database, HEADER + "Acme,acme.example\n")
    assert len(bound(database)) == 1
