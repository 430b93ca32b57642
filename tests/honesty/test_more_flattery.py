"""Attempts to flatter a record by who has read the rules for loopholes: each docstring says how the attempt ends.

One of three: not possible; figures unchanged; named on the card, in the next digest or to the manager, by outcome and
person. Maya owns Birch, whose one outcome goes from 1,000 tickets a month to 400. Priya manages the portfolio, Ada is
an admin, and Tom is a colleague. The digest comes on Mondays at nine.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.app.actor import UserError
from bot.app.digest_lines import DigestLines, DigestSpan
from bot.domain.enums import AccountStatus, CheckVerdict, JudgedAs, Part, RiskKind, Source
from bot.features.accounts import judgement
from bot.features.accounts.judgement import NewJudgement
from bot.features.evidence import pair_lines, record
from bot.features.evidence.record import NewEvidence
from bot.features.home import home
from bot.features.plan import agreement, outcome_details, people
from bot.features.plan.agreement import Agreement
from bot.features.plan.outcome_details import Details
from tests.honesty.play import FIRST, FRIDAY, PAGE, SECOND, THIRD, TITLE, TUESDAY, Play
from tests.support import factory
from tests.support.managing import day
from tests.support.refusals import says


def test_a_bad_figure_is_withdrawn_before_anybody_reads_of_it(proven: Play) -> None:
    """Named in the next digest, by outcome and person. The figure itself is as it was."""
    team = proven.team
    bad = proven.record(team.priya, "900", TUESDAY, source=Source.OUR_MEASUREMENT, link=None)
    assert proven.assessed(TUESDAY).coverage == 0
    with team.session() as session:
        record.withdraw(session, team.as_(team.maya), bad, "Typo", day(TUESDAY, 1))
    told = proven.digest(SECOND)
    assert "Nothing changed" not in told
    assert (
        f"Birch: “{TITLE}”: 900 tickets as of 3 Mar 2026, recorded by Priya Nair, was withdrawn by Maya Lindqvist: Typo"
        in told
    )
    assert "withdrawn by Maya" not in proven.digest(THIRD)


def test_a_bad_figure_is_corrected_into_a_good_one(proven: Play) -> None:
    """Named in the next digest, by outcome and person."""
    team = proven.team
    bad = proven.record(team.priya, "900", TUESDAY, source=Source.OUR_MEASUREMENT, link=None)
    better = NewEvidence(proven.birch, proven.outcome, "c", Source.OUR_MEASUREMENT, TUESDAY.date(), "400")
    with team.session() as session:
        record.supersede(session, team.as_(team.maya), bad, better, day(TUESDAY, 1))
    assert "recorded by Priya Nair, was replaced by Maya Lindqvist" in proven.digest(SECOND)


def test_a_slip_of_ones_own_is_no_news(proven: Play) -> None:
    """The other side of the two above: who mends their own typing error on the same day is not named."""
    team = proven.team
    bad = proven.record(team.maya, "4000", TUESDAY, link=None)
    with team.session() as session:
        record.withdraw(session, team.as_(team.maya), bad, "Typo", TUESDAY)
    assert proven.digest(SECOND).startswith("Nothing changed this week.")


def test_any_link_proves_an_outcome_for_the_minute_in_which_it_is_retired(play: Play) -> None:
    """Figures unchanged: a proof that nobody else has seen lets no outcome go. It counts on until Priya agrees."""
    team = play.team
    team.add_outcome(play.birch, play.kim, FRIDAY, title="Audits without findings", metric="findings")
    piece = play.record(team.maya, "400", TUESDAY)
    play.retire(team.maya, TUESDAY)
    with team.session() as session:
        record.withdraw(session, team.as_(team.maya), piece, "Not needed", TUESDAY)
    after = play.assessed(day(TUESDAY, 1))
    assert after.counted == 2
    assert after.coverage == 0
    assert [graded.outcome.id for graded in after.retired] == [play.outcome]


def test_a_page_that_was_found_wanting_comes_back_under_another_address(play: Play) -> None:
    """Figures unchanged: after "It does not" a link for that outcome counts once a colleague has found one right."""
    team = play.team
    piece = play.record(team.maya, "400", TUESDAY, link=PAGE)
    play.look(team.tom, piece, CheckVerdict.DOES_NOT, TUESDAY, "It shows 900 tickets")
    again = play.record(team.maya, "400", day(TUESDAY, 1), link=f"{PAGE}?view=2")
    assert play.assessed(day(TUESDAY, 1)).coverage == 0
    play.look(team.tom, again, CheckVerdict.SHOWS, day(TUESDAY, 2))
    assert play.assessed(day(TUESDAY, 2)).coverage == 1


def test_an_admin_hands_the_account_over_retires_as_admin_and_takes_it_back(play: Play) -> None:
    """Figures unchanged: who had the account within 90 days does not agree for its manager. Priya is asked."""
    team = play.team
    team.add_outcome(play.birch, play.kim, FRIDAY, title="Audits without findings", metric="findings")
    play.give_to(team.ada, FRIDAY)
    play.give_to(team.maya, TUESDAY)
    play.retire(team.ada, TUESDAY)
    play.give_to(team.ada, TUESDAY)
    assert play.assessed(day(TUESDAY, 1)).counted == 2
    with team.session() as session:
        assert [line.title for line in home.home(session, team.as_(team.priya), day(TUESDAY, 1)).retirements] == [TITLE]


def test_who_handed_an_account_over_judges_it_as_somebody_else(play: Play) -> None:
    """Named on the card: the yes is that of who owned the account, and what speaks against it asks for another."""
    team = play.team
    play.give_to(team.ada, FRIDAY)
    play.give_to(team.maya, TUESDAY)
    good_vibes = NewJudgement(play.birch, "yes", "Good vibes in every call", "If they left")
    with team.session() as session:
        judgement.judge(session, team.as_(team.ada), good_vibes, day(TUESDAY, 1))
    judged = play.assessed(day(TUESDAY, 2)).judged
    assert judged.own and judged.judged_as is JudgedAs.OWNER
    said = play.card(day(TUESDAY, 2)).judgement
    assert said is not None and said.by == "Ada Moreau, who owned the account then"


def test_a_friend_who_has_nothing_to_do_with_the_account_judges_it(play: Play) -> None:
    """Not possible: a verdict is of who answers for the account or oversees it."""
    friendly = NewJudgement(play.birch, "yes", "Maya says it is fine", "If she said otherwise")
    with play.team.session() as session, pytest.raises(UserError):
        judgement.judge(session, play.team.as_(play.team.tom), friendly, TUESDAY)
    assert play.assessed(TUESDAY).judged.judgement is None


def test_the_promise_of_the_sale_is_made_smaller(play: Play) -> None:
    """Not possible for the account's team. Its manager may lower it."""
    team = play.team
    team.change("outcome", play.outcome, FRIDAY, promised_minor=500_000_00, currency="EUR")
    for worth in ("50,000 EUR", "", "500,000 JPY"):
        smaller = Details(play.outcome, play.kim, date(2026, 1, 8), factory.AGREEMENT, None, worth)
        with team.session() as session, pytest.raises(UserError, check=says("stays on record")) as refused:
            outcome_details.set_details(session, team.as_(team.maya), smaller, TUESDAY)
        assert refused.value.field == "worth"
    assert "500,000 EUR promised at the sale" in (play.card(TUESDAY).money or "")
    with team.session() as session:
        outcome_details.set_details(session, team.as_(team.priya), replace(smaller, worth="50,000 EUR"), TUESDAY)


