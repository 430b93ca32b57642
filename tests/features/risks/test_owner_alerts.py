"""Tech touch hears once a month of what broke; low touch is asked when something breaks, once a day and month."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.app.actor import UserError
from bot.domain.enums import Severity, Tier
from bot.features.accounts import tiers
from bot.features.risks import owner_alerts
from bot.features.risks.views import BatchView, TriggerView
from bot.outbox.types import Moot
from bot.store import accounts
from bot.store.engine import Database
from tests.support.managing import CHANNEL, MONDAY, Team, day

APRIL = datetime(2026, 4, 1, 8, tzinfo=UTC)


@pytest.fixture
def team(database: Database) -> Team:
    return Team(database)


def send(team: Team, now: datetime) -> int:
    sent = 0
    while True:
        with team.session() as session:
            if not owner_alerts.send_due_batch(session, now):
                return sent
        sent += 1


def batch(team: Team, now: datetime) -> BatchView | Moot:
    with team.session() as session:
        return owner_alerts.compose_batch(
            session, {"workspace_id": 1, "member_id": team.maya.id, "month": f"{now:%Y-%m}-01"}, now
        )


def trigger(team: Team, now: datetime) -> TriggerView | Moot:
    with team.session() as session:
        return owner_alerts.compose_trigger(
            session, {"workspace_id": 1, "member_id": team.maya.id, "day": f"{now:%Y-%m-%d}"}, now
        )


def dispute(team: Team, piece: int, now: datetime) -> None:
    team.change("evidence", piece, now, disputed_on=now.date(), disputed_why="Wrong month")
    team.look(now)


def test_one_batch_a_month_and_owner_on_the_first_working_morning(team: Team) -> None:
    for name in ("One", "Two"):
        team.add_account(name, tier=Tier.TECH_TOUCH)
    team.add_account("Tom's", tier=Tier.TECH_TOUCH, owner_id=team.tom.id)
    team.add_account("High")
    team.look()
    assert send(team, datetime(2026, 4, 1, 5, 59, tzinfo=UTC)) == 0
    assert send(team, datetime(2026, 4, 1, 6, 0, tzinfo=UTC)) == 1
    assert send(team, datetime(2026, 4, 1, 12, 0, tzinfo=UTC)) == 1
    assert send(team, datetime(2026, 4, 2, 12, 0, tzinfo=UTC)) == 0
    keys = [f"batch:{team.maya.id}:2026-04", f"batch:{team.tom.id}:2026-04"]
    assert [(message.key, message.channel) for message in team.messages("batch")] == [
        (keys[0], "U0MAYA"),
        (keys[1], "U0TOM"),
    ]


def test_after_an_outage_it_is_made_up_for_ten_days_and_not_later(team: Team) -> None:
    team.add_account("One", tier=Tier.TECH_TOUCH)
    team.look()
    assert send(team, datetime(2026, 4, 11, 8, tzinfo=UTC)) == 0
    assert send(team, datetime(2026, 5, 11, 6, tzinfo=UTC)) == 1


def test_it_tells_only_what_broke_since_the_last_one(team: Team) -> None:
    _, _, fresh = team.add_proven("Fresh", tier=Tier.TECH_TOUCH)
    team.add_account("Never planned", datetime(2026, 2, 10, tzinfo=UTC), tier=Tier.TECH_TOUCH)
    team.add_proven("Fine", tier=Tier.TECH_TOUCH)
    team.look(datetime(2026, 2, 20, tzinfo=UTC))
    dispute(team, fresh, datetime(2026, 3, 20, tzinfo=UTC))
    view = batch(team, APRIL)
    assert isinstance(view, BatchView)
    assert [(line.account, line.severity, line.more) for line in view.lines] == [("Fresh", Severity.HIGH, 0)]
    assert "disputes the proof" in view.lines[0].fact
    assert (view.broke, view.broken_before, view.never, view.well) == (1, 0, 1, 1)


def test_a_month_in_which_nothing_broke_has_no_message(team: Team) -> None:
    team.add_proven("Fine", tier=Tier.TECH_TOUCH)
    team.look()
    assert send(team, APRIL) == 1
    assert batch(team, APRIL) == Moot("nothing broke this month")


def test_low_touch_is_asked_when_something_breaks(team: Team) -> None:
    low, _, evidence = team.add_proven("Low", tier=Tier.LOW_TOUCH)
    high, _, other = team.add_proven("High")
    for piece in (evidence, other):
        team.change("evidence", piece, day(MONDAY, 2), disputed_on=day(MONDAY, 2).date(), disputed_why="Wrong month")
    team.look(day(MONDAY, 2))
    assert [(m.key, m.channel) for m in team.messages("trigger")] == [(f"trigger:{team.maya.id}:2026-03-04", "U0MAYA")]
    view = trigger(team, day(MONDAY, 2))
    assert isinstance(view, TriggerView)
    assert [line.account_id for line in view.lines] == [low] != [high]


def test_what_was_never_there_is_no_trigger(team: Team) -> None:
    team.add_account("Empty", tier=Tier.LOW_TOUCH)
    team.look()
    assert team.messages("trigger") == []


def test_an_account_asked_within_the_month_is_not_asked_again(team: Team) -> None:
    low, _, evidence = team.add_proven("Low", tier=Tier.LOW_TOUCH)
    dispute(team, evidence, day(MONDAY, 2))
    for later in (9, 40):
        new = team.add_outcome(low, None, day(MONDAY, later), title=f"Outcome {later}", owner_person_id=1)
        piece = team.prove(low, new, "500", day(MONDAY, later), attested_by=1)
        dispute(team, piece, day(MONDAY, later))
    days = [message.key.rsplit(":", 1)[1] for message in team.messages("trigger", op="post")]
    assert days == ["2026-03-04", "2026-04-11"]


def test_accounts_that_break_on_one_day_share_a_message(team: Team) -> None:
    for hour, name in ((0, "First"), (3, "Second")):
        now = MONDAY + timedelta(hours=hour)
        _, _, piece = team.add_proven(name, now, tier=Tier.LOW_TOUCH)
        dispute(team, piece, now)
    assert [message.op for message in team.messages("trigger")] == ["post", "update"]
    view = trigger(team, MONDAY + timedelta(hours=4))
    assert isinstance(view, TriggerView)
    assert [line.account for line in view.lines] == ["First", "Second"]


def test_a_tier_by_hand_survives_the_bands_until_it_is_released(team: Team) -> None:
    bands = team.add_portfolio("Banded", CHANNEL, team.priya.id)
    columns: dict[str, Any] = {
        "band_currency": "EUR",
        "high_touch_from_minor": 500_000_00,
        "low_touch_from_minor": 50_000_00,
    }
    team.change("portfolio", bands, **columns)
    account_id = team.add_account("Acme", portfolio_id=bands)
    team.look()
    maya = team.as_(team.maya)
    with team.session() as session:
        view = tiers.tier_view(session, maya, account_id, MONDAY)
        assert (view.tier, view.by_bands, view.reason) == (Tier.LOW_TOUCH, Tier.LOW_TOUCH, None)
        assert view.bands == ("500,000 EUR", "50,000 EUR")
        with pytest.raises(UserError):
            tiers.overrule_tier(session, maya, account_id, Tier.HIGH_TOUCH, MONDAY, reason="")
        with pytest.raises(UserError):
            tiers.overrule_tier(session, team.as_(team.tom), account_id, Tier.HIGH_TOUCH, MONDAY, reason="Mine")
        tiers.overrule_tier(session, maya, account_id, Tier.HIGH_TOUCH, MONDAY, reason="They decide for a group of 40")
    team.look(day(MONDAY, 1))
    with team.session() as session:
        view = tiers.tier_view(session, team.as_(team.tom), account_id, MONDAY)
        assert (view.tier, view.reason, view.can_write) == (Tier.HIGH_TOUCH, "They decide for a group of 40", False)
        tiers.release_tier(session, maya, account_id, day(MONDAY, 2))
        account = accounts.in_workspace(session, 1, account_id)
        assert account is not None and account.tier is Tier.LOW_TOUCH
    assert tiers.bands_of(team.portfolio()) is None
