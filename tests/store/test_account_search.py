"""An account is found by what people type on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from rapidfuzz import process
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.app.actor import bot_author
from bot.store import account_search, account_spelling, accounts, schema
from bot.store.engine import Database
from tests.bench.filling import fill
from tests.support.databases import Databases
from tests.support.factory import NOON

NAMES = (
    "Pacheco, Steele and Williams",
    "株式会社岡田ガス",
    "Häring AG & Co. KGaA",
    "Häring Schinke GmbH",
    "Guibert",
    "Gilbert S.A.R.L.",
    "Moore, Williams and Bates",
    "Construcción Salom S.Com.",
    "plan",
    "*_~<!channel>`",
)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.begin() as session:
        for name in NAMES:
            accounts.create(session, bot_author(1), NOON, name)
        first = account_search.find(session, 1, "moore")
        assert first.hit is not None
        accounts.index_words(session, 1, first.hit.id, first.hit.name, aliases=("MWB",))
        yield session


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("pacheco-steele-and-williams", "Pacheco, Steele and Williams"),
        ("Pacheco", "Pacheco, Steele and Williams"),
        ("williams steele", "Pacheco, Steele and Williams"),
        ("株式会社岡田ガス", "株式会社岡田ガス"),
        ("岡田", "株式会社岡田ガス"),
        ("haring schinke", "Häring Schinke GmbH"),
        ("construccion", "Construcción Salom S.Com."),
        ("mwb", "Moore, Williams and Bates"),
        ("PLAN", "plan"),
        ("channel", "*_~<!channel>`"),
    ],
)
def test_by_slug_alias_prefix_and_words(session: Session, typed: str, name: str) -> None:
    found = account_search.find(session, 1, typed)
    assert found.hit is not None and found.hit.name == name and not found.guessed


def test_several_matches_are_offered_to_choose_from(session: Session) -> None:
    found = account_search.find(session, 1, "Häring")
    assert found.hit is None
    assert [hit.name for hit in found.choices] == ["Häring AG & Co. KGaA", "Häring Schinke GmbH"]


def test_two_accounts_of_one_name_are_both_offered(session: Session) -> None:
    accounts.create(session, bot_author(1), NOON, "Guibert")
    accounts.create(session, bot_author(1), NOON, "Guibert 2 GmbH")
    found = account_search.find(session, 1, "guibert")
    assert [hit.slug for hit in found.choices] == ["guibert", "guibert-2"]
    second = account_search.find(session, 1, "guibert-2").hit
    assert second is not None and second.slug == "guibert-2"


@pytest.mark.parametrize("typed", ["pachecco", "Pacheko", "steelee"])
def test_a_misspelt_name_is_guessed_and_said_to_be(session: Session, typed: str) -> None:
    found = account_search.find(session, 1, typed)
    assert found.hit is not None and found.hit.name.startswith("Pacheco") and found.guessed


@pytest.mark.parametrize("typed", ["MWBB", "mwbx"])
def test_a_misspelt_alias_is_found(session: Session, typed: str) -> None:
    found = account_search.find(session, 1, typed)
    assert found.hit is not None and found.hit.name.startswith("Moore") and found.guessed


def test_a_spelling_between_two_names_is_not_guessed(session: Session) -> None:
    found = account_search.find(session, 1, "Gibertt")
    assert found.hit is None
    assert {hit.name for hit in found.nearest[:2]} == {"Guibert", "Gilbert S.A.R.L."}


@pytest.mark.parametrize("typed", ["", "   ", "<!channel>' OR 1=1 --", "%", "\x00"])
def test_nothing_typed_is_ever_an_error(session: Session, typed: str) -> None:
    assert account_search.find(session, 1, typed).guessed is False


def test_other_workspaces_are_not_searched(session: Session) -> None:
    assert account_search.find(session, 2, "Pacheco") == account_search.SearchResult()


def test_a_renamed_account_is_found_by_its_new_name_and_keeps_its_aliases(session: Session) -> None:
    moore = account_search.find(session, 1, "moore").hit
    assert moore is not None
    accounts.index_words(session, 1, moore.id, "Kestrel Holdings")
    for typed in ("Kestrell", "kestrl", "mwbx"):
        assert account_search.find(session, 1, typed).nearest[:1] or account_search.find(session, 1, typed).hit == moore


def spelt(session: Session) -> set[tuple[int, str]]:
    table = schema.account_spelling
    return {(row.account_id, row.letters) for row in session.execute(select(table.c.account_id, table.c.letters))}


def test_letters_made_for_all_accounts_are_those_that_were_kept_for_each(session: Session) -> None:
    kept = spelt(session)
    session.execute(delete(schema.account_spelling))
    account_spelling.index_all(session)
    assert spelt(session) == kept
    assert {letters for _, letters in kept} >= {"  p", " pa", "pac", "co ", "mwb"}


@pytest.fixture
def alike(databases: Databases) -> Iterator[Session]:
    """Four thousand accounts whose names are alike but for a number, and two others."""
    database = Database(databases.fresh())
    fill(database, 4_000, spelling=True)
    with database.begin() as session:
        for name in ("Costumers United", "Acme"):
            accounts.create(session, bot_author(1), NOON, name)
        yield session
    database.dispose()


def test_among_thousands_that_are_spelt_alike_the_right_one_is_found(alike: Session) -> None:
    for typed, slug in (("custmer 1234", "customer-1234"), ("akme", "acme"), ("custumers untied", "costumers-united")):
        found = account_search.find(alike, 1, typed)
        nearest = [found.hit] if found.hit else list(found.nearest)
        assert slug in [hit.slug for hit in nearest if hit], typed


def test_a_misspelt_name_is_ranked_among_few_accounts(alike: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is compared letter by letter does not grow with the number of accounts."""
    ranked: list[int] = []
    extract = process.extract

    def counted(key: str, spellings: dict[tuple[int, str], str], **options: Any) -> Any:
        ranked.append(len({account_id for account_id, _ in spellings}))
        return extract(key, spellings, **options)

    monkeypatch.setattr(process, "extract", counted)
    for typed in ("custmer 1234", "custmer", "cstmr", "zzzz"):
        account_search.find(alike, 1, typed)
    assert ranked and max(ranked) <= 400


def test_accounts_that_are_added_together_are_found_by_the_same_letters_as_one(session: Session) -> None:
    names = ("Pachelbel & Söhne", "Two Words", "株式会社")
    for name in names:
        accounts.create(session, bot_author(1), NOON, name)
    taken = accounts.Slugs(session, 1)
    ids = accounts.create_many(
        session, bot_author(1), NOON, [{"name": name} for name in names], slugs_taken=taken, whys=[""] * len(names)
    )
    statement = select(schema.account_spelling.c.letters).order_by(schema.account_spelling.c.letters)
    for account_id in ids:
        mine = schema.account_spelling.c.account_id == account_id
        kept = session.execute(statement.where(mine)).scalars().all()
        account_spelling.index(session, 1, account_id)
        assert kept and session.execute(statement.where(mine)).scalars().all() == kept
