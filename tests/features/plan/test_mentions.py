"""A promise is mentioned by saying what was said, and the same words twice are pointed out."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from bot.app.actor import UserError
from bot.features.accounts import card, history
from bot.features.plan import plan
from bot.store.engine import Database
from tests.support.managing import MONDAY, Team, day


@pytest.fixture
def team(database: Database) -> Team:
    return Team(database)


@pytest.fixture
def promise(team: Team) -> tuple[int, int]:
    """The account and a promise of 100 days ago."""
    acme = team.add_account("Acme")
    return acme, team.add("promise", account_id=acme, text="Single sign-on by spring", promised_on=date(2025, 11, 22))


def mention(team: Team, promise_id: int, words: str, now: datetime = MONDAY) -> None:
    with team.session() as session:
        plan.mention_promise(session, team.as_(team.maya), promise_id, now, words=words)


def promised(team: Team, account_id: int, now: datetime) -> str | None:
    with team.database.reading() as session:
        return card.card(session, team.as_(team.tom), account_id, now).promised


@pytest.mark.parametrize("words", ["", "ok", "mentioned it"])
def test_a_mention_without_words_is_none(team: Team, promise: tuple[int, int], words: str) -> None:
    with pytest.raises(UserError) as refused:
        mention(team, promise[1], words)
    assert refused.value.field == "why"
    with team.session() as session:
        assert plan.plan_view(session, team.as_(team.maya), promise[0], MONDAY).promises[0].forgotten


def test_the_card_shows_when_it_was_last_mentioned_and_by_what_words(team: Team, promise: tuple[int, int]) -> None:
    assert promised(team, promise[0], MONDAY) is None
    mention(team, promise[1], "Told Dana it ships in June")
    expected = "“Single sign-on by spring”: last mentioned 2 Mar, “Told Dana it ships in June”"
    assert promised(team, promise[0], MONDAY) == expected


def test_the_same_words_every_50_days_are_pointed_out_with_the_day_on_which_they_stood_first(
    team: Team, promise: tuple[int, int]
) -> None:
    for days, words in ((0, "Talked about it again"), (50, "They know about it"), (100, "talked about it AGAIN!!")):
        mention(team, promise[1], words, day(MONDAY, days))
    assert promised(team, promise[0], day(MONDAY, 100)) == (
        "“Single sign-on by spring”: last mentioned 10 Jun, “talked about it AGAIN!!”, the same words as on 2 Mar"
    )
    mention(team, promise[1], "Ana asked whether June still holds", day(MONDAY, 101))
    assert "the same words" not in (promised(team, promise[0], day(MONDAY, 101)) or "")


def test_history_tells_what_was_said(team: Team, promise: tuple[int, int]) -> None:
    mention(team, promise[1], "Told Dana it ships in June")
    with team.database.reading() as session:
        lines = history.history(session, team.as_(team.maya), promise[0], None, day(MONDAY, 1)).lines
    expected = "talked about the promise “Single sign-on by spring” again: “Told Dana it ships in June”"
    assert lines[0].what == expected
