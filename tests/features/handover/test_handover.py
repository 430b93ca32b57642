"""An account goes to another owner with all that is open; it is renamed and found by both names."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.app import accounts
from bot.app.actor import UserError
from bot.app.refusals import AppRefusal
from bot.domain.enums import CadenceKind, Change, OwnerAct, PromptState, RiskKind, Severity
from bot.features.accounts import card
from bot.features.handover import bulk, edit, handover, messages
from bot.features.handover.bulk import Bulk
from bot.features.handover.edit import AccountEdit
from bot.features.handover.refusals import HandoverRefusal
from bot.features.meetings import answers
from bot.features.meetings.new_answer import NewAnswer
from bot.features.risks import queries as risk_queries
from bot.outbox.types import Moot
from bot.store import members, schema
from bot.store.engine import Database
from bot.store.entities import Entity
from tests.support.cast import MAYA, TOM
from tests.support.managing import MONDAY, Team, day


@pytest.fixture
def team(database: Database) -> Team:
    return Team(database)


def busy(team: Team, name: str = "Acme") -> tuple[int, dict[Entity, int]]:
    """An account of Maya's with something open of every kind; one row a kind, by entity."""
    acme, _, _ = team.add_proven(name)
    kind = CadenceKind.WEEKLY_SYNC
    series: dict[str, Any] = {"kind": kind, "rrule": "FREQ=WEEKLY", "local_start": "2026-01-01T10:00", "tz": "UTC"}
    cadence = team.add("cadence", account_id=acme, **series, active=False)
    at = day(MONDAY, 1)
    meeting = team.add("meeting", account_id=acme, cadence_id=cadence, kind=kind, starts_at=at)
    maya = team.maya.id
    asked: dict[str, Any] = {"workspace_id": 1, "member_id": maya, "asked_at": MONDAY, "closes_at": at}
    risk: dict[str, Any] = {"kind": RiskKind.JUDGED, "severity": Severity.HIGH, "fact": "x", "state": "claimed"}
    return acme, {
        Entity.PROMPT: team.add("prompt", account_id=acme, meeting_id=meeting, state=PromptState.OPEN, **asked),
        Entity.ACTION: team.add("action", account_id=acme, text="Send it", owner_id=maya, opened_at=MONDAY),
        Entity.GAP: team.add("gap", account_id=acme, title="Who signs?", owner_id=maya, opened_at=MONDAY),
        Entity.OBSTACLE: team.add("obstacle", account_id=acme, kind="approvals", text="Legal", owner_id=maya),
        Entity.RISK: team.add("risk", account_id=acme, opened_at=MONDAY, owner_id=maya, **risk),
    }


def holders(team: Team, open_rows: dict[Entity, int]) -> set[int]:
    with team.database.reading() as session:
        found = set()
        for entity, row_id in open_rows.items():
            column = "member_id" if entity is Entity.PROMPT else "owner_id"
            found.add(session.execute(select(entity.table.c[column]).where(entity.table.c.id == row_id)).scalar_one())
        return found


def test_what_is_open_goes_along_and_both_owners_and_the_manager_are_told(team: Team) -> None:
    acme, open_rows = busy(team)
    team.add("promise", account_id=acme, text="In use by May", promised_on=MONDAY.date())
    other = team.add("action", account_id=acme, text="Tom's own", owner_id=team.tom.id, opened_at=MONDAY)
    with team.session() as session:
        said = NewAnswer(acme, "said", Change.BEHAVIOUR, what_changed="Plant two uses it", next_action="Plant three")
        answers.answer(session, team.as_(team.maya), said, MONDAY)
        assert handover.owner_form(session, team.as_(team.maya), acme, MONDAY).carried.startswith("1 open prompt")
    with team.session() as session:
        handover.choose_owner(session, team.as_(team.maya), acme, TOM.slack_id, MONDAY)
    assert holders(team, open_rows) == {team.tom.id}
    assert holders(team, {Entity.ACTION: other}) == {team.tom.id}
    brief, line = team.messages("handover-brief", "handover-line")
    assert (brief.channel, line.channel) == (TOM.slack_id, team.priya.slack_id), "Maya did it herself"
    assert [m.channel for m in team.messages("prompt", op="post")] == [TOM.slack_id]
    with team.session() as session:
        view = messages.compose_brief(session, brief.args, MONDAY)
        assert not isinstance(view, Moot)
        (told,) = view.accounts
        assert (view.from_name, told.promises, told.coverage) == ("Maya Lindqvist", ("In use by May",), "100%")
        assert told.answer is not None
        assert (told.answer.by, told.answer.what_changed) == ("Maya Lindqvist", "Plant two uses it")
        with pytest.raises(UserError) as refused:
            handover.choose_owner(session, team.as_(team.maya), acme, MAYA.slack_id, MONDAY)
        assert refused.value.code == AppRefusal.NOT_YOUR_ACCOUNT, "it is hers no more"


