"""Spot checks: what a digest draws, whom it asks, what they may answer, and what the next digests say of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.app.actor import UserError
from bot.domain.enums import CheckKind, CheckVerdict
from bot.features.evidence import spot_checks
from bot.features.evidence.spot_draw import draw_spot_checks
from bot.features.evidence.views import SpotCheckView
from bot.features.portfolios import digest, setup
from bot.features.portfolios.setup import PortfolioForm
from bot.features.portfolios.views import DigestRestView, DigestView
from bot.outbox.types import Moot
from bot.store import schema
from bot.store.engine import Database
from bot.store.members import Member
from bot.store.schema.outbox import outbox
from tests.support import factory
from tests.support.cast import KENJI, KIM
from tests.support.managing import CHANNEL, Message, Team, day
from tests.support.refusals import says

FRIDAY = datetime(2026, 2, 27, 10, tzinfo=UTC)
MONDAYS = [datetime(2026, 3, 2, 9, tzinfo=UTC) + timedelta(weeks=week) for week in range(20)]
SHOWS, DOES_NOT, CANNOT_OPEN = CheckVerdict.SHOWS, CheckVerdict.DOES_NOT, CheckVerdict.CANNOT_OPEN


@pytest.fixture
def team(database: Database) -> Team:
    """A team whose digest comes on Mondays at nine in London; the first one, with nothing in it, is out."""
    team = Team(database)
    form = PortfolioForm("EMEA", CHANNEL, "U0PRIYA", 0, "09:00", "Europe/London", portfolio_id=team.portfolio_id)
    with team.session() as session:
        setup.set_up(session, team.as_(team.ada), form, FRIDAY)
    team.add_account("Quiet", FRIDAY)
    opened(team, 0)
    return team


def opened(team: Team, week: int) -> DigestView:
    """Open the digest of a week and read its message."""
    now = at(week)
    with team.session() as session:
        assert digest.open_due_digest(session, now, (), (draw_spot_checks,))
    row = team.messages("digest")[-1]
    with team.session() as session:
        view = digest.compose_digest(session, row.args, now)
    assert isinstance(view, DigestView)
    return view


def at(week: int) -> datetime:
    """When the digest of a week is due: nine in London, which has summer time from 29 March."""
    return MONDAYS[week] - timedelta(hours=1 if week >= 4 else 0)


def prove(team: Team, name: str, week: int = 0, **values: Any) -> tuple[int, int]:
    """A customer whose outcome was proven in the week after a digest, with a link; returns account and evidence."""
    moment = day(MONDAYS[week], 1)
    account_id = team.add_account(name, moment, **values)
    with team.session() as session:
        kim = factory.person(session, account_id, KIM, moment)
    outcome_id = team.add_outcome(account_id, kim, moment)
    link = f"https://{name.lower()}.example/figures"
    more = {"link": link, "reference_key": link, "recorded_by": team.maya.id}
    return account_id, team.prove(account_id, outcome_id, "400", moment, **more)


def drawn(team: Team) -> list[Any]:
    with team.session() as session:
        return list(session.execute(select(schema.spot_check).order_by(schema.spot_check.c.id)))


def message(team: Team) -> tuple[Message, SpotCheckView]:
    """The newest message of a draw, as it reads now."""
    row = team.messages("spot_check", op="post")[-1]
    with team.session() as session:
        view = spot_checks.compose_spot_check(session, row.args, FRIDAY)
    assert isinstance(view, SpotCheckView)
    return row, view


def answer(team: Team, spot: int, by: Member, verdict: CheckVerdict, now: datetime, note: str = "") -> None:
    with team.session() as session:
        spot_checks.answer(session, team.as_(by), spot, verdict, now, note=note)


def foot(view: DigestView) -> str:
    """What the digest's grey line says of spot checks."""
    return next((part for part in view.news.foot if part.startswith("Spot check")), "")


def thread(team: Team, digest_id: int) -> dict[str, list[str]]:
    """The digest's list of spot checks."""
    pages = [row for row in team.messages("digest-rest") if row.args["digest_id"] == digest_id]
    with team.session() as session:
        views = [digest.compose_rest(session, page.args, FRIDAY) for page in pages]
    blocks = [block for view in views if isinstance(view, DigestRestView) for block in view.page.blocks]
    return {
        block.title: [f"{', '.join(line.names)}: {line.text}" for line in block.lines]
        for block in blocks
        if block.title.startswith("Spot check")
    }