def test_two_owners_with_two_managers_countersign_each_other(play: Play) -> None:
    """Named to both managers on their Home, by person and with how often."""
    team = play.team
    south = team.add_portfolio("South", "C0SOUTH", team.ada.id)
    oak = team.add_account("Oak", FRIDAY, portfolio_id=south, owner_id=team.tom.id)
    theirs = {"account_id": oak, "outcome_id": team.add_outcome(oak, None, FRIDAY)}
    mine = play.record(team.maya, "400", FIRST)
    his = play.record(team.tom, "400", FIRST, of=theirs, attested_by=None)
    play.look(team.tom, mine, CheckVerdict.SHOWS, FIRST)
    play.look(team.maya, his, CheckVerdict.SHOWS, FIRST)
    for manager in (team.priya, team.ada):
        with team.session() as session:
            [pair] = home.home(session, team.as_(manager), TUESDAY).pairs
        assert {pair.one, pair.other} == {"Maya Lindqvist", "Tom Okafor"} and (pair.by_one, pair.by_other) == (1, 1)


def test_three_owners_countersign_in_a_ring(play: Play) -> None:
    """Named to the manager alone, by person and in the order of the looks; one look each is no ring yet."""
    team = play.team
    span = DigestSpan(1, team.portfolio_id, None, TUESDAY)
    ring = (team.maya, team.tom, team.ada)
    for number, (who, looker) in enumerate(zip(ring, (*ring[1:], ring[0]), strict=True)):
        of = {"account_id": play.birch, "outcome_id": play.outcome}
        if number:
            account = team.add_account(f"Ring {number}", FRIDAY, owner_id=who.id)
            of = {"account_id": account, "outcome_id": team.add_outcome(account, None, FRIDAY)}
        for page in range(2):
            link = f"{PAGE}/{number}/{page}"
            piece = play.record(who, "400", FIRST, of=of, attested_by=None, link=link)
            with team.session() as session:
                assert pair_lines.ring_lines(session, span) == DigestLines()
            play.look(looker, piece, CheckVerdict.SHOWS, FIRST)
    with team.session() as session:
        [(title, [line])] = pair_lines.ring_lines(session, span).of_owners
    assert title == "Countersign in a ring, in 90 days"
    assert sorted([who.name for who in ring if who.id != line.member_id]) == sorted(
        line.text.removeprefix("looked at by ").split(" → ")[:2]
    )