def test_what_the_old_owner_did_stays_theirs(team: Team) -> None:
    """Handing a customer over washes nobody: meetings that Maya called off are not Tom's."""
    acme, open_rows = busy(team)
    team.add_account("Brick")
    with team.session() as session:
        answers.meeting_off(session, team.as_(team.maya), open_rows[Entity.PROMPT], MONDAY)
    with team.session() as session:
        handover.choose_owner(session, team.as_(team.priya), acme, TOM.slack_id, day(MONDAY, 1))
    with team.database.reading() as session:
        deeds = list(risk_queries.deeds(session, 1, team.portfolio_id, day(MONDAY, -1), day(MONDAY, 2)))
        offs = [deed for deed in deeds if deed.act is OwnerAct.MEETING_OFF]
        assert [(deed.by, deed.owner_id) for deed in offs] == [(team.maya.id, team.maya.id)]
        assert [deed for deed in deeds if deed.act is OwnerAct.HANDED_OVER] == [], "the manager decided it"


def test_an_owner_who_left_is_a_danger_until_somebody_chooses_another(team: Team) -> None:
    acme, open_rows = busy(team)
    del open_rows[Entity.RISK]  # the review closes it: its fact is not so
    team.look()
    with team.session() as session:
        members.remember(session, 1, replace(MAYA.user(), is_deactivated=True))
    team.look(day(MONDAY, 1))
    risk = team.the_risk(acme, RiskKind.OWNER_LEFT)
    assert risk.fact.startswith("Maya Lindqvist, who owns it, has left us")
    with team.session() as session:
        worst = card.card(session, team.as_(team.tom), acme, day(MONDAY, 1)).worst
        assert worst is not None and worst.text == risk.fact
        form = handover.owner_form(session, team.as_(team.priya), acme, day(MONDAY, 1))
        assert form.owner_left
        handover.choose_owner(session, team.as_(team.priya), acme, TOM.slack_id, day(MONDAY, 1))
    team.look(day(MONDAY, 2))
    assert [risk.kind for risk in team.risks(acme) if risk.kind is RiskKind.OWNER_LEFT] == []
    assert holders(team, open_rows) == {team.tom.id}


def test_a_leaver_is_handed_over_with_a_preview_that_still_holds(team: Team) -> None:
    acme, open_rows = busy(team)
    brick = team.add_account("Brick", currency="USD")
    south = team.add_portfolio("South", None, team.tom.id)
    other = team.add_account("Far", portfolio_id=south)
    priya, all_of_them = team.as_(team.priya), Bulk(team.maya.id, frozenset(), TOM.slack_id)
    with team.session() as session:
        form = bulk.leaver_called(session, priya, "maya lindqvist", None, MONDAY)
        assert (form.many, form.not_yours, [name for _, name in form.accounts]) == (2, 1, ["Acme", "Brick"])
        view = bulk.leaver_preview(session, priya, all_of_them, MONDAY)
        assert (view.many, view.arr) == (2, ("100,000 EUR", "100,000 USD"))
        assert view.carried == "1 open prompt, 1 open step, 1 open question, 1 risk and 1 obstacle"
        with pytest.raises(UserError) as refused:
            bulk.leaver_form(session, team.as_(team.maya), team.maya.id, MONDAY)
        assert refused.value.code == AppRefusal.NOT_YOUR_PORTFOLIO
        with pytest.raises(UserError) as not_hers:
            bulk.leaver_preview(session, priya, Bulk(team.maya.id, frozenset({other}), TOM.slack_id), MONDAY)
        assert not_hers.value.code == AppRefusal.NOT_YOUR_PORTFOLIO
    team.change("account", brick, owner_id=team.priya.id)
    with team.session() as session, pytest.raises(UserError) as changed:
        bulk.hand_over_many(session, priya, all_of_them, MONDAY, shown=view.shown)
    assert changed.value.code == HandoverRefusal.CHANGED_SINCE_PREVIEW
    team.change("account", brick, owner_id=team.maya.id)
    with team.session() as session:
        done = bulk.hand_over_many(session, priya, all_of_them, MONDAY, shown=view.shown)
    assert (done.many, holders(team, open_rows)) == (2, {team.tom.id})
    assert [message.channel for message in team.messages("handover-brief", "handover-line")] == [
        TOM.slack_id,
        MAYA.slack_id,
    ], "one message each, and none for the manager who decided"
    with team.database.reading() as session:
        owners = session.execute(select(schema.account.c.owner_id).order_by(schema.account.c.id)).scalars()
        assert list(owners) == [team.tom.id, team.tom.id, team.maya.id]
    assert acme != brick


