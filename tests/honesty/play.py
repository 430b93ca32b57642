"""Birch, and what people do to its record at the use cases, where Slack adds nothing.

Maya owns Birch, whose one outcome goes from 1,000 tickets a month to 400. Priya manages the portfolio, Ada is an admin,
and Tom is a colleague. The digest comes on Mondays at nine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from bot.app import assessments
from bot.domain.account.assessment import Assessment
from bot.domain.enums import CheckVerdict, Source
from bot.features.accounts import card
from bot.features.accounts.card_views import CardView
from bot.features.evidence import countersign, record
from bot.features.evidence.record import NewEvidence
from bot.features.plan import retirement
from bot.features.portfolios import digest, setup
from bot.features.portfolios.setup import PortfolioForm
from bot.features.portfolios.views import DigestRestView, DigestView
from bot.rooms import DIGEST_FOLLOWERS, DIGEST_PROVIDERS
from bot.store import ledger
from bot.store.engine import Database
from bot.store.entities import Entity
from bot.store.members import Member
from tests.support import factory, managing
from tests.support.cast import KIM
from tests.support.managing import day

FRIDAY = datetime(2026, 2, 27, 10, tzinfo=UTC)
FIRST = datetime(2026, 3, 2, 9, tzinfo=UTC)
SECOND = datetime(2026, 3, 9, 9, tzinfo=UTC)
THIRD = datetime(2026, 3, 16, 9, tzinfo=UTC)
TUESDAY = day(FIRST, 1)
PAGE = "https://birch.example/tickets"
TITLE = "Fewer tickets a month"


@dataclass
class Play:
    """Birch, and what people do to its record; `birch`, `outcome` and `kim` are ids."""

    team: managing.Team
    birch: int
    kim: int
    outcome: int
    forms: count[int] = field(default_factory=count)

    def record(self, who: Member, value: str, now: datetime, **more: Any) -> int:
        """Record a figure of today that their system is said to show, behind a link unless told otherwise."""
        of = {"account_id": self.birch, "outcome_id": self.outcome, **more.pop("of", {})}
        source = more.pop("source", Source.CUSTOMER_SYSTEM)
        given: dict[str, Any] = {"value": value, "link": PAGE, "attested_by": self.kim, **more}
        new = NewEvidence(submission=f"form {next(self.forms)}", source=source, as_of=now.date(), **of, **given)
        with self.team.session() as session:
            return record.record(session, self.team.as_(who), new, now)

    def look(self, who: Member, piece: int, verdict: CheckVerdict, now: datetime, note: str = "") -> None:
        with self.team.session() as session:
            countersign.countersign(session, self.team.as_(who), piece, verdict, now, note=note)

    def give_to(self, who: Member, now: datetime) -> None:
        with self.team.session() as session:
            by = self.team.as_(self.team.ada).author
            assert ledger.change(session, by, Entity.ACCOUNT, self.birch, now, owner_id=who.id)

    def aim(self, target: str, now: datetime) -> None:
        """Maya sets the target to another figure."""
        with self.team.session() as session:
            by = self.team.as_(self.team.maya).author
            assert ledger.change(session, by, Entity.OUTCOME, self.outcome, now, target=Decimal(target))

    def retire(self, who: Member, now: datetime) -> None:
        with self.team.session() as session:
            retirement.retire(session, self.team.as_(who), self.outcome, now, on=now.date(), why="n/a")

    def assessed(self, now: datetime) -> Assessment:
        with self.team.session() as session:
            return assessments.assessed(session, self.team.as_(self.team.tom), self.birch, now)[1]

    def card(self, now: datetime) -> CardView:
        """The card as Tom reads it, who has nothing to do with the account."""
        with self.team.session() as session:
            return card.card(session, self.team.as_(self.team.tom), self.birch, now)

    def digest(self, now: datetime, *, drawing: bool = False) -> str:
        """Open the digest that is due: the headline, the labelled lines, its foot, and the lists of its thread.

        With `drawing` it draws spot checks.
        """
        with self.team.session() as session:
            assert digest.open_due_digest(session, now, DIGEST_PROVIDERS, DIGEST_FOLLOWERS if drawing else ())
        args = self.team.messages("digest")[-1].args
        pages = [page.args for page in self.team.messages("digest-rest")]
        with self.team.session() as session:
            view = digest.compose_digest(session, args, now)
            assert isinstance(view, DigestView)
            said = [view.news.headline]
            said += [f"{line.label} {line.text}" for part in view.news.parts for line in part.lines]
            said += view.news.foot
            for page in pages:
                if page["digest_id"] == args["digest_id"]:
                    rest = digest.compose_rest(session, page, now)
                    assert isinstance(rest, DigestRestView)
                    for block in rest.page.blocks:
                        said += [block.title, *(f"{', '.join(line.names)}: {line.text}" for line in block.lines)]
        return "\n".join(said)


def begun(database: Database) -> Play:
    """The play before its first digest."""
    team = managing.Team(database)
    form = PortfolioForm(
        "EMEA", managing.CHANNEL, "U0PRIYA", 0, "09:00", "Europe/London", portfolio_id=team.portfolio_id
    )
    with team.session() as session:
        setup.set_up(session, team.as_(team.ada), form, FRIDAY)
    birch = team.add_account("Birch", FRIDAY)
    with team.session() as session:
        kim = factory.person(session, birch, KIM, FRIDAY)
    return Play(team, birch, kim, team.add_outcome(birch, kim, FRIDAY))
