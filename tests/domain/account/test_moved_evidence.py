"""What an answer moved: pieces later than the meeting before it that somebody can check, or another standing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.account.assessment import graded_outcomes
from bot.domain.account.movement import counts, moves, with_movement
from bot.domain.account.theatre import stronger
from bot.domain.enums import CadenceKind, PromptState, RiskKind, Source, Theatre
from bot.domain.model import Evidence, MeetingFact
from bot.phrases import phrase
from tests.support.domain_builders import (
    TODAY,
    acme,
    ago,
    assessed,
    at,
    measured,
    meeting,
    onboarding,
    piece,
    system,
    wrote,
)

OURS = (Source.OUR_WORD, Source.OUR_TELEMETRY)
BEFORE, LAST = replace(meeting(14), id=1, answer_id=1), replace(meeting(7), id=2, answer_id=2)


def moved(*pieces: Evidence, meetings: tuple[MeetingFact, ...] = (BEFORE, LAST)) -> list[bool | None]:
    """Whether each of two weekly answers moved evidence, the older first."""
    return [one.moved_evidence for one in with_movement(acme(onboarding(), *pieces, meetings=meetings), TODAY).meetings]


def of_last(made: Evidence) -> Evidence:
    return replace(made, answer_id=2)


def test_a_checkable_piece_from_after_the_meeting_before_it_moves_an_answer() -> None:
    assert moved(of_last(wrote(8, age=13))) == [False, True]


def test_a_piece_from_the_day_of_the_meeting_before_or_earlier_moves_nothing() -> None:
    assert moved(of_last(wrote(8, age=14))) == [False, False]
    assert moved(of_last(wrote(8, age=40))) == [False, False]


def test_a_piece_that_nobody_can_check_moves_nothing_unless_the_standing_changed() -> None:
    assert moved(of_last(measured(8, age=8, reference_key=None))) == [False, False]
    assert moved(of_last(measured(8, age=8, reference_key=None, changed_standing=True))) == [False, True]


@pytest.mark.parametrize("source", OURS)
def test_our_word_and_telemetry_never_move_anything(source: Source) -> None:
    ours = piece(source, 8, age=8, changed_standing=True)
    assert moved(of_last(ours)) == [False, False]
    assert not counts(ours, TODAY)


def test_a_withdrawn_piece_moves_nothing() -> None:
    assert moved(of_last(wrote(8, age=8, withdrawn_on=ago(1)))) == [False, False]


def test_a_meeting_that_was_called_off_is_not_the_meeting_before() -> None:
    off = replace(meeting(10, PromptState.OFF), id=3)
    assert moved(of_last(wrote(8, age=12)), meetings=(BEFORE, off, LAST)) == [False, False, True]


def test_the_first_answer_counts_what_is_at_most_30_days_older() -> None:
    assert moved(of_last(wrote(8, age=36)), meetings=(LAST,)) == [True]
    assert moved(of_last(wrote(8, age=37)), meetings=(LAST,)) == [False]


def test_evidence_from_before_this_rule_counts_as_it_did_then() -> None:
    old = piece(Source.OUR_WORD, 8, age=40, changed_standing=None)
    assert moved(of_last(old)) == [False, True]


def test_an_answer_without_a_known_id_keeps_what_was_noted() -> None:
    assert moved(meetings=(meeting(14, moved=True), meeting(7, moved=None))) == [True, None]


def test_we_say_so_every_week_is_activity_without_evidence() -> None:
    weeks = [replace(meeting(age), answer_id=age) for age in (21, 14, 7)]
    talk = [piece(Source.OUR_WORD, 11, age=age, answer_id=age) for age in (21, 14, 7)]
    result = assessed(onboarding(), *talk, meetings=tuple(weeks))
    assert [phrase(one.fact) for one in result.theatre] == [
        "The last 3 answers changed no evidence (9 Feb, 16 Feb, 23 Feb)"
    ]
    assert RiskKind.NO_NEW_EVIDENCE in {danger.kind for danger in result.dangers}


@given(
    st.lists(
        st.builds(
            piece,
            st.sampled_from(OURS),
            st.integers(0, 20),
            st.integers(0, 90),
            reference_key=st.sampled_from([None, "link:1"]),
            changed_standing=st.booleans(),
            answer_id=st.sampled_from([None, 1, 2]),
        ),
        max_size=8,
    )
)
def test_no_amount_of_our_own_words_moves_an_answer(pieces: list[Evidence]) -> None:
    assert moved(*pieces) == [False, False]


@given(st.sampled_from(Source), st.integers(0, 90), st.integers(0, 90), st.booleans())
def test_a_later_meeting_before_never_makes_a_piece_count_that_did_not(
    source: Source, age: int, gap: int, changed: bool
) -> None:
    made = piece(source, 8, age=age, changed_standing=changed)
    later = moves(made, ago(gap), TODAY)
    earlier = moves(made, ago(gap + 1), TODAY)
    assert earlier or not later


REVIEW = replace(meeting(5, kind=CadenceKind.BUSINESS_REVIEW), id=9, answer_id=9)
SYNC = replace(meeting(12), id=8)


def review_findings(*pieces: Evidence) -> list[str]:
    result = assessed(onboarding(), *pieces, meetings=(SYNC, REVIEW))
    return [phrase(finding.fact) for finding in result.theatre if finding.kind is Theatre.MEETINGS]


def test_a_review_that_ends_without_a_stronger_packet_is_named() -> None:
    before = system(5, age=20)
    weaker = replace(measured(5, age=9), answer_id=9)
    assert review_findings(before, weaker) == [
        "The business review of 25 Feb 2026 ended without a stronger packet (1 of 1 outcome proven)"
    ]


def test_a_review_is_not_named_when_credit_grade_or_age_became_better() -> None:
    half = system(9, age=20)
    assert review_findings(half, system(7, age=9, answer_id=9)) == []
    assert review_findings(measured(9, age=20), system(9, age=9, answer_id=9)) == []
    assert review_findings(system(5, age=20), system(5, age=9, answer_id=9)) == []


def test_what_comes_more_than_a_week_after_a_review_does_not_make_up_for_it() -> None:
    review = replace(meeting(20, kind=CadenceKind.BUSINESS_REVIEW), id=9, answer_id=9)
    early = replace(measured(9, age=22), answer_id=9)
    half = system(9, age=30)
    late = system(5, age=3)
    found = assessed(onboarding(), half, early, late, meetings=(replace(meeting(27), id=8), review)).theatre
    assert ["stronger packet" in phrase(one.fact) for one in found] == [True]


@given(st.lists(st.builds(system, st.integers(0, 14), st.integers(0, 60)), max_size=4), st.integers(1, 60))
def test_a_packet_is_never_stronger_than_itself(pieces: list[Evidence], wait: int) -> None:
    """Time alone makes no packet stronger."""
    state = acme(onboarding(), *pieces)
    today, later = graded_outcomes(state, TODAY), graded_outcomes(state, TODAY + timedelta(days=wait))
    assert not stronger(today, today)
    assert not stronger(today, later)


def test_three_meetings_called_off_in_a_row_are_named_and_two_are_not() -> None:
    off = tuple(meeting(age, PromptState.OFF) for age in (35, 28, 21, 14, 7))
    found = assessed(onboarding(), wrote(5), meetings=off).theatre
    assert [phrase(one.fact) for one in found] == [
        "The last 5 meetings were called off (26 Jan, 2 Feb, 9 Feb, 16 Feb, 23 Feb)"
    ]
    assert assessed(onboarding(), wrote(5), meetings=off[-2:]).theatre == ()
    held = (*off, meeting(2, moved=True))
    assert not any("called off" in phrase(one.fact) for one in assessed(onboarding(), meetings=held).theatre)
    ahead = replace(meeting(0, PromptState.OPEN), starts_at=at(TODAY + timedelta(days=2)))
    assert any("called off" in phrase(one.fact) for one in assessed(onboarding(), meetings=(*off, ahead)).theatre)