def test_a_new_link_to_our_own_drive_every_two_weeks(play: Play) -> None:
    """Named on the card and in the digest, by outcome and person: linked again, and how often; seen stays at 0%."""
    for week in range(0, 8, 2):
        now = day(TUESDAY, 7 * week)
        play.record(play.team.maya, "400", now, link=f"https://drive.ours.example/birch-{week}")
    shown = play.card(now)
    [line] = shown.proven
    assert (shown.coverage, shown.seen) == ("100%", "0%")
    assert (line.title, line.witness) == (TITLE, "linked again by Maya Lindqvist, fourth time, nobody else has looked")
    assert play.assessed(day(now, 14)).coverage == 0


def test_a_made_up_person_agreed_long_ago(play: Play) -> None:
    """Named in the next digest, by outcome and person; in what others have seen there is nothing."""
    team = play.team
    team.change("outcome", play.outcome, FRIDAY, baseline_agreed_by=None, agreed_on=None, agreement_link=None)
    play.record(team.maya, "400", FRIDAY)
    play.digest(FIRST)
    before = play.assessed(TUESDAY).coverage
    with team.session() as session:
        zed = people.add_person(session, team.as_(team.maya), play.birch, TUESDAY, name="Zed Nobody", part=Part.FINANCE)
        long_ago = Agreement(zed, date(2025, 1, 1), "https://birch.example/yes")
        agreement.record_agreement(session, team.as_(team.maya), play.outcome, long_ago, TUESDAY)
    after = play.assessed(TUESDAY)
    told = play.digest(SECOND)
    assert before == 0
    assert after.coverage == 1
    assert after.seen == 0
    assert f"Birch, “{TITLE}” (Kim Li, linked by Maya Lindqvist, nobody else has looked)" in told


def test_the_target_comes_nearer_in_tiny_steps_around_the_digest(proven: Play) -> None:
    """Figures fall: each step is held against what was agreed. Put back, nothing is gained and 400 is asked again."""
    for step, target in enumerate(("405", "410", "420")):
        proven.aim(target, day(TUESDAY, step))
        assert proven.assessed(day(TUESDAY, step)).coverage == 0
    told = proven.digest(SECOND)
    moved = f"Target changed: 400 tickets → 420 tickets for “{TITLE}”, Maya Lindqvist, 5 Mar 2026, not agreed by them"
    assert moved in told
    proven.aim("400", day(SECOND, 1))
    assert proven.assessed(day(SECOND, 1)).coverage == 1


def test_a_customer_is_former_for_a_night_to_be_rid_of_its_risks(play: Play) -> None:
    """Figures unchanged, and the risk opens again by itself."""
    team = play.team
    team.change("outcome", play.outcome, FRIDAY, due_on=FIRST.date())
    play.record(team.maya, "1000", FIRST, link=None)
    team.look(day(FIRST, 2))
    assert RiskKind.DISPROVEN in {risk.kind for risk in team.risks(play.birch)}
    team.change("account", play.birch, day(FIRST, 2), status=AccountStatus.FORMER)
    team.look(day(FIRST, 3))
    team.change("account", play.birch, day(FIRST, 3), status=AccountStatus.CUSTOMER)
    team.look(day(FIRST, 4))
    assert RiskKind.DISPROVEN in {risk.kind for risk in team.risks(play.birch)}
    assert [graded.outcome.id for graded in play.assessed(day(FIRST, 4)).disproven] == [play.outcome]


def test_a_bad_account_waits_elsewhere_while_the_digest_is_written(play: Play) -> None:
    """Named in the digest that it avoids, with where it went, and in the next one, with where it came from."""
    team = play.team
    parking = team.add_portfolio("Parking", None, None)
    play.digest(FIRST)
    team.change("account", play.birch, day(SECOND, -1), portfolio_id=parking)
    assert "Moved out: Birch" in play.digest(SECOND)
    team.change("account", play.birch, day(SECOND, 1), portfolio_id=team.portfolio_id)
    assert "Moved in: Birch" in play.digest(THIRD)
