"""People of an account: several parts, leaving, coming back, a slip undone, and the name of one who left."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.app import assessments
from bot.app.actor import Actor, UserError
from bot.domain.enums import Grade, Part, RiskKind, Source
from bot.domain.model import Person
from bot.features.accounts import card, history
from bot.features.evidence import record
from bot.features.evidence.record import NewEvidence
from bot.features.plan import people, people_list
from bot.features.plan.views import PersonRow
from bot.store import ledger, proof_state, schema
from bot.store.engine import Database
from bot.store.entities import Entity
from tests.support.factory import BOT
from tests.support.world import MONDAY, World, build

TODAY = MONDAY.date()
IN_A_MONTH = MONDAY + timedelta(days=30)


@pytest.fixture
def world(database: Database) -> World:
    with database.begin() as session:
        return build(session)


def act(database: Database, do: Any, *args: Any, **more: Any) -> Any:
    with database.begin() as session:
        return do(session, *args, **more)


def person(database: Database, world: World, person_id: int | None = None, as_of: Any = None) -> Person:
    with database.begin() as session:
        state = proof_state.load(session, 1, world.acme, as_of=as_of)
    return next(one for one in state.people if one.id == (person_id or world.ana))


def row(database: Database, world: World, actor: Actor, now: Any = MONDAY, person_id: int | None = None) -> PersonRow:
    view = act(database, people_list.people_view, actor, world.acme, now)
    people_shown: tuple[PersonRow, ...] = view.people
    return next(one for one in people_shown if one.person_id == (person_id or world.ana))


def refused(database: Database, do: Any, *args: Any, **more: Any) -> tuple[str, str | None]:
    with pytest.raises(UserError) as error, database.begin() as session:
        do(session, *args, **more)
    return error.value.code.value, error.value.field


def lines(database: Database, world: World, now: Any = MONDAY) -> list[str]:
    return [line.what for line in act(database, history.history, world.maya, world.acme, None, now).lines]


def grade_now(database: Database, world: World, now: Any) -> Grade | None:
    _, assessment = act(database, assessments.assessed, world.maya, world.acme, now)
    return assessment.outcomes[0].grade  # type: ignore[no-any-return]


def wrote(database: Database, world: World, by: int, as_of: date, now: Any, value: str = "5") -> None:
    submission, link = f"f{now}{by}", f"https://acme.example/{as_of}/{by}"
    new = NewEvidence(
        world.acme, world.hours, submission, Source.CUSTOMER_WROTE, as_of, value, link=link, attested_by=by
    )
    act(database, record.record, world.maya, new, now)


def test_somebody_has_several_parts_and_each_is_there_for_the_rules(database: Database, world: World) -> None:
    kim = act(
        database, people.add_person, world.maya, world.acme, MONDAY, name="Kim Li", part=Part.OTHER,
        further=(Part.FINANCE, Part.ECONOMIC_BUYER), email="Kim@Acme.example",
    )  # fmt: skip
    written = person(database, world, kim)
    assert written.parts == (Part.ECONOMIC_BUYER, Part.FINANCE)
    assert written.email == "kim@acme.example"
    assert lines(database, world)[0] == "added Kim Li, economic buyer and finance"
    assert row(database, world, world.maya, person_id=kim).parts == "economic buyer and finance"


def test_a_part_more_for_who_is_there_is_no_second_person(database: Database, world: World) -> None:
    more: dict[str, Any] = {"name": "Ana Ruiz", "part": Part.FINANCE}
    assert act(database, people.add_person, world.maya, world.acme, IN_A_MONTH, **more) == world.ana
    now = person(database, world)
    assert (now.parts, now.gained_parts) == ((Part.CHAMPION, Part.FINANCE), ((Part.FINANCE, IN_A_MONTH.date()),))
    assert lines(database, world, IN_A_MONTH)[0] == "changed the parts of Ana Ruiz: finance"
    assert person(database, world, as_of=MONDAY).parts == (Part.CHAMPION,)


def test_parts_are_chosen_anew_and_what_was_given_up_is_kept(database: Database, world: World) -> None:
    edit: dict[str, Any] = {"name": "Ana Ruiz", "title": "CFO", "email": None}
    act(database, people.edit_person, world.maya, world.ana, MONDAY, parts=(Part.USER,), **edit)
    assert person(database, world).dropped_parts == ()  # a slip of the first week
    act(database, people.edit_person, world.maya, world.ana, MONDAY, parts=(Part.CHAMPION,), **edit)
    act(database, people.edit_person, world.maya, world.ana, IN_A_MONTH, parts=(Part.FINANCE, Part.USER), **edit)
    now = person(database, world)
    assert now.parts == (Part.USER, Part.FINANCE)
    assert now.dropped_parts == ((Part.CHAMPION, IN_A_MONTH.date()),)
    _, assessment = act(database, assessments.assessed, world.maya, world.acme, IN_A_MONTH)
    assert RiskKind.SPONSOR_LEFT in {danger.kind for danger in assessment.dangers}


def test_another_name_is_another_person(database: Database, world: World) -> None:
    edit: dict[str, Any] = {"parts": (Part.CHAMPION,), "title": None, "email": None}
    code = refused(database, people.edit_person, world.maya, world.ana, MONDAY, name="Lena Voss", **edit)
    assert code == ("plan.another_name", "name")
    act(database, people.edit_person, world.maya, world.ana, MONDAY, name="Ana  Ruíz", **edit)
    assert person(database, world).name == "Ana Ruíz"
    act(database, people.edit_person, world.maya, world.ana, MONDAY, name="Ana", **edit)
    step_by_step = refused(database, people.edit_person, world.maya, world.ana, MONDAY, name="Ana Voss", **edit)
    assert step_by_step == ("plan.another_name", "name")


def test_the_record_of_one_who_left_stays(database: Database, world: World) -> None:
    act(database, people.person_left, world.maya, world.ana, TODAY, MONDAY)
    as_it_is: dict[str, Any] = {"name": "Ana Ruiz", "parts": (Part.CHAMPION,), "title": None, "email": None}
    for changed in ({"name": "A. Ruiz"}, {"parts": (Part.USER,)}, {"email": "a@acme.example"}):
        code = refused(database, people.edit_person, world.maya, world.ana, MONDAY, **{**as_it_is, **changed})
        assert code == ("plan.record_of_one_who_left", "name")
    act(database, people.edit_person, world.maya, world.ana, MONDAY, **{**as_it_is, "title": "Was head of legal"})
    assert person(database, world).title == "Was head of legal"


def test_leaving_returning_and_attesting_again(database: Database, world: World) -> None:
    wrote(database, world, world.ana, TODAY, MONDAY)
    assert grade_now(database, world, MONDAY) is Grade.CONFIRMED
    later = MONDAY + timedelta(days=10)
    act(database, people.person_left, world.maya, world.ana, later.date(), later)
    assert grade_now(database, world, later) is Grade.MEASURED
    back = later + timedelta(days=10)
    act(database, people.person_returned, world.maya, world.ana, back.date(), back)
    assert grade_now(database, world, back) is Grade.MEASURED
    shown = act(database, card.card, world.maya, world.acme, back)
    assert shown.people[0].note == "back since 22 Mar, nothing attested since"
    assert shown.worst is not None and "said to be back since 22 Mar" in shown.worst.text
    wrote(database, world, world.ana, back.date(), back)
    assert grade_now(database, world, back) is Grade.CONFIRMED
    assert act(database, card.card, world.maya, world.acme, back).people[0].note is None
    assert lines(database, world, back)[1:3] == [
        "noted that Ana Ruiz is back since 22 Mar 2026",
        "noted that Ana Ruiz left on 12 Mar 2026",
    ]
    assert not person(database, world, as_of=later).is_there(later.date())
    assert person(database, world, as_of=MONDAY).left_on is None


def test_a_slip_is_undone_by_who_made_it_and_named_on_the_card(database: Database, world: World) -> None:
    act(database, people.person_left, world.maya, world.ana, TODAY, MONDAY)
    assert row(database, world, world.maya).can_undo
    act(database, people.take_back_departure, world.maya, world.ana, MONDAY)
    now = person(database, world)
    assert (now.left_on, now.undone_on, now.undone_by) == (None, TODAY, world.maya.member.id)
    assert not row(database, world, world.maya).can_undo
    note = act(database, card.card, world.maya, world.acme, MONDAY).people[0].note
    assert note == f"noted as gone, taken back 2 Mar by {world.maya.member.name}"
    assert act(database, card.card, world.maya, world.acme, MONDAY + timedelta(days=91)).people[0].note is None
    assert lines(database, world)[0] == "took back that Ana Ruiz left on 2 Mar 2026"
    assert refused(database, people.take_back_departure, world.maya, world.ana, MONDAY)[0] == "plan.no_departure"


def test_nobody_else_undoes_it_but_the_manager_and_not_after_a_week(database: Database, world: World) -> None:
    act(database, people.person_left, world.maya, world.ana, TODAY, MONDAY)
    act(database, people.take_back_departure, world.manager, world.ana, MONDAY)
    act(database, people.person_left, world.admin, world.ana, TODAY, MONDAY)
    undo = people.take_back_departure
    assert not row(database, world, world.maya).can_undo
    assert refused(database, undo, world.maya, world.ana, MONDAY)[0] == "plan.departure_of_another"
    late = MONDAY + timedelta(days=7, seconds=1)
    assert refused(database, undo, world.manager, world.ana, late)[0] == "plan.departure_too_old"
    assert not row(database, world, world.manager, late).can_undo
    for deputy in (world.manager.member.id, None):  # who had the account a moment ago is still of its team
        with database.begin() as session:
            ledger.change(session, BOT, Entity.ACCOUNT, world.acme, MONDAY, deputy_id=deputy)
        assert refused(database, undo, world.manager, world.ana, MONDAY)[0] == "plan.departure_of_another"
    act(database, undo, world.admin, world.ana, MONDAY + timedelta(days=7))
    assert person(database, world).left_on is None


def test_undo_gives_back_the_departure_before(database: Database, world: World) -> None:
    first, back, again = (MONDAY + timedelta(days=days) for days in (10, 20, 30))
    act(database, people.person_left, world.maya, world.ana, first.date(), first)
    act(database, people.person_returned, world.maya, world.ana, back.date(), back)
    act(database, people.person_left, world.maya, world.ana, again.date(), again)
    act(database, people.take_back_departure, world.maya, world.ana, again)
    now = person(database, world)
    assert (now.left_on, now.returned_on) == (first.date(), back.date())
    assert now.is_there(again.date())
    assert not now.stands_by(TODAY, again.date())


def test_days_that_cannot_be_meant_are_refused(database: Database, world: World) -> None:
    left, back = people.person_left, people.person_returned
    far = TODAY + timedelta(days=367)
    assert refused(database, left, world.maya, world.ana, far, MONDAY) == ("plan.leaves_too_late", "on")
    assert refused(database, back, world.maya, world.ana, TODAY, MONDAY) == ("plan.never_left", "on")
    act(database, left, world.maya, world.ana, TODAY, MONDAY)
    assert refused(database, left, world.maya, world.ana, TODAY, MONDAY) == ("plan.left_already", "on")
    tomorrow, before = TODAY + timedelta(days=1), TODAY - timedelta(days=1)
    assert refused(database, back, world.maya, world.ana, tomorrow, MONDAY) == ("app.day_still_to_come", "on")
    assert refused(database, back, world.maya, world.ana, before, MONDAY) == ("app.days_reversed", "on")
    act(database, back, world.maya, world.ana, TODAY, MONDAY)
    assert refused(database, left, world.maya, world.ana, TODAY, MONDAY) == ("app.days_reversed", "on")


def test_what_they_said_after_they_left_is_pointed_out(database: Database, world: World) -> None:
    wrote(database, world, world.ana, TODAY, MONDAY)
    act(database, people.person_left, world.maya, world.ana, date(2026, 2, 1), MONDAY)
    saved = act(database, people_list.saved_view, world.maya, world.acme, world.ana, MONDAY).saved
    assert saved is not None
    assert (saved.said_after, saved.state) == (TODAY, "left 1 Feb 2026")


@pytest.mark.parametrize(("name", "email"), [("Ana Ruiz", "a@new.example"), ("A. Ruiz", None), ("Ruiz, Ana", None)])
def test_the_champion_who_left_is_not_written_down_again_unseen(
    database: Database, world: World, name: str, email: str | None
) -> None:
    wrote(database, world, world.ana, TODAY, MONDAY)
    later = MONDAY + timedelta(days=10)
    act(database, people.person_left, world.maya, world.ana, later.date(), later)
    new: dict[str, Any] = {"name": name, "part": Part.CHAMPION, "email": email}
    assert refused(database, people.add_person, world.maya, world.acme, later, **new) == (
        "plan.left_under_this_name",
        "name",
    )
    asked = act(
        database, people_list.who_is_meant, world.maya, world.acme, later, name=name, title=None, email=email, parts=()
    )
    assert (asked.gone_id, asked.gone, asked.name) == (world.ana, "Ana Ruiz", name)
    again = act(database, people.add_person, world.maya, world.acme, later, somebody_else=True, **new)
    assert grade_now(database, world, later) is Grade.MEASURED
    shown = act(database, card.card, world.maya, world.acme, later)
    assert shown.people[0].note == "looks like Ana Ruiz, who left 12 Mar; nothing attested since"
    assert shown.worst is not None and "looks like the same person" in shown.worst.text
    wrote(database, world, again, later.date(), later)
    assert grade_now(database, world, later) is Grade.CONFIRMED
    _, assessment = act(database, assessments.assessed, world.maya, world.acme, later)
    assert RiskKind.SPONSOR_LEFT not in {danger.kind for danger in assessment.dangers}


def test_who_is_there_under_that_name_is_asked_nothing(database: Database, world: World) -> None:
    same: dict[str, Any] = {"name": "Ana Ruiz", "title": None, "email": None, "parts": ()}
    assert act(database, people_list.who_is_meant, world.maya, world.acme, MONDAY, **same) is None
    assert (
        act(database, people_list.who_is_meant, world.maya, world.acme, MONDAY, **{**same, "name": "Lee Poe"}) is None
    )


def test_only_who_may_write_changes_people_and_everybody_reads(database: Database, world: World) -> None:
    for do, more in (
        (people.person_left, (TODAY, MONDAY)),
        (people.person_returned, (TODAY, MONDAY)),
        (people.take_back_departure, (MONDAY,)),
        (people_list.edit_form, (MONDAY,)),
        (people_list.left_form, (MONDAY,)),
        (people_list.back_form, (MONDAY,)),
    ):
        assert refused(database, do, world.tom, world.ana, *more)[0] == "app.not_your_account"
        assert refused(database, do, world.guest, world.ana, *more)[0] == "app.not_a_member"
    view = act(database, people_list.people_view, world.tom, world.acme, MONDAY)
    assert (view.can_write, view.people[0].can_undo) == (False, False)
    assert refused(database, people_list.people_view, world.guest, world.acme, MONDAY)[0] == "app.not_a_member"


def test_many_people_are_on_pages(database: Database, world: World) -> None:
    for number in range(people_list.A_PAGE):
        new: dict[str, Any] = {"name": f"Q{number} Person", "part": Part.USER}
        act(database, people.add_person, world.maya, world.acme, MONDAY, **new)
    act(database, people.person_left, world.maya, world.ana, TODAY, MONDAY)
    first, second, beyond = (
        act(database, people_list.people_view, world.maya, world.acme, MONDAY, page=page) for page in (0, 1, 9)
    )
    assert (len(first.people), first.pages) == (people_list.A_PAGE, 2)
    assert [one.name for one in second.people] == ["Ana Ruiz"]
    assert beyond == second


def test_parts_are_kept_as_words_in_history_and_rows(database: Database, world: World) -> None:
    act(database, people.add_person, world.maya, world.acme, IN_A_MONTH, name="Ana Ruiz", part=Part.FINANCE)
    with database.begin() as session:
        columns = schema.history.c.before, schema.history.c.after
        lines_of_people = (
            select(*columns).where(schema.history.c.entity == "person").order_by(schema.history.c.id.desc())
        )
        before, after = session.execute(lines_of_people).first()  # type: ignore[misc]
    assert before == {"other_parts": "", "gained_parts": ""}
    assert after == {"other_parts": "finance", "gained_parts": "finance:2026-04-01"}
    assert replace(person(database, world), name="x").parts == (Part.CHAMPION, Part.FINANCE)
