"""A day in which every form is submitted and every button that changes something is pressed, each step once.

A step is a generator function: it acts up to the point where something is sent, yields, sends it, and is done. The
caller puts `again` around what is sent, so that the same day can be told with every delivery doubled.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from bot.domain.enums import Loop
from bot.rooms import ACTIONS, CALLBACKS
from bot.store import accounts, ledger
from bot.store.entities import Entity
from bot.store.ledger import Author
from sandbox.person import Person
from tests.support import forms_story_life
from tests.support.believable import ASKED, Book, alarm, at_any_hour, channel_id, fill
from tests.support.bot_process import Stage
from tests.support.factory import AGREEMENT
from tests.support.overview import overview

Send = Callable[[], Awaitable[None]]
Twice = Callable[[str, Send], Awaitable[None]]


@dataclass
class Day:
    """The stage, and `twice(name, send)`, which sends and says what that came to."""

    stage: Stage
    twice: Twice
    book: Book = field(init=False)
    told: list[str] = field(default_factory=list)

    @property
    def ines(self) -> Person:
        return self.stage.person("ines")

    @property
    def maya(self) -> Person:
        return self.stage.person("maya")

    async def submit(self, who: Person, callback: str, values: dict[str, Any] | None = None) -> None:
        """Submit the open form, which must be the one that is meant, then close what is open."""
        assert who.modal is not None and who.modal["callback_id"] == callback, who.text(who.modal or who.sees()[-1])
        await self.send(callback, lambda: who.submit(values))

    async def press(self, who: Person, action: str, **where: Any) -> None:
        await self.send(action, lambda: who.click(action, **where))

    async def send(self, name: str, act: Send) -> None:
        self.told.append(name)
        await self.twice(name, act)

    async def close(self, who: Person) -> None:
        while who.modal:
            await who.close()

    async def form(self, who: Person, line: str, *clicks: str, channel: str = "general", **where: Any) -> None:
        """Open a form by a command in a channel, and by clicks."""
        await self.close(who)
        await who.command(line, channel)
        for action in clicks:
            await who.click(action, **where)

    def newest(self, channel: str, action: str) -> dict[str, Any]:
        """The newest message of a channel with this button."""
        return next(m for m in reversed(self.stage.sandbox.messages(channel)) if f'"{action}"' in _json(m))


def _json(message: dict[str, Any]) -> str:
    return str(message).replace("'", '"')


async def live(day: Day) -> None:
    """The whole day."""
    day.book = fill(day.stage)
    for part in (
        _plan,
        _meetings,
        _gaps,
        _proof,
        _account,
        _proposals,
        _imported_owners,
        _loops,
        _steps,
        _portfolio,
        _risks,
        forms_story_life.renewals,
        forms_story_life.meetings_of_all,
        forms_story_life.changes,
        _presses,
        forms_story_life.looks,
        _files,
    ):
        await part(day)


async def _people(day: Day) -> None:
    """Dana Fox is corrected, leaves, never left after all, leaves again and comes back."""
    ines = day.ines
    await day.form(ines, "/proof acme plan", ACTIONS.PEOPLE)
    await ines.click(ACTIONS.PERSON_MENU, block_id="person_2", selected="edit:2")
    await day.submit(ines, CALLBACKS.EDIT_PERSON, {"title": "Controller"})
    await ines.click(ACTIONS.PERSON_MENU, block_id="person_2", selected="left:2")
    await day.submit(ines, CALLBACKS.PERSON_LEFT)
    await day.press(ines, ACTIONS.UNDO_LEFT)
    await ines.click(ACTIONS.PERSON_MENU, block_id="person_2", selected="left:2")
    await day.submit(ines, CALLBACKS.PERSON_LEFT)
    await ines.click(ACTIONS.PERSON_MENU, block_id="person_2", selected="back:2")
    await day.submit(ines, CALLBACKS.PERSON_BACK)


async def _plan(day: Day) -> None:
    ines = day.ines
    await day.form(ines, "/proof acme plan", ACTIONS.ADD_OUTCOME)
    numeric = {"title": "Fewer tickets", "metric": "tickets", "unit": "tickets", "direction": "down", "target": "10"}
    await day.submit(ines, CALLBACKS.OUTCOME, numeric)
    await day.submit(ines, CALLBACKS.BASELINE, {"baseline": "40", "shelf_life_days": "90"})
    await day.submit(ines, CALLBACKS.OUTCOME_DETAILS, {"agreed_by": "1", "agreement_link": AGREEMENT})
    await day.submit(ines, CALLBACKS.SHOWS, {"shows_in": "The contract report", "shown_by": "1"})
    await _goalposts(day, numeric)
    await day.form(ines, "/proof acme plan", ACTIONS.WOULD_BREAK)
    await day.submit(ines, CALLBACKS.WOULD_BREAK, {"words": "Month-end would take nine days", "by": "1"})
    await day.form(ines, "/proof acme plan", ACTIONS.ADD_PERSON)
    await day.submit(ines, CALLBACKS.PERSON, {"name": "Dana Fox", "parts": ["finance", "user"]})
    await _people(day)
    await day.form(ines, "/proof acme plan", ACTIONS.ADD_OBSTACLE)
    await day.submit(ines, CALLBACKS.OBSTACLE, {"kind": "approvals", "text": "Their security review"})
    await day.form(ines, "/proof acme plan", ACTIONS.ADD_PROMISE)
    await day.submit(ines, CALLBACKS.PROMISE, {"text": "The SAP connector by May"})
    await day.form(ines, "/proof acme plan", ACTIONS.FIRST_WIN)
    await day.submit(ines, CALLBACKS.FIRST_WIN, {"on": "2026-03-02", "words": "It worked on a live contract"})
    await day.form(ines, "/proof acme plan", ACTIONS.SETTLE_PLAN)
    await day.submit(ines, CALLBACKS.SETTLE_PLAN, {"what": "kept:1", "why": "They have it"})
    await day.form(ines, "/proof acme plan", ACTIONS.SETTLE_PLAN)
    await ines.submit({"what": "owner:2"})
    await day.submit(ines, CALLBACKS.OUTCOME_OWNER, {"owner": "2"})


async def _goalposts(day: Day, numeric: dict[str, str]) -> None:
    """An outcome that looks like another, easier terms, their agreement, and two retirements that Maya reviews."""
    ines, maya = day.ines, day.maya
    await day.form(ines, "/proof acme plan", ACTIONS.ADD_OUTCOME)
    await ines.submit(numeric)
    await day.submit(ines, CALLBACKS.OUTCOME_AGAIN, numeric)
    await day.form(ines, "/proof acme plan", ACTIONS.SETTLE_PLAN)
    await ines.submit({"what": "details:2"})
    easier = {"baseline": "60", "shelf_life_days": "90"}
    await ines.submit(easier)
    await day.submit(ines, CALLBACKS.BASELINE_AGAIN, easier)
    await day.form(ines, "/proof acme plan", ACTIONS.THEY_AGREED)
    await day.submit(
        ines, CALLBACKS.AGREEMENT, {"outcome": "2", "agreed_by": "1", "agreement_link": f"{AGREEMENT}/again"}
    )
    for outcome_id, decision in ((2, ACTIONS.KEEP_COUNTING), (3, ACTIONS.AGREE_RETIREMENT)):
        await day.form(ines, "/proof acme plan", ACTIONS.SETTLE_PLAN)
        await day.submit(ines, CALLBACKS.SETTLE_PLAN, {"what": f"retired:{outcome_id}", "why": "They sold that team"})
        await day.close(maya)
        await maya.open_home()
        await maya.click(ACTIONS.REVIEW_RETIREMENT)
        await day.press(maya, decision)
    await day.close(maya)


async def _meetings(day: Day) -> None:
    stage, ines, tom = day.stage, day.ines, day.stage.person("tom")
    at_any_hour(stage)  # else Tom, in New York, is asked in the afternoon
    await stage.go_to(ASKED)
    await day.press(ines, ACTIONS.SNOOZE_PROMPT, selected="1:hour")
    await ines.click(ACTIONS.HAND_OVER)
    await day.submit(ines, CALLBACKS.HAND_OVER, {"colleague": tom.id})
    await stage.settle()
    await day.press(ines, ACTIONS.UNDO_PROMPT)
    await stage.settle()
    await ines.click(ACTIONS.HAND_OVER)
    await day.submit(ines, CALLBACKS.HAND_OVER, {"colleague": tom.id})
    await stage.settle()
    await day.press(tom, ACTIONS.NOTHING_CHANGED)
    await stage.settle()
    await tom.click(ACTIONS.SAY_OBSTACLE)
    await day.submit(tom, CALLBACKS.NOTHING_CHANGED, {"stays": "outcome:1", "why": "Their review is late"})
    await day.form(ines, "/answer settings")
    await day.submit(ines, CALLBACKS.SETTINGS, {"ends": "17:30"})
    await day.close(ines)
    await ines.command("/answer away status")
    await day.press(ines, ACTIONS.FOLLOW_STATUS)
    await day.form(ines, "/proof acme cadence")
    series = {"kind": "weekly_sync", "repeat": "weekly", "first_day": "2026-03-03", "at": "23:30", "tz": "UTC"}
    await day.submit(ines, CALLBACKS.CADENCE, series)
    await stage.settle()
    await day.press(ines, ACTIONS.MEETING_OFF)
    await day.form(ines, "/answer acme")
    said = {"change": "behaviour", "what_changed": "Legal signs alone", "unproven": "Whether finance agrees"}
    await ines.click(ACTIONS.UNFOLD_ANSWER)
    await day.submit(ines, CALLBACKS.ANSWER, {**said, "next_action": "Build the connector", "loop": "product"})
    line = "acme changed: they sign in a day next: send the figures by friday"
    await day.send("/answer", lambda: ines.command(f"/answer {line}"))
    await day.press(ines, ACTIONS.CHOOSE_CHANGE, selected="1:belief")
    await day.press(ines, ACTIONS.CONFIRM_ANSWER)


async def _gaps(day: Day) -> None:
    ines, tom = day.ines, day.stage.person("tom")
    await day.form(ines, "/proof acme gaps", ACTIONS.EDIT_GAP, value="gap:1")
    await day.submit(ines, CALLBACKS.EDIT_GAP, {"risk_if_never": "The saving stays our word"})
    await day.press(ines, ACTIONS.UNDO_GAP)
    await day.form(ines, "/proof acme gaps", ACTIONS.GAP_MENU, selected="move:gap:1")
    await day.submit(ines, CALLBACKS.MOVE_GAP, {"due_on": "2026-04-01"})
    await day.form(ines, "/proof acme gaps", ACTIONS.GAP_MENU, selected="hand:gap:1")
    await day.submit(ines, CALLBACKS.HAND_GAP, {"colleague": tom.id})
    await day.form(ines, "/proof acme gaps", ACTIONS.CLOSE_GAP, value="gap:1")
    await day.submit(ines, CALLBACKS.CLOSE_GAP, {"how": "Ana wrote that finance takes the hours"})
    await day.close(ines)


async def _proof(day: Day) -> None:
    ines = day.ines
    piece = {"outcome": "1", "value": "5", "source": "customer_system", "as_of": "2026-03-02", "attested_by": "1"}
    await day.form(ines, "/proof acme", ACTIONS.ADD_EVIDENCE)
    await day.submit(ines, CALLBACKS.EVIDENCE, {**piece, "link": "https://acme.example/signing"})
    await ines.click(ACTIONS.ISOLATE_SHARE)
    share = {"method": "before_after", "note": "The form did a fifth", "money": "120,000 EUR", "accepted_by": "2"}
    await day.submit(ines, CALLBACKS.ISOLATE_SHARE, share)
    await day.form(ines, "/proof acme packet", ACTIONS.ACCEPT_PACKET)
    await day.submit(ines, CALLBACKS.ACCEPT_PACKET, {"by": "1"})
    await forms_story_life.acceptances(day)
    for verb, callback in (("dispute", CALLBACKS.DISPUTE), ("withdraw", CALLBACKS.WITHDRAW)):
        await day.form(ines, "/proof acme", ACTIONS.ADD_EVIDENCE)
        await ines.submit({**piece, "outcome": "2", "value": "30"})
        await day.close(ines)
        newest = 3 if verb == "dispute" else 4
        await day.form(ines, "/proof acme evidence", ACTIONS.EVIDENCE_MENU, selected=f"{verb}:{newest}")
        await day.submit(ines, callback, {"why": "They count otherwise"})
    await day.form(ines, "/proof acme", ACTIONS.ADD_EVIDENCE)
    await ines.submit({**piece, "value": "4", "link": "https://acme.example/after"})
    await day.close(ines)
    await day.form(day.maya, "/proof acme evidence")
    await day.press(day.maya, ACTIONS.SHOWS, value="2")
    await day.form(day.maya, "/proof acme evidence", ACTIONS.DOES_NOT_SHOW)
    await day.submit(day.maya, CALLBACKS.NOT_SHOWN, {"note": "It shows 7 days"})


async def _account(day: Day) -> None:
    ines = day.ines
    await day.form(day.maya, "/proof new")
    await day.submit(day.maya, CALLBACKS.NEW_ACCOUNT, {"name": "Globex", "owner": ines.id})
    await day.form(ines, "/proof acme judge")
    await day.submit(ines, CALLBACKS.JUDGE, {"verdict": "yes", "why": "Two teams run on it", "would_change": "Finance"})
    await day.form(ines, "/proof acme stage")
    await day.submit(ines, CALLBACKS.STAGE, {"stage": "renewal", "reason": "They renew early"})
    await day.form(ines, "/proof acme tier")
    await day.submit(ines, CALLBACKS.TIER, {"tier": "low_touch", "reason": "One user"})


async def _proposals(day: Day) -> None:
    """Tom proposes two accounts for Inês; one is added, one is not."""
    tom, maya = day.stage.person("tom"), day.maya
    for name, decision in (("Initech", ACTIONS.ADD_PROPOSED), ("Hooli", ACTIONS.DECLINE_PROPOSED)):
        await day.form(tom, "/proof new")
        await day.submit(tom, CALLBACKS.NEW_ACCOUNT, {"name": name, "owner": day.ines.id})
        await day.close(tom)
        await day.stage.settle()
        await day.press(maya, decision)
        await day.stage.settle()


async def _imported_owners(day: Day) -> None:
    """Two owners whom an import named, and whom nobody in Slack is called: one is Kenji, one has left."""
    stage, maya = day.stage, day.maya
    for name in ("Zoe Zukunft", "Otto Oben"):
        stage.write(partial(imported_owner, stage=stage, name=name))
    await stage.go_on(minutes=1)
    await day.close(maya)
    first, second = [message for message in maya.dm() if ACTIONS.CHOOSE_OWNER in _json(message)][-2:]
    await maya.click(ACTIONS.CHOOSE_OWNER, message=first)
    await day.submit(maya, CALLBACKS.CHOOSE_OWNER, {"colleague": stage.person("kenji").id})
    await day.press(maya, ACTIONS.NO_SUCH_OWNER, message=second)
    await stage.settle()


def imported_owner(session: Session, stage: Stage, name: str) -> None:
    """A member whom only a file knows, with an account."""
    by = Author(stage.workspace_id, None, "import")
    owner = ledger.add(session, by, Entity.MEMBER, stage.now, workspace_id=stage.workspace_id, name=name)
    accounts.create(session, by, stage.now, f"Account of {name}", owner_id=owner)


async def _loops(day: Day) -> None:
    maya = day.maya
    for action, callback in (
        (ACTIONS.SET_THEME, CALLBACKS.THEME),
        (ACTIONS.ANSWER_LOOP, CALLBACKS.ANSWER_LOOP),
        (ACTIONS.TELL_CUSTOMER, CALLBACKS.TOLD),
    ):
        await day.stage.settle()
        if action is ACTIONS.TELL_CUSTOMER:
            await day.form(maya, "/proof acme actions")
            await maya.click(action, value="1")
        else:
            await day.close(maya)
            await maya.click(action, message=day.newest("product", action))
        await day.submit(maya, callback, {"words": "SAP connector"})


async def _steps(day: Day) -> None:
    """A step is done and undone, put on another day, handed over and dropped."""
    ines, tom, stage = day.ines, day.stage.person("tom"), day.stage
    account: dict[str, Any] = {
        "account_id": day.book.acme,
        "text": "Send Ana the figures",
        "owner_id": stage.actor("ines").member.id,
    }
    by = stage.actor("ines").author
    step = stage.write(
        lambda session: ledger.add(session, by, Entity.ACTION, stage.now, loop=Loop.OURSELVES, **account)
    )
    await day.form(ines, "/proof acme actions")
    await day.press(ines, ACTIONS.STEP_DONE, value=str(step))
    await day.press(ines, ACTIONS.UNDO_STEP)
    for word, callback, values in (
        ("move", CALLBACKS.MOVE_STEP, {"due_on": "2026-04-01"}),
        ("hand", CALLBACKS.HAND_STEP, {"colleague": tom.id}),
        ("drop", CALLBACKS.DROP_STEP, {"why": "They solved it themselves"}),
    ):
        menu = {"block_id": f"step_{step}", "selected": f"{word}:{step}"}
        await day.form(ines, "/proof acme actions", ACTIONS.STEP_MENU, **menu)
        await day.submit(ines, callback, values)


async def _portfolio(day: Day) -> None:
    maya, stage = day.maya, day.stage
    tom = stage.actor("tom")
    francs: dict[str, Any] = {"owner_id": tom.member.id, "arr_minor": 95_000_00, "currency": "CHF"}
    stage.write(lambda session: accounts.create(session, tom.author, stage.now, "Initech", **francs))
    await day.form(maya, "/portfolio setup South")
    south = {"channel": channel_id(stage, "product"), "tz": "Europe/Rome", "bands": "100,000 / 20,000 EUR"}
    await day.submit(maya, CALLBACKS.PORTFOLIO_SETUP, south)
    await day.press(maya, ACTIONS.ADOPT_ACCOUNTS)
    await day.close(maya)
    await overview(maya, "/portfolio North")
    await maya.click(ACTIONS.SETUP_LOOPS)
    await day.submit(maya, CALLBACKS.LOOP_CHANNELS, {"go_to_market": channel_id(stage, "product")})
    await day.form(maya, "/portfolio North", ACTIONS.LIST_FILTER)
    await day.submit(maya, CALLBACKS.LIST_FILTER, {"text": "acme", "tier": "high_touch"})


async def _risks(day: Day) -> None:
    stage, maya, tom = day.stage, day.maya, day.stage.person("tom")
    await day.close(maya)
    alarm(stage, day.book.acme)
    await stage.go_on(minutes=1)
    await day.press(maya, ACTIONS.CLAIM_RISK, message=day.newest("cs-north", ACTIONS.CLAIM_RISK))
    await stage.settle()
    taken = day.newest("cs-north", ACTIONS.ASSIGN_RISK)
    await maya.click(ACTIONS.ASSIGN_RISK, message=taken)
    await day.submit(maya, CALLBACKS.ASSIGN_RISK, {"assignee": tom.id})
    await stage.settle()
    await maya.click(ACTIONS.RISK_MORE, message=taken, selected="Snooze until…")
    await day.submit(maya, CALLBACKS.SNOOZE_RISK, {"until": "2026-03-20", "why": "They sign next week"})
    await stage.settle()
    await day.press(maya, ACTIONS.RISK_MORE, message=day.newest("cs-north", ACTIONS.RISK_MORE), selected="Wake now")
    await stage.settle()
    await tom.click(ACTIONS.CLOSE_RISK, message=day.newest("cs-north", ACTIONS.CLOSE_RISK))
    await day.submit(tom, CALLBACKS.CLOSE_RISK, {"how": "They signed the plan on Friday"})
    await stage.settle()
    await day.press(
        maya, ACTIONS.REOPEN_RISK, message=next(m for m in reversed(maya.dm()) if ACTIONS.REOPEN_RISK in _json(m))
    )


async def _presses(day: Day) -> None:
    ines = day.ines
    tom = day.stage.person("tom")
    await day.form(tom, "/proof acme", channel="cs-north")
    await day.press(tom, ACTIONS.SHARE_CARD)
    await day.form(ines, "/proof acme packet", channel="cs-north")
    await day.press(ines, ACTIONS.SHARE_PACKET)
    await day.form(ines, "/proof acme agenda", channel="cs-north")
    await day.press(ines, ACTIONS.SHARE_AGENDA)
    await day.form(ines, "/proof acme")
    await day.press(ines, ACTIONS.ADD_EVIDENCE)
    assert ines.modal is not None and ines.modal["callback_id"] == CALLBACKS.EVIDENCE


async def _files(day: Day) -> None:
    maya = day.maya
    await day.close(maya)
    await day.send("drop", lambda: _drop(maya, "Kestrel"))
    await day.press(maya, ACTIONS.IMPORT_FILE)
    await day.press(maya, ACTIONS.UNDO_FILE)
    await day.send("drop", lambda: _drop(maya, "Lapwing"))
    await day.press(maya, ACTIONS.CANCEL_FILE)
    headers = b"Account ID,Account Name,Contract Start,Contract End,ARR,Currency,Notice Days"
    await maya.drop("both.csv", headers + b"\n1,Harborline Freight,2026-01-01,2027-01-01,120000,EUR,60\n")
    await day.stage.settle()
    await day.send(ACTIONS.CHOOSE_KIND, lambda: maya.click(f"{ACTIONS.CHOOSE_KIND}.0"))


async def _drop(who: Person, account: str) -> None:
    await who.drop("book.csv", f"Account Name\n{account}\n".encode())


__all__ = ["Day", "live"]
