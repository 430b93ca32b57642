"""A week in which everything happens, on the running bot: what the channel and its thread say of it on Monday."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.domain.enums import AccountStatus, CheckKind, CheckVerdict, Part
from bot.store import ledger, schema
from bot.store.entities import Entity
from bot.store.ledger import Author
from tests.support import factory
from tests.support.believable import channel_id
from tests.support.bot_process import Stage

FIRST = datetime(2026, 3, 9, 8, 1, tzinfo=UTC)
SECOND = datetime(2026, 3, 16, 8, 1, tzinfo=UTC)
STEPS = (
    *("Restated", "Terms changed", "Proven", "Partly proven", "Expired", "Disputed", "Fallen back", "Missed"),
    *("Person left", "Failed check", "Withdrawn", "Same customers and outcomes", "Added", "Retired"),
    *("Joined", "Returned", "Lost", "Moved in", "Moved out", "ARR changed"),
)
CUSTOMERS = (
    *("Restate", "Terms", "Prove", "Part", "Expire", "Dispute", "Fall", "Miss", "Person", "Check", "Withdraw"),
    *("Add", "Retire", "Return", "Lose", "In", "Out", "Weigh"),
)


class Book:
    """A portfolio with a customer for every step, each with one outcome that is proven but for those that become so."""

    def __init__(self, session: Session, north: int, south: int, author: Author) -> None:
        self.session, self.author, self.north = session, author, north
        self.accounts: dict[str, int] = {}
        self.outcomes: dict[str, int] = {}
        self.proofs: dict[str, int] = {}
        self.people: dict[str, int] = {}
        long_ago = FIRST - timedelta(days=80)
        for number, name in enumerate(CUSTOMERS):
            status = AccountStatus.FORMER if name == "Return" else AccountStatus.CUSTOMER
            place = south if name == "In" else north
            values: dict[str, Any] = {
                "portfolio_id": place,
                "status": status,
                "arr_minor": 100_000_00,
                "currency": "EUR",
            }
            self.accounts[name] = account = factory.account(session, f"{name} Ltd", long_ago, **values)
            person: dict[str, Any] = {"account_id": account, "name": f"Person {number}", "part": Part.CHAMPION}
            self.people[name] = ledger.add(session, author, Entity.PERSON, long_ago, **person)
            due = SECOND.date() - timedelta(days=2) if name == "Miss" else SECOND.date() + timedelta(days=200)
            self.outcomes[name] = factory.tickets(session, account, self.people[name], long_ago, due_on=due)
            if name not in ("Prove", "Part"):
                age = 88 if name == "Expire" else 30
                # What a person wrote, with a link, falls when the person leaves; a captured message would not.
                more = {"arrived_as": None, "reference_key": f"kept:{number}"} if name == "Person" else {}
                recorded = FIRST - timedelta(days=3 if name == "Person" else 30)
                self.proofs[name] = self.prove(name, "400", FIRST - timedelta(days=age), recorded, **more)

    def prove(self, name: str, value: str, as_of: datetime, recorded: datetime, **more: Any) -> int:
        of = self.accounts[name], self.outcomes[name]
        values = {"as_of": as_of.date(), "attested_by": self.people[name], **more}
        return factory.evidence(self.session, *of, value, recorded, **values)

    def change(self, entity: Entity, row: int, at: datetime, **values: Any) -> None:
        assert ledger.change(self.session, self.author, entity, row, at, **values)


def everything_happens(book: Book, south: int, manager: int) -> None:
    """One customer for each step, all on Wednesday."""
    at = FIRST + timedelta(days=2)
    today = at.date()
    book.prove("Restate", "700", FIRST - timedelta(days=3), at)
    book.change(Entity.OUTCOME, book.outcomes["Terms"], at, target=Decimal(500))
    book.prove("Prove", "400", at, at)
    book.prove("Part", "700", at, at)
    book.change(Entity.EVIDENCE, book.proofs["Dispute"], at, disputed_on=today, disputed_by=book.people["Dispute"])
    book.prove("Fall", "800", at, at)
    book.prove("Miss", "1000", at, at)
    book.change(Entity.PERSON, book.people["Person"], at, left_on=today)
    book.change(Entity.EVIDENCE, book.proofs["Withdraw"], at, withdrawn_on=today, withdrawn_why="A typing error")
    look = {"account_id": book.accounts["Check"], "evidence_id": book.proofs["Check"], "member_id": manager, "at": at}
    look |= {"kind": CheckKind.SPOT_CHECK, "verdict": CheckVerdict.DOES_NOT, "as_manager": True}
    ledger.add_many(book.session, book.author, Entity.EVIDENCE_CHECK, at, [look])
    book.change(Entity.EVIDENCE, book.proofs["Check"], at, withdrawn_on=today, withdrawn_why="Not there")
    factory.tickets(book.session, book.accounts["Add"], None, at)
    book.change(Entity.OUTCOME, book.outcomes["Retire"], at, retired_on=today, retired_why="n/a")
    book.change(Entity.ACCOUNT, book.accounts["Return"], at, status=AccountStatus.CUSTOMER)
    book.change(Entity.ACCOUNT, book.accounts["Lose"], at, status=AccountStatus.FORMER)
    book.change(Entity.ACCOUNT, book.accounts["In"], at, portfolio_id=book.north)
    factory.account(book.session, "Join Ltd", at, portfolio_id=book.north)
    book.change(Entity.ACCOUNT, book.accounts["Out"], at, portfolio_id=south)
    factory.restate(book.session, book.accounts["Weigh"], at, arr_minor=900_000_00)


def start(stage: Stage) -> tuple[Book, int]:
    """Two portfolios that Maya manages; North's digest is due on Monday at nine in Stockholm."""
    maya = stage.actor("maya")
    row = {"manager_id": maya.member.id, "tz": "Europe/Stockholm"}

    def write(session: Session) -> tuple[Book, int]:
        due = FIRST - timedelta(minutes=1)
        north = factory.portfolio(
            session, "North", stage.now, stage.workspace_id, channel=channel_id(stage, "cs-north"), **row
        )
        session.execute(update(schema.portfolio).where(schema.portfolio.c.id == north).values(next_digest_at=due))
        south = factory.portfolio(session, "South", stage.now, stage.workspace_id, **row)
        return Book(session, north, south, maya.author), south

    return stage.write(write)


