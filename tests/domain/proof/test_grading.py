"""The rules of proof by example, one test named after each (docs/rules.md)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.domain.enums import Direction, Grade, Method, Source, Standing
from bot.domain.proof.explanation import reason
from bot.phrases import phrase
from tests.support.domain_builders import (
    DANA,
    EVERYBODY,
    FIN,
    KIM,
    SAM,
    TODAY,
    USER,
    ago,
    at,
    graded,
    legal,
    look,
    measured,
    onboarding,
    piece,
    says_so,
    system,
    wrote,
)


def test_asserted_when_somebody_on_our_side_says_so() -> None:
    result = graded(onboarding(), piece(Source.OUR_WORD, 4))
    assert result.grade is Grade.ASSERTED
    assert phrase(reason(result)) == "asserted, not confirmed: only we say so"


def test_observed_when_our_telemetry_shows_use_and_it_never_counts_as_proof() -> None:
    result = graded(onboarding(), piece(Source.OUR_TELEMETRY, 4, attested_by=DANA.id))
    assert result.grade is Grade.OBSERVED
    assert result.standing is Standing.UNPROVEN
    assert result.credit == 0
    assert phrase(reason(result)) == "observed, not confirmed: our telemetry shows use, not value"


def test_measured_when_we_measured_the_outcomes_own_metric_against_an_agreed_baseline() -> None:
    result = graded(onboarding(), measured(6))
    assert result.grade is Grade.MEASURED
    assert phrase(reason(result)) == "measured, not confirmed: only we have measured it"


def test_confirmed_when_it_stands_in_the_customers_own_system() -> None:
    result = graded(onboarding(), system(6))
    assert result.grade is Grade.CONFIRMED
    assert phrase(reason(result)) == "confirmed: it stands in the customer's own system"


def test_confirmed_when_a_named_customer_wrote_it() -> None:
    result = graded(onboarding(), wrote(6))
    assert result.grade is Grade.CONFIRMED
    assert result.attestor == DANA
    assert phrase(reason(result)) == "confirmed: Dana Fox wrote it"


def test_asserted_when_no_customer_is_named_who_wrote_it() -> None:
    nobody, stranger = graded(onboarding(), wrote(6, attested_by=None)), graded(onboarding(), wrote(6, attested_by=99))
    assert nobody.grade is stranger.grade is Grade.ASSERTED
    assert phrase(reason(nobody)) == "asserted, not confirmed: no customer is named who says so"


def test_confirmed_when_the_champion_presented_it_internally() -> None:
    result = graded(onboarding(), piece(Source.CHAMPION_PRESENTED, 6, attested_by=DANA.id))
    assert result.grade is Grade.CONFIRMED
    assert phrase(reason(result)) == "confirmed: Dana Fox presented it internally"


def test_measured_when_somebody_else_than_the_champion_presented_it() -> None:
    result = graded(onboarding(), piece(Source.CHAMPION_PRESENTED, 6, attested_by=USER.id))
    assert result.grade is Grade.MEASURED
    assert phrase(reason(result)) == "measured, not confirmed: presented by Uma Ray, who is not the champion"


@pytest.mark.parametrize(
    ("method", "note", "grade"),
    [
        (Method.COMPARISON_GROUP, None, Grade.ATTRIBUTED),
        (Method.BEFORE_AFTER, "two hires in May", Grade.ATTRIBUTED),
        (Method.BEFORE_AFTER, None, Grade.CONFIRMED),
        (Method.EXPERT_ESTIMATE, "±20%", Grade.ATTRIBUTED),
        (Method.EXPERT_ESTIMATE, "  ", Grade.CONFIRMED),
        (None, "we are sure", Grade.CONFIRMED),
    ],
)
def test_attributed_when_confirmed_and_a_stated_method_isolates_our_share(
    method: Method | None, note: str | None, grade: Grade
) -> None:
    assert graded(onboarding(), system(6, method=method, method_note=note)).grade is grade


def test_attributed_needs_confirmed_first() -> None:
    assert graded(onboarding(), measured(6, method=Method.COMPARISON_GROUP)).grade is Grade.MEASURED


def test_accepted_when_attributed_with_money_that_finance_or_the_economic_buyer_accepted() -> None:
    share = system(6, method=Method.COMPARISON_GROUP, money_minor=42_000_00, currency="USD")
    assert graded(onboarding(), replace(share, accepted_by=FIN.id)).grade is Grade.ACCEPTED
    by_kim = graded(onboarding(), replace(share, accepted_by=KIM.id))
    assert phrase(reason(by_kim)) == "accepted: 42,000 USD by Kim Li, economic buyer"
    assert graded(onboarding(), replace(share, accepted_by=DANA.id)).grade is Grade.ATTRIBUTED
    assert graded(onboarding(), replace(share, accepted_by=FIN.id, money_minor=None)).grade is Grade.ATTRIBUTED
    assert graded(onboarding(), replace(share, accepted_by=FIN.id, method=None)).grade is Grade.CONFIRMED


def test_acceptance_counts_from_its_day_and_while_the_one_who_accepted_is_there() -> None:
    share = system(
        6, method=Method.COMPARISON_GROUP, money_minor=1, currency="USD", accepted_by=FIN.id, accepted_on=ago(3)
    )
    assert graded(onboarding(), share, on=ago(4)).grade is Grade.ATTRIBUTED
    assert graded(onboarding(), share).grade is Grade.ACCEPTED
    gone = (DANA, KIM, SAM, replace(FIN, left_on=ago(1)))
    assert graded(onboarding(), share, people=gone).grade is Grade.ATTRIBUTED


def test_cap_oral_only_is_at_most_measured() -> None:
    said = graded(onboarding(), piece(Source.CUSTOMER_SAID, 6, attested_by=DANA.id))
    assert said.grade is graded(onboarding(), wrote(6, oral=True)).grade is Grade.MEASURED
    assert phrase(reason(said)) == "measured, not confirmed: only told to us on a call"


def test_cap_oral_is_lifted_by_a_documentary_piece_beside_it() -> None:
    assert graded(onboarding(), wrote(6, oral=True), wrote(6)).grade is Grade.CONFIRMED


def test_cap_no_baseline_or_no_agreed_terms_is_at_most_observed() -> None:
    none, not_agreed = onboarding(baseline=None), onboarding(baseline_agreed_by=None)
    assert graded(none, system(6)).grade is graded(not_agreed, system(6)).grade is Grade.OBSERVED
    assert phrase(reason(graded(none, system(6)))) == "observed, not confirmed: there is no baseline"
    expected = "observed, not confirmed: the customer has not agreed that this is success"
    assert phrase(reason(graded(not_agreed, system(6)))) == expected


def test_cap_a_value_older_than_the_baseline_is_at_most_observed() -> None:
    result = graded(onboarding(baseline_on=ago(5)), system(6, age=10))
    assert result.grade is Grade.OBSERVED
    assert phrase(reason(result)) == "observed, not confirmed: taken before the baseline of 25 Feb 2026"


def test_cap_words_about_a_number_are_at_most_observed() -> None:
    result = graded(onboarding(), wrote(None, statement="so much faster"))
    assert result.grade is Grade.OBSERVED
    assert result.value is None
    assert result.progress is None


def test_cap_the_attestor_left_is_at_most_measured_until_somebody_attests_again() -> None:
    without_dana = (replace(DANA, left_on=ago(2)), KIM, SAM)
    before = graded(onboarding(), wrote(6), people=without_dana, on=ago(3))
    after = graded(onboarding(), wrote(6), people=without_dana)
    again = graded(onboarding(), wrote(6), wrote(6, age=1, attested_by=SAM.id), people=without_dana)
    assert (before.grade, after.grade, again.grade) == (Grade.CONFIRMED, Grade.MEASURED, Grade.CONFIRMED)
    assert phrase(reason(after)) == "measured, not confirmed: Dana Fox, who attested it, left on 28 Feb 2026"


def test_disputed_by_the_customer_is_asserted() -> None:
    disputed = wrote(6, disputed_on=ago(1), disputed_by=KIM.id, disputed_why="it counts test users")
    result = graded(onboarding(), disputed)
    assert result.grade is Grade.ASSERTED
    assert result.value is None
    assert result.disputed == disputed
    assert phrase(reason(result)) == "asserted, not confirmed: Kim Li disputes it: it counts test users"


def test_a_disputed_figure_counts_against_what_it_contradicted_and_never_for() -> None:
    result = graded(onboarding(), wrote(6, age=20), system(9, age=5, disputed_on=ago(1)))
    assert result.grade is Grade.ASSERTED
    assert result.credit == 0


def test_a_dispute_is_about_the_outcome_as_of_its_day_and_not_about_one_piece() -> None:
    older, disputed = wrote(6, age=20), system(5, age=5, disputed_on=ago(1))
    result = graded(onboarding(), older, disputed)
    assert (result.grade, result.value, result.credit) == (Grade.ASSERTED, None, Decimal(0))
    assert result.disputed == disputed
    assert graded(onboarding(), older, disputed, wrote(5, age=0)).grade is Grade.CONFIRMED


def test_a_disputed_figure_stays_disputed_when_it_is_withdrawn_and_entered_again() -> None:
    disputed = wrote(6, disputed_on=ago(5), disputed_by=KIM.id, withdrawn_on=ago(4))
    assert graded(onboarding(), disputed).disputed is None
    for as_of in (ago(10), ago(5)):
        again = graded(onboarding(), disputed, wrote(6, as_of=as_of, recorded_at=at(ago(3))))
        assert (again.grade, again.credit, again.disputed) == (Grade.ASSERTED, Decimal(0), disputed)
        assert phrase(reason(again)) == "asserted, not confirmed: Kim Li disputes it"


def test_a_dispute_is_settled_by_withdrawing_superseding_or_newer_confirmed_evidence() -> None:
    disputed = wrote(6, id=11, disputed_on=ago(5))
    newer = wrote(6, age=2, id=12)
    assert graded(onboarding(), disputed, measured(6, age=2)).disputed == disputed
    assert graded(onboarding(), disputed, newer).disputed is None
    assert graded(onboarding(), replace(disputed, withdrawn_on=ago(1))).disputed is None
    assert graded(onboarding(), replace(disputed, superseded_by=12, superseded_on=ago(2)), newer).disputed is None


def test_after_a_dispute_a_link_proves_nothing_before_somebody_has_opened_it() -> None:
    disputed, newer = wrote(6, disputed_on=ago(5)), wrote(6, age=2)
    bare = graded(onboarding(), disputed, newer, checks=())
    assert (bare.grade, bare.credit, bare.disputed) == (Grade.MEASURED, Decimal(0), disputed)
    assert graded(onboarding(), disputed, newer, checks=(look(newer),)).grade is Grade.CONFIRMED


def test_a_dispute_is_over_when_who_disputed_or_the_economic_buyer_says_otherwise() -> None:
    disputed = wrote(6, disputed_on=ago(5), disputed_by=SAM.id)
    older = system(7, age=20)
    for person in (SAM, KIM):
        result = graded(onboarding(), older, disputed, checks=(says_so(disputed, person, ago(2)), look(older)))
        assert (result.grade, result.value, result.disputed) == (Grade.CONFIRMED, Decimal(6), None)
    by_another = graded(onboarding(), disputed, checks=(says_so(disputed, USER, ago(2)),))
    before = graded(onboarding(), disputed, checks=(says_so(disputed, SAM, ago(6)),))
    assert by_another.disputed == before.disputed == disputed


def test_a_dispute_is_over_by_their_words_of_a_later_day_that_a_colleague_has_opened() -> None:
    older, disputed = system(7, age=20), wrote(6, disputed_on=ago(5), disputed_by=SAM.id)
    words = wrote(7, age=3, attested_by=SAM.id)
    seen = graded(onboarding(), older, disputed, words, checks=(look(older), look(words)))
    assert (seen.grade, seen.value, seen.disputed) == (Grade.CONFIRMED, Decimal(7), None)
    assert graded(onboarding(), older, disputed, words, checks=(look(older),)).disputed == disputed
    of_another = replace(words, attested_by=USER.id, as_of=ago(5))
    assert graded(onboarding(), disputed, of_another).disputed == disputed


def test_older_than_its_shelf_life_is_expired_and_shown_as_history() -> None:
    last_day = graded(onboarding(), wrote(6, age=90))
    assert last_day.grade is Grade.CONFIRMED
    assert last_day.next_change_on == TODAY + timedelta(days=1)
    result = graded(onboarding(), wrote(6, age=91))
    assert result.grade is None
    assert result.expired
    assert result.last_grade is Grade.CONFIRMED
    assert result.value is None
    assert result.progress is None
    assert result.credit == 0
    assert phrase(reason(result)) == "was confirmed, expired on 2 Mar 2026"


def test_the_outcome_may_set_another_shelf_life() -> None:
    assert graded(onboarding(shelf_life_days=365), wrote(6, age=300)).grade is Grade.CONFIRMED
    assert graded(onboarding(shelf_life_days=30), wrote(6, age=31)).grade is None


def test_expiry_of_the_stronger_piece_leaves_the_weaker_one_and_the_older_grade_is_known() -> None:
    result = graded(onboarding(), wrote(6, age=100), measured(5, age=10))
    assert result.grade is Grade.MEASURED
    assert result.expired
    assert (result.last_grade, result.expired_on) == (Grade.CONFIRMED, date(2026, 2, 21))


def test_the_value_is_the_newest_in_force_and_the_grade_the_strongest_in_force() -> None:
    result = graded(onboarding(), wrote(7, age=20), measured(5, age=5))
    assert result.value == 5
    assert result.value_as_of == ago(5)
    assert result.grade is Grade.CONFIRMED
    assert result.evidence is not None and result.evidence.value == 7


def test_a_newer_value_that_has_fallen_behind_takes_the_older_piece_out_of_force() -> None:
    result = graded(onboarding(), wrote(6, age=20), measured(9, age=5))
    assert result.value == 9
    assert result.grade is Grade.MEASURED
    assert result.credit == 0
    assert result.fell_from is not None and result.fell_from.value == 6


def test_after_a_fall_what_was_confirmed_on_the_way_up_is_not_known_on_the_way_down() -> None:
    result = graded(onboarding(), wrote(9, age=30), wrote(6, age=20), measured(8, age=5))
    assert result.grade is Grade.MEASURED


def test_two_values_of_one_day_that_disagree_count_as_the_worse_one() -> None:
    result = graded(onboarding(), measured(9, age=5), wrote(6, age=5))
    assert result.value == 9
    assert result.grade is Grade.MEASURED
    rising = onboarding(direction=Direction.UP, baseline=Decimal(1), target=Decimal(20))
    assert graded(rising, measured(6, age=5), wrote(9, age=5)).value == 6


def test_superseded_is_out_of_force_and_comes_back_when_its_successor_is_withdrawn() -> None:
    first = wrote(4, age=20, id=11, superseded_by=12, superseded_on=ago(5))
    second = wrote(8, age=20, id=12)
    assert graded(onboarding(), first, second).value == 8
    assert graded(onboarding(), first, replace(second, withdrawn_on=ago(1))).value == 4


def test_a_correction_of_a_correction_corrects_both() -> None:
    first = wrote(4, age=20, id=11, superseded_by=12)
    second = wrote(7, age=20, id=12, superseded_by=13, withdrawn_on=ago(1))
    third = wrote(8, age=20, id=13)
    assert graded(onboarding(), first, second, third).value == 8


def test_withdrawn_is_out_of_force() -> None:
    result = graded(onboarding(), wrote(4, withdrawn_on=ago(1), withdrawn_why="wrong account"))
    assert result.grade is None
    assert phrase(reason(result)) == "its evidence was withdrawn"


def test_an_earlier_day_does_not_know_what_came_later() -> None:
    late = wrote(4, age=3)
    backdated = wrote(4, age=30, recorded_at=at(ago(3)))
    assert graded(onboarding(), late, on=ago(5)).grade is None
    assert graded(onboarding(), backdated, on=ago(5)).grade is None
    assert graded(onboarding(), backdated).grade is Grade.CONFIRMED


def test_tomorrows_date_counts_today_because_it_is_tomorrow_further_east() -> None:
    auckland = wrote(4, age=-1, recorded_at=at(TODAY, 22))
    assert graded(onboarding(), auckland).grade is Grade.CONFIRMED
    assert graded(onboarding(), auckland).age_days == 0
    assert graded(onboarding(), wrote(4, age=-2, recorded_at=at(TODAY))).grade is None


def test_proven_is_confirmed_and_the_target_met() -> None:
    assert graded(onboarding(), wrote(5)).standing is Standing.PROVEN
    assert graded(onboarding(), wrote(3)).standing is Standing.PROVEN
    assert graded(onboarding(), measured(3)).standing is Standing.UNPROVEN


def test_proven_needs_the_target_met_by_the_confirmed_piece_itself() -> None:
    result = graded(onboarding(), wrote(6, age=20), measured(5, age=5))
    assert result.progress == 1
    assert result.standing is Standing.PARTLY_PROVEN
    assert result.credit == Decimal(6) / 7


def test_partly_proven_is_credited_by_what_its_confirmed_evidence_shows() -> None:
    result = graded(onboarding(baseline=Decimal(10), target=Decimal(5)), wrote(8))
    assert result.standing is Standing.PARTLY_PROVEN
    assert result.progress == result.credit == Decimal("0.4")


def test_disproven_is_measured_or_better_and_no_progress_by_the_due_date() -> None:
    due_today, overdue = onboarding(due_on=TODAY), onboarding(due_on=ago(1))
    assert graded(due_today, wrote(12)).standing is Standing.UNPROVEN
    assert graded(due_today, wrote(12)).next_change_on == TODAY + timedelta(days=1)
    assert graded(overdue, wrote(12)).standing is Standing.DISPROVEN
    assert graded(overdue, measured(12, reference_key=None), checks=()).standing is Standing.DISPROVEN
    assert graded(overdue, wrote(12, reference_key=None), checks=()).standing is Standing.DISPROVEN
    assert graded(overdue, piece(Source.OUR_TELEMETRY, 12)).standing is Standing.UNPROVEN


def test_everything_else_is_unproven() -> None:
    result = graded(onboarding())
    assert result.grade is None
    assert result.standing is Standing.UNPROVEN
    assert result.credit == 0
    assert phrase(reason(result)) == "no evidence yet"
    assert result.age_days is None


def test_a_statement_is_proved_by_a_named_customers_written_words() -> None:
    words = "legal signed the last four contracts alone"
    proof = wrote(outcome_id=2, statement=words)
    assert graded(legal(), proof).standing is Standing.PROVEN
    assert graded(legal(), replace(proof, oral=True)).grade is Grade.MEASURED
    assert graded(legal(), replace(proof, attested_by=None)).grade is Grade.ASSERTED
    assert graded(legal(), replace(proof, statement=None)).grade is Grade.ASSERTED
    assert graded(legal(), replace(proof, statement=None, link="https://example.com/mail")).grade is Grade.CONFIRMED


def test_a_statement_is_not_proved_by_our_figures_nor_by_a_nameless_record() -> None:
    assert graded(legal(), measured(outcome_id=2, statement="4 of 4")).grade is Grade.OBSERVED
    record = system(outcome_id=2, statement="signed: legal")
    assert graded(legal(), record).grade is Grade.MEASURED
    assert graded(legal(), replace(record, attested_by=SAM.id)).grade is Grade.CONFIRMED


def test_progress_is_the_way_from_baseline_to_target_clamped() -> None:
    values = [graded(onboarding(), measured(value)).progress for value in ("14", "12", "8.5", "5", "1")]
    assert values == [0, 0, Decimal("0.5"), 1, 1]


@pytest.mark.parametrize(
    "hole",
    [
        {"baseline": None},
        {"target": None},
        {"target": Decimal(12)},
        {"direction": Direction.UP},
    ],
)
def test_progress_is_unknown_when_a_part_is_missing_or_contradicts(hole: dict[str, object]) -> None:
    result = graded(onboarding(**hole), system(6))
    assert result.progress is None
    assert result.credit == 0


def test_hold_within_a_band_is_met_inside_and_measured_by_what_is_left_outside() -> None:
    hold = onboarding(
        direction=Direction.HOLD, target=None, band_low=Decimal(2), band_high=Decimal(4), baseline=Decimal(12)
    )
    values = [graded(hold, wrote(value)).progress for value in ("3", "4", "8", "12", "20")]
    assert values == [1, 1, Decimal("0.5"), 0, 0]
    assert graded(replace(hold, baseline=Decimal(3)), wrote("4.1")).progress == 0


def test_hold_falls_when_the_newer_value_is_further_outside() -> None:
    hold = onboarding(direction=Direction.HOLD, target=None, band_low=Decimal(2), band_high=Decimal(4))
    assert graded(hold, wrote(3, age=9), measured("2.5", age=2)).grade is Grade.CONFIRMED
    assert graded(hold, wrote(3, age=9), measured(5, age=2)).grade is Grade.MEASURED


def test_a_departure_ahead_is_when_time_alone_next_changes_the_grade() -> None:
    leaving = (replace(DANA, left_on=TODAY + timedelta(days=7)), KIM, SAM)
    assert graded(onboarding(), wrote(6), people=leaving).next_change_on == TODAY + timedelta(days=7)
    assert graded(onboarding(), wrote(6), people=EVERYBODY).next_change_on == ago(-81)
