"""A year with Halden Robotics, chapter by chapter: what the worked example in the docs tells, as calls of use cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.app import assessments
from bot.domain.enums import CadenceKind, Change, Direction, ObstacleKind, Part, PromiseState, RiskKind, Source, Stage
from bot.domain.labels import label
from bot.features.accounts import add_account
from bot.features.accounts import card as account_card
from bot.features.accounts.new_account import NewAccount
from bot.features.actions import actions
from bot.features.meetings import agenda, cadences
from bot.features.meetings import queries as meeting_queries
from bot.features.meetings.cadences import NewCadence
from bot.features.plan import outcome_details, outcome_terms
from bot.features.plan import outcomes as plan_outcomes
from bot.features.plan import plan as plan_plan
from bot.features.plan.outcome_details import Details
from bot.features.plan.outcome_terms import NewTerms
from bot.features.plan.outcomes import NewOutcome
from bot.features.portfolios import queries as portfolio_queries
from bot.features.portfolios import setup
from bot.features.portfolios.setup import PortfolioForm
from bot.phrases import phrase
from tests.support import figures
from tests.support.cast import ADA, MAYA, PRIYA, TOM
from tests.support.factory import AGREEMENT
from tests.support.recount_bridge import Week
from tests.support.story import Story

USERS = {"ada": ADA.user(), "priya": PRIYA.user(), "maya": MAYA.user(), "tom": TOM.user(tz="Europe/London")}
"""Tom works in London for that year: what he reads is told by one clock."""


class Halden(Story):
    """The story of one account; `outcomes` are its outcomes by a short name, `home` is its portfolio.

    Every digest, and every card that is kept, is held against figures that are counted anew from an export.
    """

    outcomes: dict[str, int]
    home: int
    week: Week | None = None

    def tick(self) -> None:
        super().tick()
        if self.now.weekday() == 0:
            told_today = self.week is not None and self.week.on == self.now.date()
            before = None if told_today else self.week
            self.week = figures.digest_agrees(self.database, self.home, self.now, before) or self.week

    def card(self, name: str) -> str:
        self.tick()
        figures.cards_agree(self.database, self.actors["priya"], self.home, self.now)
        figures.portfolio_agrees(self.database, self.actors["priya"], self.home, self.now)
        return self.keep(name, self.act("priya", account_card.card, self.account_id))

    def digest(self, name: str) -> str:
        return self.keep(name, self.message("digest"))

    def thread(self, name: str, page: str) -> str:
        """A page of the last digest's thread, by its number."""
        (digest,) = self.do(lambda session: portfolio_queries.latest(session, 1, [self.home]).values())
        return self.keep(name, self.message("digest-rest", portfolio_queries.DIGEST_REST_KEY.of(digest.id, page)))

    def grades(self) -> dict[str, str]:
        """The grade of each outcome and what it is worth today, by its short name."""
        _, found = self.act("priya", assessments.assessed, self.account_id)
        by_id = {one.outcome.id: one for one in found.outcomes}
        named = {name: by_id[row] for name, row in self.outcomes.items()}
        return {
            name: f"{label(one.grade) if one.grade is not None else 'no'} {one.standing}" for name, one in named.items()
        }

    def coverage(self) -> str:
        return phrase(self.act("priya", assessments.assessed, self.account_id)[1].covered)

    def stage(self) -> Stage:
        return self.state().account.stage

    def open_risks(self) -> set[RiskKind]:
        return {risk.kind for risk in self.state().risks if risk.closed_at is None}


@dataclass(frozen=True)
class Number:
    """An outcome that a number shows."""

    name: str
    title: str
    metric: str
    unit: str
    way: Direction
    baseline: str
    target: str | None
    due: date
    risk: str


NUMBERS = (
    Number(
        "answers",
        "Every ticket is answered within four hours",
        "hours to the first answer",
        "hours",
        Direction.DOWN,
        "11",
        "4",
        date(2026, 6, 30),
        "Night tickets wait until morning, and their largest customer leaves",
    ),
    Number(
        "comebacks",
        "Solved tickets stay solved",
        "tickets that come back",
        "%",
        Direction.DOWN,
        "18",
        "9",
        date(2026, 9, 30),
        "Agents solve the same thing twice",
    ),
    Number(
        "newcomers",
        "New agents work alone after two weeks",
        "days until they work alone",
        "days",
        Direction.DOWN,
        "30",
        "14",
        date(2026, 10, 31),
        "They hire for the peak and lose it to training",
    ),
    Number(
        "mood",
        "Customers stay as happy as they are",
        "satisfaction",
        "points",
        Direction.HOLD,
        "4.4",
        None,
        date(2026, 12, 31),
        "Speed is bought with worse answers",
    ),
)


