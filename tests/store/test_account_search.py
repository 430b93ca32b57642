"""An account is found by what people type on a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from bot.app.actor import bot_author
from bot.store import account_search, accounts
from bot.store.engine import Database
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


@pytest.mark.parametrize("typed", ["pachecco", "Pacheko", "steelee"])
def test_a_misspelt_name_is_guessed_and_said_to_be(session: Session, typed: str) -> None:
    found = account_search.find(session, 1, typed)
    assert found.hit is not None and found.hit.name.startswith("Pacheco") and found.guessed


def test_a_spelling_between_two_names_is_not_guessed(session: Session) -> None:
    found = account_search.find(session, 1, "Gibertt")
    assert found.hit is None
    assert {hit.name for hit in found.nearest[:2]} == {"Guibert", "Gilbert S.A.R.L."}


@pytest.mark.parametrize("typed", ["", "   ", "<!channel>' OR 1=1 --", "%", "\x00"])
def test_nothing_typed_is_ever_an_error(session: Session, typed: str) -> None:
    assert account_search.find(session, 1, typed).guessed is False


def test_other_workspaces_are_not_searched(session: Session) -> None:
    assert account_search.find(session, 2, "Pacheco") == account_search.SearchResult()