def test_a_digest_draws_two_of_what_newly_counts_and_asks_the_manager_once(team: Team) -> None:
    pieces = {prove(team, name)[1] for name in ("Acme", "Bolt", "Corvid")}
    opened(team, 1)
    rows = drawn(team)
    assert len(rows) == 2 and {row.evidence_id for row in rows} < pieces
    assert {row.asked_id for row in rows} == {team.priya.id} and {row.digest_id for row in rows} == {2}
    row, view = message(team)
    assert len(team.messages("spot_check")) == 1
    assert (row.channel, row.destination, row.key) == ("U0PRIYA", "user", f"spot-check:2:{team.priya.id}")
    assert view.portfolio == "EMEA" and view.waiting == 2
    piece = view.pieces[0]
    assert (piece.what, piece.outcome, piece.recorded_by) == ("400 tickets", "Fewer tickets a month", "Maya Lindqvist")
    assert piece.openable == piece.link and piece.is_there
    opened(team, 2)
    assert len(drawn(team)) == 2, "what counted last week is not new"


def test_a_first_digest_draws_nothing(database: Database) -> None:
    team = Team(database)
    form = PortfolioForm("EMEA", CHANNEL, "U0PRIYA", 0, "09:00", "Europe/London", portfolio_id=team.portfolio_id)
    with team.session() as session:
        setup.set_up(session, team.as_(team.ada), form, FRIDAY)
    prove(team, "Acme", -1)
    opened(team, 0)
    assert drawn(team) == [] and team.messages("spot_check") == []


def test_the_same_digest_draws_the_same_again(team: Team) -> None:
    for name in ("Acme", "Bolt", "Corvid", "Delta", "Echo"):
        prove(team, name)
    orders = []
    for _ in range(2):
        with team.database.begin() as session:
            assert digest.open_due_digest(session, at(1), (), (draw_spot_checks,))
            orders.append([row.evidence_id for row in session.execute(select(schema.spot_check)).all()])
            session.rollback()
    assert orders[0] == orders[1] and len(orders[0]) == 2


def test_what_has_no_reference_is_not_drawn(team: Team) -> None:
    account_id = team.add_account("Acme", day(MONDAYS[0], 1))
    with team.session() as session:
        kim = factory.person(session, account_id, KIM, day(MONDAYS[0], 1))
    outcome_id = team.add_outcome(account_id, kim, day(MONDAYS[0], 1))
    team.prove(account_id, outcome_id, "400", day(MONDAYS[0], 1))
    view = opened(team, 1)
    assert drawn(team) == [] and foot(view) == ""


def test_the_message_waits_for_the_working_hours_of_who_is_asked(team: Team) -> None:
    with team.session() as session:
        kenji = factory.member(session, replace(KENJI, tz="Australia/Sydney"))
        moved = update(schema.portfolio).where(schema.portfolio.c.id == team.portfolio_id).values(manager_id=kenji.id)
        session.execute(moved)
    prove(team, "Acme")
    opened(team, 1)
    with team.session() as session:
        due_at = session.execute(select(outbox.c.due_at).where(outbox.c.kind == "spot_check")).scalar_one()
    assert due_at == datetime(2026, 3, 9, 21, tzinfo=UTC), "eight in Sydney on the next day"


@pytest.mark.parametrize("part", ["owner_id", "deputy_id", "recorder"])
def test_a_manager_who_is_involved_is_replaced(team: Team, part: str) -> None:
    more = {} if part == "recorder" else {part: team.priya.id}
    _, piece = prove(team, "Acme", **more)
    if part == "recorder":
        team.change("evidence", piece, recorded_by=team.priya.id)
    opened(team, 1)
    (row,) = drawn(team)
    assert row.asked_id == team.ada.id, "an admin, as there is no other manager"
    assert message(team)[0].channel == "U0ADA"


def test_another_manager_comes_before_an_admin(team: Team) -> None:
    team.add_portfolio("South", None, team.tom.id)
    prove(team, "Acme", owner_id=team.priya.id)
    opened(team, 1)
    assert [row.asked_id for row in drawn(team)] == [team.tom.id]