def signature(story: Halden) -> None:
    """12 January: the contract is signed, and nobody has written down what success means."""
    bands, loads = "100,000 / 20,000 EUR", "25 / 80"
    nordics = PortfolioForm("Nordics", "C0NORDICS", "U0PRIYA", 0, "09:00", "Europe/London", bands, loads)
    story.home = story.act("ada", setup.set_up, nordics).portfolio_id
    signed, renews = story.now.date(), date(2027, 1, 12)
    new = NewAccount(
        "Halden Robotics", "U0MAYA", story.home, "180,000", "EUR", contract_start=signed, renewal_date=renews
    )
    story.account_id = story.act("maya", add_account.add_account, new)
    other = NewAccount("Brightwater Foods", "U0TOM", story.home, "60,000", "EUR", renewal_date=date(2027, 3, 1))
    brightwater = story.act("tom", add_account.add_account, other)
    sync = NewCadence(brightwater, CadenceKind.WEEKLY_SYNC, date(2026, 6, 24), "11:00", "fortnightly", "Europe/London")
    story.act("tom", cadences.set_cadence, sync)
    story.tick()
    assert "Nobody has written down what success means" in story.card("01-card-on-the-day-of-signature")
    assert story.stage() is Stage.SETUP


def plan(story: Halden) -> None:
    """14 January: the three questions, answered before anyone logs in."""
    story.go_to(date(2026, 1, 14))
    story.person("Nora Lind", Part.ECONOMIC_BUYER, "Chief operating officer")
    emil = story.person("Emil Berg", Part.CHAMPION, "Head of support")
    sara = story.person("Sara Holm", Part.OUTCOME_OWNER, "Support operations")
    story.person("Jonas Falk", Part.FINANCE, "Controller")
    story.person("Ida Krog", Part.BLAMED, "Support director")
    story.outcomes = {number.name: wanted(story, number, sara) for number in NUMBERS}
    planned = NewOutcome(
        story.account_id,
        "Team leads plan their week from the queue",
        due_on=date(2026, 5, 31),
        owner_person_id=emil,
        baseline_agreed_by=emil,
        agreed_on=date(2026, 1, 14),
        agreement_link=AGREEMENT,
        risk_if_never="It stays a second inbox",
    )
    story.outcomes["planned"] = story.act("maya", plan_outcomes.add_outcome, planned)
    began = date(2026, 1, 10)
    story.act("maya", outcome_terms.set_terms, NewTerms(story.outcomes["answers"], "11", began, shelf_life_days=180))
    story.act("maya", outcome_terms.set_terms, NewTerms(story.outcomes["mood"], "4.2", began, band_low="4.3"))
    for name, worth in (("answers", "90,000 EUR"), ("mood", "")):
        agreed = Details(story.outcomes[name], sara, date(2026, 1, 14), AGREEMENT, worth=worth)
        story.act("maya", outcome_details.set_details, agreed)
    in_the_way(story)
    story.keep("02-success-plan", story.act("priya", plan_plan.plan_view, story.account_id))
    story.tick()
    story.card("03-card-with-a-plan")
    assert story.stage() is Stage.ACTIVATION


def wanted(story: Halden, number: Number, owner: int) -> int:
    new = NewOutcome(
        story.account_id,
        number.title,
        metric=number.metric,
        unit=number.unit,
        direction=number.way,
        baseline=number.baseline,
        baseline_on=date(2026, 1, 10),
        baseline_agreed_by=owner,
        agreed_on=date(2026, 1, 12),
        agreement_link=AGREEMENT,
        target=number.target,
        due_on=number.due,
        owner_person_id=owner,
        risk_if_never=number.risk,
    )
    return story.act("maya", plan_outcomes.add_outcome, new)


def in_the_way(story: Halden) -> None:
    """Obstacles, the promise that was made at the sale, and the meetings."""
    account = story.account_id
    review, sheet = "Security review of the mail connector", "Agents keep their own spreadsheet beside the queue"
    obstacles = (
        (ObstacleKind.APPROVALS, review, date(2026, 2, 10)),
        (ObstacleKind.FRICTION, sheet, date(2026, 3, 1)),
    )
    for obstacle, text, day in obstacles:
        story.act(
            "maya", plan_plan.add_obstacle, account, kind=obstacle, text=text, owner_slack_id="U0MAYA", due_on=day
        )
    words, made, due = "A connector to their ERP by the end of June", date(2025, 12, 18), date(2026, 6, 30)
    story.act(
        "maya", plan_plan.add_promise, account, text=words, promised_on=made, due_on=due, promised_by="Leo Marsh, sales"
    )
    for kind, first, at, repeat in (
        (CadenceKind.ONBOARDING_CHECK, date(2026, 2, 3), "10:00", "fortnightly"),
        (CadenceKind.BUSINESS_REVIEW, date(2026, 4, 14), "14:00", "quarterly"),
    ):
        story.act("maya", cadences.set_cadence, NewCadence(account, kind, first, at, repeat, "Europe/Oslo"))


def onboarding(story: Halden) -> None:
    """2 February: Maya is asked before the first check, and answers."""
    story.go_to(date(2026, 2, 2), 16)
    story.keep("04-prompt-before-the-first-check", story.message("prompt"))
    trust = "They trust the shared queue; the night shift still copies tickets by hand"
    story.answer(Change.BELIEF, trust, "Walk the night shift through the queue", date(2026, 2, 13))
    story.keep("05-prompt-answered", story.message("prompt"))
    story.go_to(date(2026, 2, 10))
    story.act("maya", plan_plan.clear_obstacle, story.state().obstacles[0].id)


