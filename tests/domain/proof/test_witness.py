"""Who could check a piece of evidence, and what it is worth by that (docs/rules.md, Witness)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.domain.enums import CheckKind, CheckVerdict, Grade, Method, OutcomeKind, Source, Witness
from bot.domain.model import Check, Evidence
from bot.domain.proof.checks import checked_of
from bot.domain.proof.explanation import reason
from bot.domain.proof.witness import bare_until, witnessed
from bot.phrases import phrase
from tests.support.domain_builders import (
    ACME,
    DANA,
    FIN,
    KIM,
    OWNER,
    PRIYA,
    SAM,
    TODAY,
    TOM,
    acme,
    ago,
    at,
    graded,
    legal,
    look,
    onboarding,
    piece,
    says_so,
    system,
    wrote,
)

NOTHING, ALL = Decimal(0), Decimal(1)
IN_WRITING = (Source.CUSTOMER_SYSTEM, Source.CUSTOMER_WROTE, Source.CHAMPION_PRESENTED)
NAMES = {OWNER: "Maya Lindqvist", TOM: "Tom Okafor", PRIYA: "Priya Nair"}


def said(of: Evidence, *checks: Check, on: date = TODAY) -> str:
    state = acme(onboarding(), of, checks=checks)
    people = {person.id: person for person in state.people}
    return phrase(witnessed(of, checked_of(state), people, NAMES, on))


@pytest.mark.parametrize("source", IN_WRITING)
def test_without_a_witness_it_is_at_most_measured(source: Source) -> None:
    nobody = piece(source, 4, attested_by=DANA.id, reference_key=None)
    result = graded(onboarding(), nobody)
    assert (result.grade, result.credit, result.witness) == (Grade.MEASURED, NOTHING, Witness.NONE)
    assert phrase(reason(result)) == "measured, not confirmed: no link and no file shows it"
    assert said(nobody) == "recorded by Maya Lindqvist, no witness"


def test_a_bare_reference_counts_for_14_days_and_then_it_is_measured() -> None:
    linked = wrote(5, age=0)
    last_day, after = TODAY + timedelta(days=13), TODAY + timedelta(days=14)
    assert graded(onboarding(), linked, checks=()).grade is Grade.CONFIRMED
    assert graded(onboarding(), linked, checks=()).next_change_on == after
    assert graded(onboarding(), linked, checks=(), on=last_day).credit == 1
    result = graded(onboarding(), linked, checks=(), on=after)
    assert (result.grade, result.credit) == (Grade.MEASURED, NOTHING)
    assert phrase(reason(result)) == "measured, not confirmed: nobody outside the account team has seen what shows it"
    assert said(linked) == "linked by Maya Lindqvist, nobody else has looked"
    assert said(replace(linked, file_id=3)) == "file from Maya Lindqvist, nobody else has looked"
    assert said(linked, on=after) == "linked by Maya Lindqvist, not seen by anybody else"


def test_who_opened_it_makes_it_count_for_its_whole_shelf_life() -> None:
    linked = wrote(5, age=80)
    result = graded(onboarding(), linked, checks=(look(linked, on=ago(1)),))
    assert (result.grade, result.witness, result.credit, result.seen) == (
        Grade.CONFIRMED,
        Witness.COUNTERSIGNED,
        ALL,
        ALL,
    )
    assert said(linked, look(linked, on=ago(1))) == "seen by Tom Okafor on 1 Mar 2026"


@pytest.mark.parametrize("team", ["owner", "deputy", "recorder"])
def test_the_account_team_opens_nothing_for_itself(team: str) -> None:
    linked = wrote(5, age=40, recorded_by=TOM if team == "recorder" else 11)
    by_team = look(
        linked, TOM, owner_then=TOM if team == "owner" else 11, deputy_then=TOM if team == "deputy" else None
    )
    assert graded(onboarding(), linked, checks=(by_team,)).grade is Grade.MEASURED


def test_who_had_the_account_is_asked_of_the_moment_of_the_look() -> None:
    linked = wrote(5, age=40)
    honest = look(linked, TOM, owner_then=OWNER)
    now_owner = replace(ACME, owner_id=TOM)
    assert graded(onboarding(), linked, checks=(honest,), account=now_owner).grade is Grade.CONFIRMED


def test_the_share_that_others_have_seen_stands_beside_the_credit() -> None:
    older, newer = wrote(8, age=8), wrote(5, age=2)
    result = graded(onboarding(baseline=12, target=4), older, newer, checks=(look(older),))
    assert (result.credit, result.seen) == (Decimal(7) / 8, Decimal(4) / 8)
    assert graded(onboarding(), newer, checks=()).seen == 0


def test_who_could_not_open_it_has_not_seen_it() -> None:
    linked = wrote(5, age=20)
    closed = look(linked, verdict=CheckVerdict.CANNOT_OPEN)
    assert graded(onboarding(), linked, checks=(closed,)).grade is Grade.MEASURED
    assert graded(onboarding(), linked, checks=(look(linked), closed)).grade is Grade.CONFIRMED


def test_a_reference_that_did_not_show_it_counts_for_nothing_also_when_entered_again() -> None:
    linked = wrote(5, age=3)
    looked = look(linked, verdict=CheckVerdict.DOES_NOT)
    assert graded(onboarding(), linked, checks=(looked,)).grade is Grade.MEASURED
    again = replace(linked, id=900, recorded_at=at(ago(1)))
    taken_back = replace(linked, withdrawn_on=ago(2))
    assert graded(onboarding(), taken_back, again, checks=(looked,)).grade is Grade.MEASURED
    assert graded(onboarding(), taken_back, again, checks=(looked, look(again))).grade is Grade.CONFIRMED


def test_entering_a_reference_again_gives_no_new_days() -> None:
    first = wrote(5, age=20, withdrawn_on=ago(6))
    again = replace(first, id=900, recorded_at=at(ago(6)), withdrawn_on=None)
    assert graded(onboarding(), first, again, checks=()).grade is Grade.MEASURED


def test_a_page_that_served_another_day_counts_once_somebody_has_opened_it_for_this_day() -> None:
    first, living = wrote(6, age=9), wrote(5, age=2)
    living = replace(living, reference_key=first.reference_key)
    bare = graded(onboarding(), first, living, checks=(look(first),))
    assert bare.credit == Decimal(6) / 7
    assert bare.witness is Witness.COUNTERSIGNED and bare.evidence == first
    assert graded(onboarding(), first, living, checks=(look(first), look(living))).credit == 1


def test_a_slip_that_was_taken_back_the_same_day_uses_no_reference_up() -> None:
    slip = wrote(6, age=5, withdrawn_on=ago(5))
    right = replace(slip, id=900, as_of=ago(6), withdrawn_on=None)
    assert graded(onboarding(), slip, right, checks=()).grade is Grade.CONFIRMED


def test_an_older_account_has_its_14_days_from_the_upgrade() -> None:
    upgraded = replace(ACME, upgraded_on=ago(3))
    first, living = wrote(6, age=60), wrote(5, age=30)
    living = replace(living, reference_key=first.reference_key)
    assert graded(onboarding(), first, living, checks=(), account=upgraded).credit == 1
    later = TODAY + timedelta(days=11)
    assert graded(onboarding(), first, living, checks=(), account=upgraded, on=later).credit == 0
    checked = checked_of(acme(onboarding(), living, account=upgraded, checks=()))
    assert bare_until(living, checked) == later


def test_a_customer_who_says_so_by_themselves_confirms_whatever_we_recorded() -> None:
    ours = piece(Source.OUR_MEASUREMENT, 5, reference_key=None)
    result = graded(onboarding(), ours, checks=(says_so(ours, SAM, ago(2)),))
    assert (result.grade, result.witness, result.seen) == (Grade.CONFIRMED, Witness.CUSTOMER, ALL)
    assert phrase(reason(result)) == "confirmed: Sam Roe confirmed it"
    assert said(ours, says_so(ours, SAM, ago(2))) == "confirmed by Sam Roe on 28 Feb 2026"
    taken_back = says_so(ours, SAM, ago(1), verdict=CheckVerdict.DISPUTED)
    assert graded(onboarding(), ours, checks=(says_so(ours, SAM, ago(2)), taken_back)).grade is Grade.MEASURED


def test_who_had_left_confirms_nothing() -> None:
    ours, gone = wrote(5, reference_key=None), replace(SAM, left_on=ago(5))
    check = says_so(ours, SAM, ago(4))
    assert graded(onboarding(), ours, people=(DANA, gone), checks=(check,)).grade is Grade.MEASURED


def test_a_confirmation_still_needs_an_agreed_baseline_and_a_figure() -> None:
    ours = wrote(5, reference_key=None)
    check = says_so(ours, SAM)
    assert graded(onboarding(baseline_agreed_by=None), ours, checks=(check,)).grade is Grade.OBSERVED


def test_words_of_theirs_that_we_can_read_and_their_system_are_witnesses_of_their_own() -> None:
    captured = wrote(5, age=60, reference_key=None, arrived_as=Witness.MESSAGE)
    value = system(5, age=60, reference_key=None, arrived_as=Witness.SYSTEM)
    assert graded(onboarding(), captured).witness is Witness.MESSAGE
    assert graded(onboarding(), value).witness is Witness.SYSTEM
    assert said(captured) == "written by Dana Fox, where we can read it"
    assert said(value) == "read from their system"
    ours = piece(Source.OUR_TELEMETRY, 5, reference_key=None, arrived_as=Witness.SYSTEM)
    assert graded(onboarding(), ours).grade is Grade.OBSERVED


def test_when_people_leave_words_and_systems_stay_and_references_are_measured() -> None:
    without_dana = (replace(DANA, left_on=ago(1)), KIM, SAM)
    linked = wrote(5)
    captured, value = replace(linked, arrived_as=Witness.MESSAGE), system(5, attested_by=DANA.id)
    value = replace(value, arrived_as=Witness.SYSTEM)
    assert graded(onboarding(), linked, people=without_dana).grade is Grade.MEASURED
    assert graded(onboarding(), captured, people=without_dana).grade is Grade.CONFIRMED
    assert graded(onboarding(), value, people=without_dana).grade is Grade.CONFIRMED
    by_herself = graded(onboarding(), linked, people=without_dana, checks=(says_so(linked, DANA, ago(5)),))
    assert (by_herself.grade, by_herself.witness) == (Grade.CONFIRMED, Witness.CUSTOMER)


SHARE = system(5, method=Method.COMPARISON_GROUP, money_minor=42_000_00, currency="USD", accepted_by=FIN.id)


def test_accepted_needs_who_accepted_it_or_the_manager() -> None:
    by_colleague = graded(onboarding(), SHARE, checks=(look(SHARE),))
    assert by_colleague.grade is Grade.ATTRIBUTED
    expected = "attributed: our share is worked out, and nobody has seen that they accepted the money"
    assert phrase(reason(by_colleague)) == expected
    assert graded(onboarding(), SHARE, checks=(look(SHARE, PRIYA, as_manager=True),)).grade is Grade.ACCEPTED
    assert graded(onboarding(), SHARE, checks=(says_so(SHARE, FIN),)).grade is Grade.ACCEPTED
    assert graded(onboarding(), SHARE, checks=(says_so(SHARE, SAM),)).grade is Grade.ATTRIBUTED


def test_accepted_by_somebody_who_left_is_attributed() -> None:
    gone = (DANA, KIM, SAM, replace(FIN, left_on=ago(1)))
    result = graded(onboarding(), SHARE, people=gone)
    assert result.grade is Grade.ATTRIBUTED
    assert phrase(reason(result)) == "attributed: accepted by Fin Ode, who left on 1 Mar 2026"
    attested = replace(SHARE, attested_by=FIN.id)
    assert graded(onboarding(), attested, people=gone).grade is Grade.ATTRIBUTED


def test_what_was_seen_stays_seen_when_our_share_is_worked_out_but_not_the_acceptance() -> None:
    plain = system(5, age=40)
    share = replace(plain, id=901, method=Method.COMPARISON_GROUP, money_minor=1, currency="USD", accepted_by=FIN.id)
    older = replace(plain, superseded_by=901, superseded_on=ago(1))
    seen = look(older, PRIYA, as_manager=True)
    assert graded(onboarding(), older, share, checks=(seen,)).grade is Grade.ATTRIBUTED
    other_value = replace(share, value=plain.value - 1 if plain.value else None)
    assert graded(onboarding(), older, other_value, checks=(seen,)).grade is Grade.MEASURED


def test_a_statement_needs_a_witness_as_well() -> None:
    words = wrote(outcome_id=2, statement="legal signed alone", reference_key=None)
    assert legal().kind is OutcomeKind.STATEMENT
    assert graded(legal(), words).credit == 0
    assert graded(legal(), replace(words, reference_key="link:1")).credit == 1
    assert graded(legal(), words, checks=(says_so(words, DANA),)).credit == 1


def test_a_drawn_look_counts_as_any_other() -> None:
    linked = wrote(5, age=30)
    drawn = look(linked, PRIYA, kind=CheckKind.SPOT_CHECK)
    assert graded(onboarding(), linked, checks=(drawn,)).credit == 1