def test_a_manager_who_had_the_account_lately_is_replaced(team: Team) -> None:
    account_id, _ = prove(team, "Acme", owner_id=team.priya.id)
    team.change("account", account_id, day(MONDAYS[0], 2), owner_id=team.maya.id)
    opened(team, 1)
    assert [row.asked_id for row in drawn(team)] == [team.ada.id]


def test_where_nobody_can_be_asked_nothing_is_drawn_and_the_digest_says_so(team: Team) -> None:
    prove(team, "Acme", owner_id=team.priya.id, deputy_id=team.ada.id)
    view = opened(team, 1)
    assert drawn(team) == [] and team.messages("spot_check") == []
    assert foot(view) == "Spot check: nobody outside the account could be asked about 1 new piece"


def test_it_shows_this_stands_on_the_record_and_in_the_digest(team: Team) -> None:
    for name in ("Acme", "Bolt"):
        prove(team, name)
    assert foot(opened(team, 1)) == ""
    for row in drawn(team):
        answer(team, row.id, team.priya, SHOWS, day(MONDAYS[1], 1))
        answer(team, row.id, team.priya, SHOWS, day(MONDAYS[1], 2))
    with team.session() as session:
        looks = session.execute(select(schema.evidence_check).order_by(schema.evidence_check.c.id)).all()
    assert [(look.kind, look.verdict, look.member_id, look.as_manager) for look in looks] == [
        (CheckKind.SPOT_CHECK, SHOWS, team.priya.id, True)
    ] * 2
    assert [row.check_id for row in drawn(team)] == [look.id for look in looks]
    assert len(team.messages("spot_check", op="update")) == 2
    assert message(team)[1].waiting == 0
    prove(team, "Corvid", 1)
    view = opened(team, 2)
    assert foot(view) == "Spot check: 2 of 2 held"
    (lines,) = thread(team, 3).values()
    assert sorted(lines) == [
        f"{name}: Priya Nair opened it, and it shows “Fewer tickets a month”" for name in ("Acme", "Bolt")
    ]
    answer(team, drawn(team)[-1].id, team.priya, SHOWS, day(MONDAYS[2], 1))
    assert foot(opened(team, 3)) == "Spot check: 1 of 1 held; 3 of 3 this quarter"
    assert foot(opened(team, 4)) == "Spot check: 3 of 3 held this quarter"
    assert foot(opened(team, 5)) == "", "a new quarter"


def test_it_does_not_withdraws_the_piece_tells_the_owner_and_is_newly_broken(team: Team) -> None:
    _, piece = prove(team, "Acme")
    opened(team, 1)
    (row,) = drawn(team)
    with pytest.raises(UserError, check=says("Say what it shows instead")):
        answer(team, row.id, team.priya, DOES_NOT, day(MONDAYS[1], 1), " ")
    answer(team, row.id, team.priya, DOES_NOT, day(MONDAYS[1], 1), "It shows 700")
    with team.session() as session:
        withdrawn = session.execute(select(schema.evidence).where(schema.evidence.c.id == piece)).one()
    assert withdrawn.withdrawn_why == "Priya Nair opened it, and it does not show this: It shows 700"
    (told,) = team.messages("evidence_not_shown")
    assert told.channel == "U0MAYA"
    view = opened(team, 2)
    broken = [line.text for part in view.news.parts for line in part.lines if line.label == "Newly broken:"]
    assert broken == ["Acme, “Fewer tickets a month” (failed check, not taken)"]
    assert foot(view) == "Spot check: 0 of 1 held"
    assert thread(team, 3) == {
        "Spot check (1)": ["Acme: Priya Nair opened it, and it does not show “Fewer tickets a month”: It shows 700"]
    }


def test_i_cannot_open_it_changes_nothing_and_is_counted_apart(team: Team) -> None:
    _, piece = prove(team, "Acme")
    opened(team, 1)
    answer(team, drawn(team)[0].id, team.priya, CANNOT_OPEN, day(MONDAYS[1], 1))
    with team.session() as session:
        row = session.execute(select(schema.evidence).where(schema.evidence.c.id == piece)).one()
    assert row.withdrawn_on is None
    assert team.messages("evidence_not_shown") == []
    view = opened(team, 2)
    assert foot(view) == "Spot check: 1 could not be opened"
    assert thread(team, 3) == {"Spot check (1)": ["Acme: Priya Nair could not open what shows “Fewer tickets a month”"]}