async def test_a_week_in_which_everything_happens_is_told_step_by_step(stage: Stage) -> None:
    maya = stage.person("maya")
    book, south = start(stage)
    await stage.go_to(FIRST)
    first = digests(stage)[-1]
    assert "This is the first digest. From next Monday I say what changed." in maya.text(first)
    await stage.go_to(FIRST + timedelta(days=2, hours=1))

    def happens(session: Session) -> None:
        book.session = session
        everything_happens(book, south, maya_id)

    maya_id = stage.actor("maya").member.id
    stage.write(happens)
    await stage.go_to(SECOND)
    digest = digests(stage)[-1]
    text = maya.text(digest)
    assert digest["text"].startswith("North: Lose Ltd left, 100,000 EUR")
    for line in ("Lost:", "Newly proven:", "Newly broken:", "Terms changed:", "Retired:", "Joined:", "Moved in:"):
        assert line in text, line
    assert len(digest["blocks"]) <= 50 and len(json.dumps(digest["blocks"])) <= 13_000
    buttons = [element for block in digest["blocks"] for element in block.get("elements", ())]
    customers = {
        one["action_id"]: one["text"]["text"] for one in buttons if one.get("action_id", "").startswith("card")
    }
    assert len(customers) == 2 and all(f"{name}, “Fewer tickets" in text for name in customers.values())
    for opens, name in customers.items():
        await maya.click(opens, message=digest)
        assert f"{name}: " in maya.text(maya.sees("cs-north")[-1])
    replies = [m for m in stage.sandbox.messages("cs-north") if m.get("thread_ts") == digest["ts"] and m is not digest]
    table = next(block for m in replies for block in m["blocks"] if block["type"] == "table")
    told = [words(row[0]) for row in table["rows"]]
    assert tuple(told[2:-1]) == STEPS
    points = [int(words(row[1]).replace("−", "-")) for row in table["rows"][1:]]
    same = STEPS.index("Same customers and outcomes") + 1
    assert sum(points[:same]) == points[same]
    assert sum(points[same:-1]) == points[-1]


def digests(stage: Stage) -> list[dict[str, Any]]:
    return [m for m in stage.sandbox.messages("cs-north") if m["text"].startswith("North: ") and not m.get("thread_ts")]


def words(cell: dict[str, Any]) -> str:
    if "text" in cell:
        return str(cell["text"])
    return "".join(str(part["text"]) for section in cell["elements"] for part in section["elements"])