def test_an_account_is_edited_and_found_by_its_old_name(team: Team) -> None:
    acme, taken = team.add_account("Acme"), team.add_account("Zenith", external_id="007")
    maya, priya = team.as_(team.maya), team.as_(team.priya)

    def save(who: Any, **values: Any) -> None:
        with team.session() as session:
            form = edit.edit_form(session, who, acme, MONDAY)
            given: dict[str, Any] = {"name": form.name, "crm_link": form.crm_link or "", **values}
            edit.edit_account(session, who, AccountEdit(acme, **given), MONDAY + timedelta(minutes=1))

    save(maya, name="Halden Werke", crm_link="https://crm.example/acme")
    with team.session() as session:
        found = [accounts.find(session, maya, typed).hit for typed in ("acme", "halden", "Halden Werke")]
        assert [hit.id if hit else None for hit in found] == [acme] * 3
        assert card.card(session, maya, acme, MONDAY).crm_link == "https://crm.example/acme"
        form = edit.edit_form(session, maya, acme, MONDAY)
        assert (form.portfolios, form.may_identify, form.domain) == ((), False, None)
    codes = []
    for who, values in (
        (maya, {"name": "  "}),
        (maya, {"name": "Zenith"}),
        (maya, {"crm_link": "crm.example"}),
        (maya, {"external_id": "9"}),
        (priya, {"external_id": "007"}),
        (priya, {"portfolio_id": team.add_portfolio("South", None, team.tom.id)}),
        (maya, {"deputy_slack_id": MAYA.slack_id}),
        (team.as_(team.tom), {}),
    ):
        with pytest.raises(UserError) as refused:
            save(who, **values)
        codes.append(refused.value.code)
    assert codes == [
        HandoverRefusal.NAME_MISSING,
        HandoverRefusal.NAME_TAKEN,
        HandoverRefusal.NO_LINK,
        HandoverRefusal.NOT_YOURS_TO_MOVE,
        HandoverRefusal.EXTERNAL_ID_TAKEN,
        HandoverRefusal.NOT_YOURS_TO_MOVE,
        HandoverRefusal.DEPUTY_IS_OWNER,
        AppRefusal.NOT_YOUR_ACCOUNT,
    ]
    save(priya, external_id="001", domain="halden.example", deputy_slack_id=TOM.slack_id)
    with team.session() as session:
        form = edit.edit_form(session, priya, acme, MONDAY)
        assert (form.external_id, form.domain, form.deputy) == ("001", "halden.example", TOM.slack_id)
    save(priya, domain="", no_deputy=True)
    with team.session() as session:
        form = edit.edit_form(session, priya, acme, MONDAY)
        assert (form.domain, form.deputy_name) == ("", None)
    assert taken != acme


def test_who_gave_an_account_away_takes_it_back_unless_somebody_changed_the_owner_since(team: Team) -> None:
    acme, open_rows = busy(team)
    owner = {team.maya.id}
    assert holders(team, open_rows) == owner
    with team.session() as session:
        form = edit.edit_form(session, team.as_(team.maya), acme, MONDAY)
        new = AccountEdit(acme, form.name, owner_slack_id="U0TOM")
        edit.edit_account(session, team.as_(team.maya), new, MONDAY)
        given = edit.given_view(session, team.as_(team.maya), acme, MONDAY)
    assert given.undo is not None
    line_id = int(given.undo.partition(":")[2])
    with team.session() as session, pytest.raises(UserError):
        handover.take_back(session, team.as_(team.priya), acme, line_id, MONDAY)
    with team.session() as session, pytest.raises(UserError):
        handover.take_back(session, team.as_(team.maya), acme, line_id, day(MONDAY, 2))  # it has long been Tom's
    with team.session() as session:
        handover.take_back(session, team.as_(team.maya), acme, line_id, MONDAY)
    assert holders(team, open_rows) == owner
    with team.session() as session, pytest.raises(UserError):
        handover.take_back(session, team.as_(team.maya), acme, line_id, MONDAY)