def test_no_answer_in_14_days_is_told_and_changes_nothing(team: Team) -> None:
    prove(team, "Acme")
    opened(team, 1)
    assert foot(opened(team, 2)) == ""
    view = opened(team, 3)
    assert foot(view) == "Spot check: 1 not answered yet"
    assert "Newly broken:" not in [line.label for part in view.news.parts for line in part.lines]
    answer(team, drawn(team)[0].id, team.priya, SHOWS, day(MONDAYS[3], 1))
    assert foot(opened(team, 4)) == "Spot check: 1 of 1 held"


def test_what_was_withdrawn_meanwhile_is_not_waited_for(team: Team) -> None:
    _, piece = prove(team, "Acme")
    opened(team, 1)
    team.change("evidence", piece, day(MONDAYS[1], 1), withdrawn_on=MONDAYS[1].date(), withdrawn_why="A slip")
    _, view = message(team)
    assert view.waiting == 0 and not view.pieces[0].is_there
    with pytest.raises(UserError, check=says("withdrawn or replaced since")):
        answer(team, drawn(team)[0].id, team.priya, SHOWS, day(MONDAYS[1], 2))
    opened(team, 2)
    assert foot(opened(team, 3)) == ""


def test_only_who_was_asked_answers_and_only_once(team: Team) -> None:
    prove(team, "Acme")
    opened(team, 1)
    (row,) = drawn(team)
    for who in (team.maya, team.tom):
        with pytest.raises(UserError, check=says("Priya Nair was asked to look at this")):
            answer(team, row.id, who, SHOWS, day(MONDAYS[1], 1))
    with pytest.raises(UserError):
        answer(team, row.id, team.guest, SHOWS, day(MONDAYS[1], 1))
    answer(team, row.id, team.priya, SHOWS, day(MONDAYS[1], 1))
    with pytest.raises(UserError, check=says("This spot check is answered already")):
        answer(team, row.id, team.priya, CANNOT_OPEN, day(MONDAYS[1], 2))
    with pytest.raises(UserError, check=says("This spot check is answered already")), team.session() as session:
        spot_checks.not_shown_form(session, team.as_(team.priya), row.id, day(MONDAYS[1], 2))


def test_who_was_asked_and_has_got_the_account_since_cannot_answer(team: Team) -> None:
    account_id, _ = prove(team, "Acme")
    opened(team, 1)
    team.change("account", account_id, day(MONDAYS[1], 1), owner_id=team.priya.id)
    with pytest.raises(UserError, check=says("You have Acme")):
        answer(team, drawn(team)[0].id, team.priya, SHOWS, day(MONDAYS[1], 2))
    answer(team, drawn(team)[0].id, team.ada, SHOWS, day(MONDAYS[1], 2))


def test_a_look_before_the_draw_does_not_answer_it(team: Team) -> None:
    account_id, piece = prove(team, "Acme")
    row = {"kind": CheckKind.COUNTERSIGN, "verdict": SHOWS, "member_id": team.priya.id, "at": day(MONDAYS[0], 2)}
    team.add("evidence_check", day(MONDAYS[0], 2), account_id=account_id, evidence_id=piece, **row)
    opened(team, 1)
    answer(team, drawn(team)[0].id, team.priya, SHOWS, day(MONDAYS[1], 1))
    with team.session() as session:
        kinds = session.execute(select(schema.evidence_check.c.kind).order_by(schema.evidence_check.c.id)).scalars()
        assert list(kinds) == [CheckKind.COUNTERSIGN, CheckKind.SPOT_CHECK]


def test_a_message_about_accounts_that_are_gone_is_not_sent(team: Team) -> None:
    prove(team, "Acme")
    opened(team, 1)
    args = team.messages("spot_check")[0].args
    with team.session() as session:
        gone(session)
        assert isinstance(spot_checks.compose_spot_check(session, args, MONDAYS[1]), Moot)


def gone(session: Session) -> None:
    session.execute(update(schema.account).values(taken_back_at=MONDAYS[1]))