def first_win(story: Halden) -> None:
    """17 February to 3 March: used in real life, and the first three grades: asserted, observed, measured."""
    story.go_to(date(2026, 2, 16), 16)
    story.told("Your night shift knows the queue; we watched them for two nights")
    story.answer(
        Change.BEHAVIOUR, "The night shift works from the queue", "Measure the first answers", date(2026, 3, 2)
    )
    story.go_to(date(2026, 2, 17), 15)
    win = "The night shift answered every ticket from the queue, and nobody was called out of bed"
    story.act("maya", plan_plan.first_win, story.account_id, on=date(2026, 2, 17), words=win)
    story.prove(story.outcomes["newcomers"], Source.OUR_WORD, "25", None)
    story.prove(story.outcomes["comebacks"], Source.OUR_TELEMETRY, "16", None)
    story.tick()
    assert story.stage() is Stage.ADOPTION
    story.go_to(date(2026, 3, 2), 16)
    story.told("We count from the first mail to the first human answer")
    story.answer(Change.BEHAVIOUR, "First answers take seven hours", "Show Sara how we count", date(2026, 3, 13))
    count = "https://help.halden.example/report/31"
    story.prove(story.outcomes["answers"], Source.OUR_MEASUREMENT, "7", "Sara Holm", link=count)
    story.go_to(date(2026, 3, 3))
    story.card("06-card-after-the-first-win")
    assert story.grades() == {
        "answers": "measured unproven",
        "comebacks": "observed unproven",
        "newcomers": "asserted unproven",
        "mood": "no unproven",
        "planned": "no unproven",
    }
    assert (story.coverage(), story.stage()) == ("0%", Stage.OUTCOMES)


def promise(story: Halden) -> None:
    """16 March: nobody has mentioned the ERP connector for 60 days. It is named, and looped to Product."""
    story.go_to(date(2026, 3, 16), 16)
    assert "Promised: “A connector to their ERP" in story.card("07-card-with-a-forgotten-promise")
    assert "1 customer with a promise that nobody mentions" in story.digest("08-digest-counts-the-forgotten-promise")
    story.told("Sara has seen how we count, and agrees")
    story.answer(Change.NOTHING, None, None)
    pledge = story.state().promises[0].id
    said = "Told Emil that June is not sure, and that Product is asked for a date"
    story.act("maya", plan_plan.mention_promise, pledge, words=said)
    story.keep("09-agenda-of-the-next-meeting", story.act("maya", agenda.agenda_view, story.account_id))
    story.go_to(date(2026, 3, 30), 16)
    story.answer(Change.NOTHING, None, "Ask Product for a date of the ERP connector", date(2026, 4, 10))
    ask = story.state().actions[-1].id
    story.go_to(date(2026, 4, 7))
    story.act("tom", actions.answer_loop, ask, "It ships on 15 September; the June date cannot be kept")
    story.told("The connector comes on 15 September, not in June")
    said = "Emil takes September, in writing"
    story.act("maya", plan_plan.settle_promise, pledge, PromiseState.RENEGOTIATED, why=said)


def confirmed(story: Halden) -> None:
    """April and May: their own system shows it, and a named customer writes it."""
    answers, comebacks = story.outcomes["answers"], story.outcomes["comebacks"]
    story.go_to(date(2026, 4, 13), 16)
    story.answer(Change.BEHAVIOUR, "Team leads plan from the queue", "Review the shifts with Sara", date(2026, 5, 4))
    story.answer(Change.ECONOMICS, "Night cover costs two people less", None)
    story.prove(answers, Source.CUSTOMER_SYSTEM, "4.5", "Sara Holm", link="https://help.halden.example/report/42")
    words = "We plan the week from the queue. The Monday meeting is twenty minutes shorter."
    story.prove(story.outcomes["planned"], Source.CUSTOMER_WROTE, None, "Emil Berg", statement=words)
    story.go_to(date(2026, 4, 20), 16)
    story.card("10-card-with-confirmed-proof")
    assert "Newly proven" in story.digest("11-digest-newly-proven")
    assert story.grades()["planned"] == "confirmed proven"
    assert story.grades()["answers"] == "confirmed partly_proven"
    story.go_to(date(2026, 4, 27), 16)
    story.answer(Change.NOTHING, None, None)
    check = story.do(lambda session: meeting_queries.cadences_of(session, 1, story.account_id))[0]
    story.act("maya", cadences.stop_cadence, check.id)
    story.go_to(date(2026, 5, 5))
    story.told("The shifts are reviewed; nights keep two agents")
    story.prove(answers, Source.CUSTOMER_SYSTEM, "3.8", "Sara Holm", link="https://help.halden.example/report/58")
    story.prove(comebacks, Source.CUSTOMER_SYSTEM, "12", "Sara Holm")
    story.tick()
    assert story.stage() is Stage.EXPANSION
