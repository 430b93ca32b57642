"""People of the customer, and what their record's keeper makes of them: each docstring says how the attempt ends."""

from __future__ import annotations

from datetime import datetime

from bot.domain.enums import Part, RiskKind
from bot.features.plan import people
from tests.honesty.play import FRIDAY, SECOND, THIRD, TUESDAY, Play
from tests.support.managing import day


def dangers(play: Play, now: datetime) -> list[RiskKind]:
    return [danger.kind for danger in play.assessed(now).dangers]


def add(play: Play, name: str, now: datetime, *parts: Part) -> int:
    """Maya writes down somebody at the customer."""
    part, *further = parts
    with play.team.session() as session:
        actor = play.team.as_(play.team.maya)
        return people.add_person(session, actor, play.birch, now, name=name, part=part, further=tuple(further))


def give(play: Play, person: int, name: str, now: datetime, *parts: Part) -> None:
    """Maya says which parts somebody has."""
    with play.team.session() as session:
        actor = play.team.as_(play.team.maya)
        people.edit_person(session, actor, person, now, name=name, parts=parts, title=None, email=None)


def test_the_buyer_left_and_another_one_is_made_up(proven: Play) -> None:
    """Named in the digest: who has the part now, and who of ours says so. The proof that Kim attested is gone."""
    with proven.team.session() as session:
        people.person_left(session, proven.team.as_(proven.team.maya), proven.kim, TUESDAY.date(), TUESDAY)
    assert RiskKind.SPONSOR_LEFT in dangers(proven, day(TUESDAY, 1))
    add(proven, "Jo Newman", day(TUESDAY, 1), Part.ECONOMIC_BUYER)
    told = proven.digest(SECOND)
    assert "Birch: Jo Newman is economic buyer from now on; Maya Lindqvist" in told
    assert proven.assessed(SECOND).coverage == 0
    assert "Jo Newman" not in proven.digest(THIRD)


def test_an_intern_becomes_the_one_who_accepts(proven: Play) -> None:
    """Named in the digest, by person: only the account team says who at the customer can accept."""
    intern = add(proven, "Ivy Intern", FRIDAY, Part.USER, Part.OUTCOME_OWNER)
    give(proven, intern, "Ivy Intern", TUESDAY, Part.FINANCE, Part.USER, Part.CHAMPION)
    told = proven.digest(SECOND)
    assert "Birch: Ivy Intern is finance and champion from now on; Maya Lindqvist" in told
    assert "Nothing changed" not in told


def test_a_part_that_is_given_and_taken_again_is_no_news(proven: Play) -> None:
    """The other side of the one above."""
    user = add(proven, "Uma User", FRIDAY, Part.USER)
    give(proven, user, "Uma User", TUESDAY, Part.CHAMPION)
    give(proven, user, "Uma User", day(TUESDAY, 1), Part.USER)
    assert proven.digest(SECOND).startswith("Nothing changed this week.")
