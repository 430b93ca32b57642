"""What a digest says of losses, renewals and checks, and in which order: with the lines of all rooms."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.app.digest_lines import DigestLines, DigestSpan, FollowUp, MessageLine
from bot.domain.enums import PromiseState
from bot.domain.portfolio.spot_check import NewPieces
from bot.domain.values.money import Money
from bot.domain.values.text import coming_day
from bot.features.plan import plan
from bot.features.portfolios import digest
from bot.features.portfolios.views import DigestView
from bot.features.renewals import results
from bot.features.renewals.results import Left, Renewed
from bot.rooms import DIGEST_PROVIDERS
from bot.store.members import Member
from tests.features.portfolios.mondays import FIRST, FRIDAY, SECOND, THIRD, team
from tests.support.managing import Team, day

__all__ = ["team"]


def opened(team: Team, now: datetime, **rooms: Any) -> DigestView:
    """Open the digest that is due, with the lines of all rooms, and read its message."""
    with team.session() as session:
        assert digest.open_due_digest(session, now, **{"providers": DIGEST_PROVIDERS, **rooms})
    with team.session() as session:
        view = digest.compose_digest(session, team.messages("digest")[-1].args, now)
    assert isinstance(view, DigestView)
    return view


def lines(view: DigestView) -> dict[str, str]:
    """The labelled lines of the message in their order, and what they say."""
    return {line.label: line.text for part in view.news.parts for line in part.lines if line.label}


def renewed(team: Team, who: Member, account_id: int, now: datetime, **values: Any) -> None:
    form = {"arr": "120000", "currency": "EUR", "moved": "more_use", "next_renewal": date(2027, 3, 4), **values}
    with team.session() as session:
        results.record_renewed(session, team.as_(who), Renewed(account_id, **form), now)


def left(team: Team, who: Member, account_id: int, now: datetime) -> None:
    form = Left(account_id, last_day=day(now, -1).date(), because="competitor", uses_now="Their ERP's own module")
    with team.session() as session:
        results.record_left(session, team.as_(who), form, now)


def test_who_left_stands_with_the_reason_that_was_recorded(team: Team) -> None:
    orchid = team.add_account("Orchid", FRIDAY, renews_in=5)
    team.add_proven("Acme", FRIDAY)
    opened(team, FIRST)
    left(team, team.maya, orchid, day(FIRST, 2))
    team.look(day(FIRST, 3))
    view = opened(team, SECOND)
    assert view.news.headline.startswith("Orchid left, 100,000 EUR")
    assert lines(view)["Lost:"] == (
        "Orchid, 100,000 EUR, moved to a competitor: Their ERP's own module, no success plan"
    )


def test_a_renewal_is_the_headline_if_somebody_besides_the_team_stands_for_it(team: Team) -> None:
    acme, _, _ = team.add_proven("Acme", FRIDAY, renews_in=5)
    opened(team, FIRST)
    renewed(team, team.priya, acme, day(FIRST, 1), link="https://docs.example.com/orders/17")
    view = opened(team, SECOND)
    assert view.news.headline == ("Acme renewed, 120,000 EUR. On the same customers and outcomes, proof did not move.")
    assert lines(view)["Renewed:"].startswith("Acme, 120,000 EUR (was 100,000 EUR), until 4 Mar 2027.")
    assert "quiet week" not in " ".join(view.news.foot)
    assert "First quiet week" in " ".join(opened(team, THIRD).news.foot)


def test_a_renewal_that_only_the_team_tells_of_is_named_and_is_no_headline(team: Team) -> None:
    acme, _, _ = team.add_proven("Acme", FRIDAY, renews_in=5)
    opened(team, FIRST)
    renewed(team, team.maya, acme, day(FIRST, 1))
    view = opened(team, SECOND)
    assert view.news.headline == "No figure moved. What else happened is below."
    assert "Recorded by its own team, nobody else has confirmed it." in lines(view)["Renewed:"]


def test_what_is_lost_or_broken_comes_before_who_renewed(team: Team) -> None:
    acme, _, _ = team.add_proven("Acme", FRIDAY, renews_in=5)
    orchid = team.add_account("Orchid", FRIDAY, renews_in=5)
    opened(team, FIRST)
    renewed(team, team.priya, acme, day(FIRST, 1), link="https://docs.example.com/orders/17")
    left(team, team.maya, orchid, day(FIRST, 2))
    team.look(day(FIRST, 3))
    view = opened(team, SECOND)
    assert view.news.headline.startswith("Orchid left, 100,000 EUR") and "renewed" not in view.news.headline
    assert list(lines(view))[:2] == ["Lost:", "Renewed:"]
    assert [line.label for line in view.news.parts[0].lines] == ["Lost:", "Renewed:"]


def test_customers_that_are_not_named_are_counted_with_their_money(team: Team) -> None:
    team.add_proven("Acme", FRIDAY)
    six = tuple(MessageLine(f"C{i}", "stays", Money((9 - i) * 10_000_00, "EUR")) for i in range(6))

    def provide(session: Session, span: DigestSpan) -> DigestLines:
        return DigestLines(message=(("Renewed", six),), renewed=six if span.since else ())

    opened(team, FIRST, providers=[provide])
    view = opened(team, SECOND, providers=[provide])
    assert lines(view)["Renewed:"] == "C0, stays · C1, stays · C2, stays · and 3 more (150,000 EUR)"
    assert view.news.headline.startswith("C0, C1, C2 and 3 more renewed, 390,000 EUR.")


def test_the_grey_line_begins_with_the_spot_checks(team: Team) -> None:
    team.add_proven("Acme", FRIDAY)

    def provide(session: Session, span: DigestSpan) -> DigestLines:
        return DigestLines(("what moved",), (("Moved", (("Acme", "moved"),)),))

    def follow(session: Session, span: DigestSpan, pieces: NewPieces) -> FollowUp:
        return FollowUp(DigestLines(("Spot check: 1 of 1 held",), (("Spot check (1)", (("Acme", "held"),)),)), _nothing)

    view = opened(team, FIRST, providers=[provide], followers=[follow])
    assert view.news.foot == ("Spot check: 1 of 1 held", "what moved", "names in the thread")
    titles = [block.title for page in view.news.pages for block in page.blocks]
    assert titles == ["Spot check (1)", "Moved"]


def test_a_renewal_says_when_notice_ends_and_the_weekday_of_what_is_near(team: Team) -> None:
    team.add_account("Acme", FRIDAY, renews_in=50, notice_days=30)
    team.add_account("Brick", FRIDAY, renews_in=6, notice_days=30)
    view = opened(team, FIRST)
    assert lines(view) == {
        "Brick": "100,000 EUR, Thu 5 Mar · no success plan",
        "Acme": "100,000 EUR, 18 Apr, notice ends 19 Mar · no success plan",
    }


def test_a_promise_that_is_settled_and_made_anew_is_named_with_who_did_it(team: Team) -> None:
    acme, _, _ = team.add_proven("Acme", FRIDAY)
    june, september = date(2026, 6, 30), date(2026, 9, 30)
    maya = team.as_(team.maya)
    with team.session() as session:
        first = plan.add_promise(session, maya, acme, FRIDAY, text="Single sign-on by June", due_on=june)
        plan.add_promise(session, maya, acme, FRIDAY, text="A dashboard", due_on=september)
    opened(team, FIRST)
    with team.session() as session:
        later, now = PromiseState.RENEGOTIATED, day(FIRST, 1)
        plan.settle_promise(session, maya, first, later, now, why="It ships in the autumn")
        plan.add_promise(session, maya, acme, now, text="Single sign-on by the end of September", due_on=september)
    view = opened(team, SECOND)
    said = (
        "promise “Single sign-on by June” for 30 Jun 2026 renegotiated, promised again as “Single sign-on by the end "
        "of September” for 30 Sep 2026; Maya Lindqvist"
    )
    (block,) = [block for page in view.news.pages for block in page.blocks if block.title.startswith("Moved by hand")]
    assert [line.text for line in block.lines] == [said]
    (part,) = [part for part in view.news.private if part.title == "Dates of promises that were moved (1)"]
    assert [(line.label, line.text) for line in part.lines] == [("Maya Lindqvist", f"Acme, {said}")]
    assert not [part for part in opened(team, THIRD).news.private if part.title.startswith("Dates of promises")]


def test_a_day_of_the_next_seven_has_its_weekday() -> None:
    monday = date(2026, 3, 2)
    assert [coming_day(monday + timedelta(days=days), monday) for days in (-1, 0, 7, 8)] == [
        "1 Mar",
        "Mon 2 Mar",
        "Mon 9 Mar",
        "10 Mar",
    ]


def _nothing(session: Session, digest_id: int) -> None:
    """What a room that keeps nothing does when a digest is opened."""
