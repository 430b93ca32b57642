"""Two people with the same form open: nobody overwrites unseen what the other saved, earlier or at once.

Each form of `edit_forms` is tried. What is refused says who did what and when, and writes nothing.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.app.actor import Actor, UserError
from bot.app.refusals import AppRefusal
from bot.domain.enums import ObstacleKind, Part, Source, Stage
from bot.features.accounts import proposals, stages
from bot.features.accounts.new_account import NewAccount
from bot.features.confirmations.ids import ConfirmationCallback
from bot.features.evidence import forms, record
from bot.features.evidence.record import NewEvidence
from bot.features.plan import people, plan
from bot.features.portfolios import setup
from bot.features.portfolios.setup import PortfolioForm
from bot.rooms import CALLBACKS
from bot.store import ledger, members, schema
from bot.store.engine import Database
from bot.store.entities import Entity
from tests.support.cast import INES, TOM
from tests.support.databases import Databases
from tests.support.edit_forms import FORMS, LATER, EditForm
from tests.support.factory import add_workspace
from tests.support.refusals import says, worded
from tests.support.two_workspaces import NOW, TODAY, fill


@dataclass(frozen=True)
class Team:
    """Inês and Tom, who both may do everything, and the ids of the rows that both have before them."""

    database: Database
    ines: Actor
    tom: Actor
    ids: dict[str, int]

    def run(self, work: Callable[[Session], Any]) -> Any:
        with self.database.begin() as session:
            return work(session)

    def open(self, form: EditForm, who: Actor) -> Actor:
        """`who` with the form before them."""
        view = self.run(lambda session: form.opens(session, who, self.ids))
        return replace(who, seen=view.seen)

    def send(self, form: EditForm, who: Actor) -> None:
        self.run(lambda session: form.sends(session, who, self.ids))

    def rows(self) -> dict[str, list[Any]]:
        def read(session: Session) -> dict[str, list[Any]]:
            return {
                table.name: list(session.execute(select(table).order_by(*table.primary_key.columns)).all())
                for table in schema.metadata.sorted_tables
            }

        return dict(self.run(read))


def new_team(database: Database, workspace_id: int) -> Team:
    """The team of a workspace that is empty so far."""
    with database.begin() as session:
        filled = fill(session, workspace_id, f"Quillon{workspace_id}")
        ines, tom = (
            Actor(members.remember(session, workspace_id, who.user(is_admin=True, tz="Europe/Berlin")), "test")
            for who in (INES, TOM)
        )
        ids = dict(filled.ids)
        prompt = session.execute(select(schema.prompt.c.meeting_id).where(schema.prompt.c.id == ids["prompt"]))
        ids["open meeting"] = prompt.scalar_one()
        for actor in (ines, tom):
            name = f"person of {actor.member.name}"
            ids[name] = people.add_person(session, ines, ids["account"], NOW, name=name, part=Part.CHAMPION)
        gone: dict[str, Any] = {"name": "Zoe Quist", "part": Part.USER, "left_on": TODAY - timedelta(days=9)}
        gone["account_id"] = ids["account"]
        ids["person who left"] = ledger.add(session, ines.author, Entity.PERSON, NOW, **gone)
    return Team(database, ines, tom, ids)


@pytest.fixture
def team(database: Database) -> Team:
    return new_team(database, 1)


def a_team_each(database: Database) -> list[Team]:
    """A team for each form, in a workspace of its own."""
    return [
        new_team(database, add_workspace(database, f"T0FORM{number}" if number else "T1"))
        for number in range(len(FORMS))
    ]


@pytest.fixture
def each_form(databases: Databases) -> Iterator[list[tuple[str, EditForm, Team]]]:
    """Every form, each with a team of its own in a workspace of its own."""
    url, teams = databases.copy_of("a team each", a_team_each)
    database = Database(url)
    yield [
        (name, form, replace(team, database=database)) for (name, form), team in zip(FORMS.items(), teams, strict=True)
    ]
    database.dispose()


EachForm = list[tuple[str, EditForm, Team]]


def test_what_somebody_saved_since_the_form_was_opened_is_not_overwritten(each_form: EachForm) -> None:
    told: dict[str, str] = {}
    for name, form, team in each_form:
        ines, tom = team.open(form, team.ines), team.open(form, team.tom)
        team.send(form, ines)
        saved = team.rows()
        with pytest.raises(UserError) as refused:
            team.send(form, tom)
        told[name] = worded(refused.value)
        assert refused.value.code == AppRefusal.CHANGED_MEANWHILE, told
        assert team.rows() == saved, name
    assert [name for name, sentence in told.items() if not re.match(r"Inês Duarte .* at 11:05\. ", sentence)] == [], (
        told
    )


def test_of_two_who_send_at_the_same_moment_one_is_done_and_the_other_is_told(each_form: EachForm) -> None:
    for name, form, team in each_form:
        both = [team.open(form, team.ines), team.open(form, team.tom)]
        done, told = at_once(partial(team.send, form), both)
        assert (len(done), len(told)) == (1, 1), (name, told)
        assert told[0].startswith(f"{done[0].member.name} "), (name, told)


def test_what_somebody_else_did_beside_it_is_in_nobodys_way(each_form: EachForm) -> None:
    for _, form, team in each_form:
        tom, account, by = team.open(form, team.tom), team.ids["account"], team.ines

        def beside(session: Session, account: int = account, by: Actor = by) -> None:
            plan.add_obstacle(session, by, account, NOW, kind=ObstacleKind.APPROVALS, text="Legal")
            ledger.change(session, by.author, Entity.ACCOUNT, account, NOW, arr_minor=1)

        team.run(beside)
        team.send(form, tom)


def test_a_form_that_does_not_say_what_it_showed_has_seen_nothing(each_form: EachForm) -> None:
    """So it is for a form of an older version, and for one whose metadata was tampered with."""
    for _, form, team in each_form:
        team.send(form, team.open(form, team.ines))
        with pytest.raises(UserError):
            team.send(form, replace(team.tom, seen=0))


def test_ones_own_save_in_another_window_is_not_overwritten_either(each_form: EachForm) -> None:
    for name, form, team in each_form:
        ines = team.open(form, team.ines)
        team.send(form, ines)
        with pytest.raises(UserError) as refused:
            team.send(form, ines)
        assert worded(refused.value).startswith("You "), name


def at_once(act: Callable[[Actor], object], actors: Sequence[Actor]) -> tuple[list[Actor], list[str]]:
    """Have all of them act at the same moment; who was done, and what the others were told."""
    ready, done, told = threading.Barrier(len(actors)), list[Actor](), list[str]()

    def one(who: Actor) -> None:
        ready.wait()
        try:
            act(who)
            done.append(who)
        except UserError as refused:
            told.append(worded(refused))

    acting = [threading.Thread(target=one, args=(who,)) for who in actors]
    for thread in acting:
        thread.start()
    for thread in acting:
        thread.join()
    return done, told


def test_the_day_is_named_when_it_was_another_one(team: Team) -> None:
    tom = team.open(FORMS["stage"], team.tom)
    team.send(FORMS["stage"], team.open(FORMS["stage"], team.ines))
    next_day = LATER + timedelta(days=1)
    account = team.ids["account"]
    with pytest.raises(UserError, check=says(r"^Inês Duarte changed the stage to renewal on 3 Mar 2026 at 11:05\.")):
        team.run(lambda session: stages.overrule(session, tom, account, Stage.SETUP, next_day, reason="Again"))


def test_two_who_add_the_same_person_at_once_add_one(team: Team) -> None:
    account, ids = team.ids["account"], list[int]()

    def add(who: Actor) -> None:
        ids.append(team.run(lambda s: people.add_person(s, who, account, NOW, name="Nia Okoro", part=Part.FINANCE)))

    at_once(add, (team.ines, team.tom))
    assert len(ids) == 2 and len(set(ids)) == 1


def test_evidence_is_not_recorded_for_an_outcome_that_means_something_else_by_now(team: Team) -> None:
    ids, now = team.ids, LATER
    view = team.run(lambda session: forms.evidence_form(session, team.tom, ids["account"], NOW))
    tom = replace(team.tom, seen=view.seen)
    team.run(lambda s: ledger.change(s, team.ines.author, Entity.OUTCOME, ids["outcome"], now, unit="hours"))
    new = NewEvidence(ids["account"], ids["outcome"], "V1", Source.CUSTOMER_SYSTEM, NOW.date(), value="5")
    with pytest.raises(UserError, check=says("^Inês Duarte changed the unit to hours at")):
        team.run(lambda session: record.record(session, tom, new, now))


def test_of_two_who_set_up_a_portfolio_of_the_same_name_at_once_one_does(team: Team) -> None:
    typed: dict[str, Any] = {"name": "South", "channel": None, "weekday": 0, "time": "09:00", "tz": "Europe/Berlin"}

    def set_up(who: Actor) -> None:
        form = PortfolioForm(**typed, manager=who.member.slack_id)
        team.run(lambda session: setup.set_up(session, replace(who, seen=0), form, NOW))

    done, told = at_once(set_up, (team.ines, team.tom))
    assert (len(done), len(told)) == (1, 1)
    south = schema.portfolio.c.name == "South"
    assert len(team.run(lambda session: session.execute(select(schema.portfolio.c.id).where(south)).all())) == 1


@pytest.mark.parametrize("owner", ["each", "Olga"], ids=["added", "proposed"])
def test_of_two_who_add_or_propose_an_account_of_the_same_name_at_once_one_does(team: Team, owner: str) -> None:
    with team.database.begin() as session:
        session.execute(schema.member.update().where(schema.member.c.name != "Olga Quillon1").values(is_admin=False))
    olga = None if owner == "each" else "U0QUILLON1"
    two = [replace(who, member=replace(who.member, is_admin=False)) for who in (team.ines, team.tom)]

    def add(who: Actor) -> None:
        team.run(lambda session: proposals.add_or_propose(session, who, NewAccount("Globex", olga), NOW))

    done, told = at_once(add, two)
    assert (len(done), len(told)) == (1, 1), told
    assert "Globex" in told[0]


def test_every_form_that_changes_what_is_there_is_tried() -> None:
    adds = {
        CALLBACKS.NEW_ACCOUNT,
        CALLBACKS.OUTCOME,
        CALLBACKS.PERSON,
        CALLBACKS.OBSTACLE,
        CALLBACKS.PROMISE,
        CALLBACKS.EVIDENCE,
    }
    several = {CALLBACKS.SETTLE_PLAN: 4, CALLBACKS.SERIES_PAUSE: 2}
    asked_again = {CALLBACKS.OUTCOME_AGAIN, CALLBACKS.BASELINE_AGAIN}
    in_other_tests = {CALLBACKS.NOTHING_CHANGED, CALLBACKS.CHOOSE_OWNER}
    # tests/features/confirmations and tests/e2e/test_confirmations.py: each is answered once, and overwrites nothing.
    in_other_tests |= {*ConfirmationCallback}
    # tests/features/evidence/test_spot_checks.py: one person is asked, and a second answer is refused.
    in_other_tests |= {CALLBACKS.SPOT_NOT_SHOWN}
    # tests/features/retention/test_views.py: each version is a row of its own, and the second of two is refused.
    in_other_tests |= {CALLBACKS.QUARTER_COSTS}
    # tests/features/handover and tests/features/merging: a preview is held against what it showed.
    in_other_tests |= {CALLBACKS.LEAVER, CALLBACKS.LEAVER_PREVIEW, CALLBACKS.MERGE, CALLBACKS.MERGE_PREVIEW}
    # tests/features/packet/test_acceptances.py: the manager alone may, and one that is withdrawn is refused.
    in_other_tests |= {CALLBACKS.ACCEPTANCE_NOT_SHOWN}
    # tests/features/portfolios/test_default_series.py: it overwrites nothing, and the second of two begins nothing.
    in_other_tests |= {CALLBACKS.SERIES_PREVIEW}
    # tests/features/meetings/test_settings.py: everybody has settings of their own.
    in_other_tests |= {CALLBACKS.SETTINGS}
    # A filter changes nothing; tests/e2e/test_first_words.py: everybody is greeted once, whoever sends it.
    in_other_tests |= {CALLBACKS.LIST_FILTER, CALLBACKS.TELL_TEAM}
    tried = {*CALLBACKS} - adds - asked_again - in_other_tests
    assert len(FORMS) == len(tried) + sum(count - 1 for count in several.values())
