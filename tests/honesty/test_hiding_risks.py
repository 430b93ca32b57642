"""Attempts to keep a risk from the manager by holding or snoozing it while it is still small: none of them works."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.enums import RiskKind, RiskState, Severity
from bot.features.risks import ownership
from bot.store.engine import Database
from tests.support.managing import CHANNEL, MONDAY, Team, day

WHY = "Their budget round is in May, we talk after it"


@pytest.fixture
def team(database: Database) -> Team:
    return Team(database)


def renewing(team: Team) -> int:
    """The id of a risk that is not a manager's yet: a renewal without proof in 119 days."""
    acme = team.add_account("Acme", day(MONDAY, -30), renews_in=155)
    team.meets(acme, day(MONDAY, 120))
    team.look(day(MONDAY, 6))
    risk = team.the_risk(acme, RiskKind.RENEWAL_UNPROVEN)
    assert (risk.severity, team.messages("risk")) == (Severity.MEDIUM, [])
    return risk.id


def told(team: Team) -> list[tuple[str, str]]:
    return [(message.key, message.channel) for message in team.messages("risk", op="post")]


def test_who_takes_a_renewal_early_does_not_keep_it_from_the_manager(team: Team) -> None:
    """Told: within 60 days the channel hears of it, with who has it, once."""
    risk_id = renewing(team)
    with team.session() as session:
        ownership.claim(session, team.as_(team.maya), risk_id, day(MONDAY, 7))
    team.look(day(MONDAY, 65))
    assert told(team) == [(f"risk:{risk_id}", CHANNEL)]
    [risk] = [one for one in team.risks() if one.id == risk_id]
    assert (risk.state, risk.owner_id, risk.severity) == (RiskState.CLAIMED, team.maya.id, Severity.HIGH)
    for days in (66, 67):
        team.look(day(MONDAY, days))
    assert len(told(team)) == 1


def test_who_snoozes_a_renewal_early_does_not_keep_it_from_the_manager(team: Team) -> None:
    """Told: a snooze was for less, so it ends when the renewal comes near."""
    risk_id = renewing(team)
    with team.session() as session:
        until = day(MONDAY, 95).date()
        ownership.snooze(session, team.as_(team.maya), risk_id, day(MONDAY, 7), until=until, why=WHY)
    team.look(day(MONDAY, 65))
    assert told(team) == [(f"risk:{risk_id}", CHANNEL)]
    [risk] = [one for one in team.risks() if one.id == risk_id]
    assert (risk.state, risk.snoozed_until) == (RiskState.OPEN, None)
    team.look(day(MONDAY, 66))
    assert len(told(team)) == 1


def test_a_snooze_in_the_first_days_of_an_account_does_not_outlast_its_grace(team: Team) -> None:
    """Told: the manager hears of it when the grace ends, with the reason of the snooze."""
    acme, _, evidence_id = team.add_proven("Acme")
    team.change("evidence", evidence_id, disputed_on=MONDAY.date(), disputed_why="wrong month")
    team.look()
    risk = team.the_risk(acme, RiskKind.PROOF_DISPUTED)
    assert told(team) == []
    with team.session() as session:
        until = day(MONDAY, 80).date()
        now = MONDAY + timedelta(hours=1)
        ownership.snooze(session, team.as_(team.maya), risk.id, now, until=until, why=WHY)
    team.look(day(MONDAY, 13))
    assert told(team) == []
    for days in (14, 15):
        team.look(day(MONDAY, days))
    assert told(team) == [(f"risk:{risk.id}", CHANNEL)]
    assert team.the_risk(acme, RiskKind.PROOF_DISPUTED).state is RiskState.SNOOZED


def test_a_snooze_of_what_the_manager_was_told_tells_nothing_again(team: Team) -> None:
    """Quiet: who was told once sees the snooze in the same card."""
    acme = team.add_broken("Acme")
    team.look()
    risk = team.the_risk(acme, RiskKind.PROOF_DISPUTED)
    assert len(told(team)) == 1
    with team.session() as session:
        until = day(MONDAY, 30).date()
        ownership.snooze(session, team.as_(team.maya), risk.id, MONDAY, until=until, why=WHY)
    for days in (1, 2, 15):
        team.look(day(MONDAY, days))
    assert len(told(team)) == 1
