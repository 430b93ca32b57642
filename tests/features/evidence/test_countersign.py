"""Who may countersign, what a countersign keeps, and what one reference may serve for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.app import assessments
from bot.app.actor import Actor, UserError
from bot.app.references import LARGEST_FILE, NewFile
from bot.domain.enums import CheckVerdict, Grade, Method, Source
from bot.features.evidence import attribution, countersign, list, record, references
from bot.features.evidence.attribution import Isolation
from bot.features.evidence.record import NewEvidence
from bot.features.home import home
from bot.store import ledger, schema
from bot.store.engine import Database
from bot.store.entities import Entity
from tests.support import factory
from tests.support.cast import KIM
from tests.support.managing import MONDAY, day
from tests.support.refusals import says
from tests.support.world import World, build

PAGE = "https://acme.example/signing"
SHOWS, DOES_NOT = CheckVerdict.SHOWS, CheckVerdict.DOES_NOT


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.begin() as session:
        yield session


@pytest.fixture
def world(session: Session) -> World:
    return build(session)


def piece(world: World, number: int = 1, **values: Any) -> NewEvidence:
    given: dict[str, Any] = {"value": "5", "attested_by": world.ana, "link": PAGE, **values}
    source, as_of = given.pop("source", Source.CUSTOMER_SYSTEM), given.pop("as_of", MONDAY.date())
    return NewEvidence(world.acme, world.hours, f"form {number}", source, as_of, **given)


def give_to(session: Session, world: World, to: Actor, now: Any = MONDAY, **more: Any) -> None:
    values = {"owner_id": to.member.id, **more}
    assert ledger.change(session, world.admin.author, Entity.ACCOUNT, world.acme, now, **values)


def checks(session: Session) -> Any:
    return session.execute(select(schema.evidence_check).order_by(schema.evidence_check.c.id)).all()


def test_a_colleague_countersigns_and_history_keeps_it(session: Session, world: World) -> None:
    row = record.record(session, world.maya, piece(world), MONDAY)
    countersign.countersign(session, world.tom, row, SHOWS, MONDAY)
    countersign.countersign(session, world.tom, row, SHOWS, day(MONDAY, 1))
    [check] = checks(session)
    assert (check.verdict, check.owner_then, check.as_manager) == (SHOWS, world.maya.member.id, False)
    lines = session.execute(select(schema.history.c.entity_id).where(schema.history.c.entity == "evidence_check"))
    assert lines.scalars().all() == [check.id]
    _, assessment = assessments.assessed(session, world.maya, world.acme, day(MONDAY, 60))
    assert assessment.seen == assessment.coverage == 1


@pytest.mark.parametrize("who", ["maya", "deputy", "recorder"])
def test_owner_deputy_and_recorder_are_refused(session: Session, world: World, who: str) -> None:
    by = world.admin if who == "recorder" else world.maya
    row = record.record(session, by, piece(world), MONDAY)
    give_to(session, world, world.maya, deputy_id=world.tom.member.id)
    actor = {"maya": world.maya, "deputy": world.tom, "recorder": world.admin}[who]
    expected = "You recorded this" if who in ("recorder", "maya") else "your own look does not count"
    with pytest.raises(UserError, check=says(expected)):
        countersign.countersign(session, actor, row, SHOWS, MONDAY)
    assert not checks(session)


def test_guests_and_other_workspaces_are_refused(session: Session, world: World) -> None:
    row = record.record(session, world.maya, piece(world), MONDAY)
    with pytest.raises(UserError, check=says("full member")):
        countersign.countersign(session, world.guest, row, SHOWS, MONDAY)


def test_handing_an_account_over_to_countersign_and_taking_it_back_does_not_work(
    session: Session, world: World
) -> None:
    give_to(session, world, world.tom, day(MONDAY, 1))
    row = record.record(session, world.tom, piece(world), day(MONDAY, 2))
    with pytest.raises(UserError, check=says("You had Acme GmbH within 90 days")):
        countersign.countersign(session, world.maya, row, SHOWS, day(MONDAY, 3))
    give_to(session, world, world.maya, day(MONDAY, 4))
    assert not checks(session)
    late = record.record(session, world.maya, replace(piece(world, 2), link=f"{PAGE}/2"), day(MONDAY, 100))
    countersign.countersign(session, world.tom, late, SHOWS, day(MONDAY, 101))
    assert len(checks(session)) == 1


def test_it_does_not_needs_words_withdraws_and_tells_the_owner(session: Session, world: World) -> None:
    row = record.record(session, world.maya, piece(world), MONDAY)
    with pytest.raises(UserError, check=says("what it shows instead")):
        countersign.countersign(session, world.tom, row, DOES_NOT, MONDAY, note=" ")
    countersign.countersign(session, world.tom, row, DOES_NOT, MONDAY, note="7 days")
    [line] = list.evidence(session, world.maya, world.acme, MONDAY).lines
    assert (line.state, line.why) == ("withdrawn", "Tom Okafor opened it, and it does not show this: 7 days")
    key = select(schema.metadata.tables["outbox"].c.key, schema.metadata.tables["outbox"].c.channel)
    assert ("evidence-not-shown:1", world.maya.member.slack_id) in [tuple(sent) for sent in session.execute(key)]
    with pytest.raises(UserError, check=says("withdrawn or replaced")):
        countersign.countersign(session, world.manager, row, SHOWS, MONDAY)


def test_there_must_be_something_to_open(session: Session, world: World) -> None:
    row = record.record(session, world.maya, piece(world, link=None), MONDAY)
    with pytest.raises(UserError, check=says("nothing to look at")):
        countersign.countersign(session, world.tom, row, SHOWS, MONDAY)


def test_the_manager_looks_as_manager_and_an_admin_where_the_manager_has_the_account(
    session: Session, world: World
) -> None:
    first = record.record(session, world.maya, piece(world), MONDAY)
    countersign.countersign(session, world.admin, first, SHOWS, MONDAY)
    countersign.countersign(session, world.manager, first, SHOWS, MONDAY)
    give_to(session, world, world.manager, day(MONDAY, 1))
    second = record.record(session, world.manager, piece(world, 2, link=f"{PAGE}/2"), day(MONDAY, 2))
    countersign.countersign(session, world.admin, second, SHOWS, day(MONDAY, 2))
    assert [check.as_manager for check in checks(session)] == [False, True, True]


def test_pairs_who_countersign_each_other_are_counted_for_their_manager(session: Session, world: World) -> None:
    where: dict[str, Any] = {"portfolio_id": world.portfolio_id, "owner_id": world.tom.member.id}
    birch = factory.account(session, "Birch", MONDAY, **where)
    kim = factory.person(session, birch, KIM, MONDAY)
    tickets = factory.tickets(session, birch, kim, MONDAY)
    theirs = NewEvidence(birch, tickets, "b", Source.CUSTOMER_SYSTEM, MONDAY.date(), "400", link=f"{PAGE}/birch")
    first = record.record(session, world.maya, piece(world), MONDAY)
    countersign.countersign(session, world.tom, first, SHOWS, MONDAY)
    assert countersign.pairs(session, 1, [world.portfolio_id], MONDAY) == ()
    second = record.record(session, world.tom, theirs, MONDAY)
    countersign.countersign(session, world.maya, second, SHOWS, MONDAY)
    [pair] = countersign.pairs(session, 1, [world.portfolio_id], MONDAY)
    assert {pair.one, pair.other} == {"Maya Lindqvist", "Tom Okafor"} and (pair.by_one, pair.by_other) == (1, 1)
    line = home.home(session, world.manager, MONDAY).pairs[0]
    assert {line.one, line.other} == {pair.one, pair.other}
    assert home.home(session, world.tom, MONDAY).pairs == ()
    assert countersign.pairs(session, 1, [world.portfolio_id], day(MONDAY, 91)) == ()


def test_a_reference_serves_one_day_unless_a_colleague_has_opened_it(session: Session, world: World) -> None:
    first = record.record(session, world.maya, piece(world, link=f"{PAGE}/?utm_medium=mail"), MONDAY)
    tuesday = day(MONDAY, 1)
    again = piece(world, 2, value="4", as_of=tuesday.date(), link=f"http://www.{PAGE.removeprefix('https://')}#now")
    with pytest.raises(UserError, check=says("already shows 5 days as of 2 Mar 2026")) as refused:
        record.record(session, world.maya, again, tuesday)
    assert refused.value.field == "link"
    with_picture = replace(again, file=NewFile("now.png", "image/png", b"4 days"))
    record.record(session, world.maya, with_picture, tuesday)
    countersign.countersign(session, world.tom, first, SHOWS, tuesday)
    record.record(session, world.maya, replace(again, submission="form 3"), tuesday)


def test_a_slip_of_the_same_day_frees_its_reference(session: Session, world: World) -> None:
    slip = record.record(session, world.maya, piece(world, as_of=day(MONDAY, -1).date()), MONDAY)
    record.withdraw(session, world.maya, slip, "wrong day", MONDAY)
    again = record.record(session, world.maya, piece(world, 2), MONDAY)
    rows = select(schema.evidence.c.id, schema.evidence.c.reference_key).where(schema.evidence.c.id.in_((slip, again)))
    keys = {row.id: row.reference_key for row in session.execute(rows)}
    assert len(keys) == 2 and keys[slip] == keys[again] is not None


@pytest.mark.parametrize(
    ("link", "told"),
    [
        ("acme.example/signing", "Nobody else can open that"),
        ("ftp://acme.example/signing", "Nobody else can open that"),
        ("https:///signing", "Nobody else can open that"),
        ("javascript:alert(1)", "Nobody else can open that"),
        ("https://bit.ly/3xYz", "A short link does not show"),
        ("https://www.TinyURL.com/abc", "A short link does not show"),
    ],
)
def test_what_nobody_can_open_or_compare_is_refused(session: Session, world: World, link: str, told: str) -> None:
    with pytest.raises(UserError, check=says(told)) as refused:
        record.record(session, world.maya, piece(world, link=link), MONDAY)
    assert refused.value.field == "link"


def test_a_file_is_kept_once_with_its_hash_and_serves_one_day(session: Session, world: World) -> None:
    file = NewFile("board.pdf", "application/pdf", b"%PDF their board")
    row = record.record(session, world.maya, piece(world, link=None, file=file), MONDAY)
    same = piece(world, 2, link=None, file=replace(file, name="other.pdf"))
    record.record(session, world.maya, same, MONDAY)
    [kept] = session.execute(select(schema.kept_file)).all()
    assert (kept.name, kept.size, kept.content) == ("board.pdf", len(file.content), file.content)
    assert references.opened_file(session, world.tom, row).content == file.content
    with pytest.raises(UserError, check=says("This file already shows")) as refused:
        record.record(session, world.maya, piece(world, 3, link=None, file=file, as_of=day(MONDAY, -2).date()), MONDAY)
    assert refused.value.field == "file"


def test_a_file_that_is_too_large_or_empty_is_refused(session: Session, world: World) -> None:
    for content, told in ((b"", "empty"), (b"x" * (LARGEST_FILE + 1), "larger than 10 MB")):
        with pytest.raises(UserError, check=says(told)):
            record.record(session, world.maya, piece(world, file=NewFile("f", None, content)), MONDAY)


def test_isolating_our_share_keeps_the_file_and_what_was_seen(session: Session, world: World) -> None:
    first = record.record(session, world.maya, piece(world, link=None, file=NewFile("f", None, b"5 days")), MONDAY)
    countersign.countersign(session, world.tom, first, SHOWS, MONDAY)
    later = day(MONDAY, 30)
    attribution.attribute(session, world.maya, Isolation(first, "s", Method.BEFORE_AFTER, "A fifth is theirs"), later)
    _, assessment = assessments.assessed(session, world.maya, world.acme, later)
    assert assessment.outcomes[0].grade is Grade.ATTRIBUTED and assessment.seen == 1
