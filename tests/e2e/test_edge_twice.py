"""Whatever people send changes state once, however often it is delivered: every form, press and command of a day."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import func, literal, select, union_all

from bot.rooms import ACTIONS, CALLBACKS
from bot.settings import Settings
from bot.slack import edge
from bot.store import schema
from bot.store.schema import metadata
from sandbox.courier import Parcel
from sandbox.errors import FormError
from tests.support import bot_process
from tests.support.believable import fill
from tests.support.bot_process import Stage, staged
from tests.support.databases import Postgres
from tests.support.forms_story import Day, live
from tests.support.waiting import eventually

OPENS_A_FORM = {
    ACTIONS.ANSWER,
    ACTIONS.SAY_OBSTACLE,
    ACTIONS.HELD_RISK_MENU,
    ACTIONS.OPEN_SETTINGS,
    ACTIONS.HAND_OVER,
    ACTIONS.EDIT_ANSWER,
    ACTIONS.ANSWER_LATE,
    ACTIONS.ANSWER_ACCOUNT,
    ACTIONS.EDIT_DRAFT,
    ACTIONS.ADD_EVIDENCE,
    ACTIONS.ATTESTOR,
    ACTIONS.COPY_AGENDA,
    ACTIONS.SET_MEETINGS,
    ACTIONS.COPY_PACKET,
    ACTIONS.PROVE_GAP,
    ACTIONS.EVIDENCE_MENU,
    ACTIONS.DOES_NOT_SHOW,
    ACTIONS.ADD_OUTCOME,
    ACTIONS.ADD_PERSON,
    ACTIONS.PEOPLE,
    ACTIONS.PERSON_MENU,
    ACTIONS.ADD_OBSTACLE,
    ACTIONS.ADD_PROMISE,
    ACTIONS.FIRST_WIN,
    ACTIONS.SETTLE_PLAN,
    ACTIONS.WOULD_BREAK,
    ACTIONS.UNFOLD_ANSWER,
    ACTIONS.SHOW_GAPS,
    ACTIONS.EDIT_GAP,
    ACTIONS.CLOSE_GAP,
    ACTIONS.GAP_MENU,
    ACTIONS.PUSH_EVIDENCE,
    ACTIONS.ISOLATE_SHARE,
    ACTIONS.ACCEPT_PACKET,
    ACTIONS.ASSIGN_RISK,
    ACTIONS.SNOOZE_RISK,
    ACTIONS.CLOSE_RISK,
    ACTIONS.STEP_MENU,
    ACTIONS.SETUP_PORTFOLIO,
    ACTIONS.SETUP_LOOPS,
    ACTIONS.JUDGE,
    ACTIONS.ANSWER_LOOP,
    ACTIONS.SET_THEME,
    ACTIONS.TELL_CUSTOMER,
    ACTIONS.CHOOSE_OWNER,
    ACTIONS.THEY_AGREED,
    ACTIONS.REVIEW_RETIREMENT,
    ACTIONS.AGREEMENT_DOES_NOT_SHOW,
    ACTIONS.ACCEPTANCE_DOES_NOT_SHOW,
    ACTIONS.ASK_ABOUT_ACCEPTANCE,
    ACTIONS.EDIT_ACCOUNT,
    ACTIONS.GIVE_ACCOUNT,
    ACTIONS.PAUSE_SERIES,
    ACTIONS.SET_BAND,
    ACTIONS.DEFAULT_SERIES,
    ACTIONS.ENTER_COSTS,
    ACTIONS.CHANGE_CALL,
    ACTIONS.CALL_AT_RISK,
    ACTIONS.PROMPT_AT_RISK,
    ACTIONS.RENEWED,
    ACTIONS.LEFT,
    ACTIONS.NEW_PORTFOLIO,
    ACTIONS.NEW_ACCOUNT,
    ACTIONS.TELL_TEAM,
    ACTIONS.LIST_FILTER,
    ACTIONS.FIRST_PORTFOLIO,
    ACTIONS.ADD_NAMED,
    ACTIONS.HOME_MENU,
}
SHOWS = {
    ACTIONS.OPEN_CARD,
    ACTIONS.CHOOSE_ACCOUNT,
    ACTIONS.SHOW_SERIES,
    ACTIONS.SHOW_HISTORY,
    ACTIONS.OLDER_HISTORY,
    ACTIONS.NEWER_HISTORY,
    ACTIONS.OPEN_PLAN,
    ACTIONS.OPEN_LIST,
    ACTIONS.OPEN_LINK,
    ACTIONS.OPEN_FILE,
    ACTIONS.NEXT_ACCOUNTS,
    ACTIONS.PREVIOUS_ACCOUNTS,
    ACTIONS.SHOW_PORTFOLIO,
    ACTIONS.SHOW_PORTFOLIO_PAGE,
    ACTIONS.SHOW_STAGES,
    ACTIONS.STALLED_PAGE,
    ACTIONS.PEOPLE_PAGE,
    ACTIONS.OPEN_PACKET,
    ACTIONS.OPEN_ACCEPTANCE_FILE,
    ACTIONS.OPEN_AGREEMENT_FILE,
    ACTIONS.OPEN_WOULD_BREAK_FILE,
    ACTIONS.SHOW_RENEWAL,
    ACTIONS.SHOW_RENEWALS,
    ACTIONS.RENEWALS_WINDOW,
    ACTIONS.SHOW_RETENTION,
    ACTIONS.RETENTION_CURRENCY,
    ACTIONS.SHOW_COHORTS,
    ACTIONS.SHOW_COSTS,
    ACTIONS.SHOW_LOST,
    ACTIONS.WHAT_I_CAN_DO,
    ACTIONS.SHOW_ACCOUNTS,
    ACTIONS.SORT_ACCOUNTS,
    ACTIONS.LOOK_UP_CUSTOMER,
    ACTIONS.OPEN_TEAM,
    ACTIONS.OPEN_HOME,
    ACTIONS.OPEN_PORTFOLIO,
    ACTIONS.LIST_SHOW,
    ACTIONS.LIST_SORT,
    ACTIONS.LIST_NEXT,
    ACTIONS.LIST_PREVIOUS,
    ACTIONS.LIST_TABLE,
    ACTIONS.LIST_TABLE_NEXT,
    ACTIONS.LIST_TABLE_PREVIOUS,
    ACTIONS.LIST_ROWS,
    ACTIONS.LIST_EXPORT,
    ACTIONS.LIST_ALL,
    ACTIONS.LIST_MORE,
    ACTIONS.LIST_OWNER,
    ACTIONS.FIND_CUSTOMER,
    ACTIONS.SHOW_STEPS,
    ACTIONS.ALL_MEETINGS,
    ACTIONS.MOVE_TODOS,
}
READS_ONLY = OPENS_A_FORM | SHOWS
"""Presses that change nothing of ours; every other one is pressed in the story."""

IN_A_SHARED_CHANNEL = {
    ACTIONS.CARD_MORE,
    ACTIONS.CONFIRM_RIGHT,
    ACTIONS.CONFIRM_CORRECT,
    ACTIONS.CONFIRM_DISAGREE,
    ACTIONS.CONFIRM_TAKE_BACK,
    ACTIONS.PERSON_IS,
    ACTIONS.PERSON_IS_NOT,
    CALLBACKS.ORGANISATION,
    CALLBACKS.ASK_CONFIRMATION,
    CALLBACKS.ASK_WHO,
    CALLBACKS.CONFIRM_CORRECT,
    CALLBACKS.CONFIRM_DISAGREE,
}
"""They need another organisation: `test_confirmations.py` sends each of them twice."""

DRAWN_WITH_A_DIGEST = {
    ACTIONS.SPOT_SHOWS,
    ACTIONS.SPOT_DOES_NOT_SHOW,
    ACTIONS.SPOT_CANNOT_OPEN,
    CALLBACKS.SPOT_NOT_SHOWN,
}
"""They come with the second digest: `test_spot_checks.py` presses each of them."""

NEAR_A_RENEWAL = {
    ACTIONS.PROMPT_COMMIT,
    ACTIONS.PROMPT_LIKELY,
    ACTIONS.PROMPT_UNKNOWN,
    CALLBACKS.PROMPT_CALL,
}
"""They come when a renewal is near: `test_loop.py` sends each of them twice."""

WITHOUT_A_PLAN = {ACTIONS.ASK_FOR_PLAN}
"""It comes where nothing is written down: `test_card.py` presses it twice."""
IN_A_FRESH_WORKSPACE = {CALLBACKS.TELL_TEAM}
"""It comes once in a workspace: `test_first_words.py` sends it twice."""
AFTER_A_DAY = {ACTIONS.REMIND_OWNER}
"""It comes when nobody has taken a risk for a day: `test_managers.py` presses it twice."""
IN_THE_MORNING = {
    ACTIONS.MEETING_MENU,
    ACTIONS.MORNING_MENU,
    ACTIONS.TICK_TODO,
}
"""They stand in the morning message: `test_morning.py` sends each of them twice."""

_OF_DELIVERY = {"channel_gate", "workspace_gate"}
_COUNTED = [table for table in metadata.sorted_tables if table.name not in _OF_DELIVERY]


@dataclass
class Standing:
    """What stands: rows by table, lines of history among them, and the messages that people can see."""

    rows: dict[str, int]
    messages: dict[str, int]


_COUNTS = union_all(
    *(select(literal(table.name).label("name"), func.count().label("rows")).select_from(table) for table in _COUNTED)
)


def standing(stage: Stage) -> Standing:
    rows = stage.read(lambda session: {row.name: row.rows for row in session.execute(_COUNTS)})
    channels = ("general", "cs-north", "product")
    messages = {name: len(stage.sandbox.messages(name)) for name in channels}
    people = {who: len(stage.person(who).dm()) for who in ("maya", "ines", "tom")}
    return Standing(rows, messages | people)


def lines_of_history(stage: Stage) -> list[tuple[Any, ...]]:
    names = ("entity", "entity_id", "surface", "before", "after", "why")
    lines = select(*(schema.history.c[name] for name in names)).order_by(schema.history.c.id)
    return stage.read(lambda session: [tuple(row) for row in session.execute(lines)])


Steps = list[tuple[str, Standing]]
Send = Callable[[], Awaitable[None]]
Twice = Callable[[Stage, Send], Awaitable[None]]
TROUBLE = {"slack.refused", "slack.failed", "slack.late", "slack.untold", "slack.database_away", "slack.unknown"}


async def tell(stage: Stage, twice: Twice) -> tuple[Steps, set[str]]:
    """Live the day with every sending done by `twice`; what stood after each step, and the names of all steps."""
    steps: Steps = []

    async def step(name: str, send: Send) -> None:
        await twice(stage, send)
        await stage.settle()
        steps.append((name, standing(stage)))

    await live(Day(stage, step))
    return steps, {name for name, _ in steps}


async def plainly(stage: Stage, send: Send) -> None:
    await send()


async def after(stage: Stage, send: Send) -> None:
    stage.sandbox.duplicate_next()
    await send()


async def together(stage: Stage, send: Send) -> None:
    stage.sandbox.duplicate_next(together=True)
    await send()


async def compare(plain: Stage, doubled: Mapping[str, tuple[Stage, Twice]]) -> None:
    """Live the day plainly on one stage and doubled on the others: the same stands after every step."""
    with structlog.testing.capture_logs() as logged:
        try:
            (once, _), *others = await asyncio.gather(
                tell(plain, plainly), *(tell(stage, twice) for stage, twice in doubled.values())
            )
        except FormError as refused:
            refused.add_note(str([line for line in logged if line["event"] in TROUBLE]))
            raise
    assert [line for line in logged if line["event"] in TROUBLE] == [], "a second delivery is answered like the first"
    for how, (steps, _) in zip(doubled, others, strict=True):
        for (name, alone), (same, both) in zip(once, steps, strict=True):
            assert name == same
            assert both.rows == alone.rows, (how, name)
            assert both.messages == alone.messages, (how, name)


@asynccontextmanager
async def another(directory: Path, template: Path) -> AsyncIterator[Stage]:
    """A further stage like the first."""
    await asyncio.to_thread(directory.mkdir)
    async with staged(directory, database=template) as running:
        yield running


@pytest.fixture
async def replicated(tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    """A stage on PostgreSQL, where two deliveries at once are two transactions at once."""
    name, settings_for = postgres.create(), bot_process.settings_for

    def on_postgres(*given: Any) -> Settings:
        return settings_for(*given).model_copy(update={"database_url": postgres.url(name)})

    directory = tmp_path / "replicated"
    directory.mkdir()
    with monkeypatch.context() as moved:
        moved.setattr(bot_process, "settings_for", on_postgres)
        async with staged(directory) as running:
            moved.undo()  # only this stage is on PostgreSQL
            yield running
    postgres.drop(name)


async def test_a_day_of_doubled_deliveries_leaves_what_a_day_of_single_ones_does(
    stage: Stage, replicated: Stage, tmp_path: Path, sqlite_template: Path
) -> None:
    """One day of single deliveries beside three of doubled ones: each is long, so the first is lived once."""
    assert replicated.bot.database.dialect == "postgresql"
    async with (
        another(tmp_path / "after", sqlite_template) as one_later,
        another(tmp_path / "together", sqlite_template) as at_once,
    ):
        doubled = {
            "one after the other": (one_later, after),
            "at once": (at_once, together),
            "at once on PostgreSQL": (replicated, together),
        }
        await compare(stage, doubled)


async def test_what_comes_again_after_all_else_has_happened_changes_nothing(stage: Stage) -> None:
    courier, kept = stage.sandbox.world.courier, list[Parcel]()
    deliver = courier.deliver

    async def keep(parcel: Parcel) -> Any:
        kept.append(parcel)
        return await deliver(parcel)

    async def send_and_keep(stage: Stage, send: Send) -> None:
        courier.deliver = keep  # type: ignore[method-assign]  # only listens
        await send()
        courier.deliver = deliver  # type: ignore[method-assign]  # as it was

    _, names = await tell(stage, send_and_keep)
    elsewhere = IN_A_SHARED_CHANNEL | DRAWN_WITH_A_DIGEST | NEAR_A_RENEWAL | WITHOUT_A_PLAN | IN_A_FRESH_WORKSPACE
    elsewhere |= AFTER_A_DAY | IN_THE_MORNING
    assert names >= {*CALLBACKS, *(set(ACTIONS) - READS_ONLY), "/answer"} - elsewhere
    assert len(kept) >= len(names)
    await stage.go_on(minutes=25)
    before, lines = standing(stage), lines_of_history(stage)
    with structlog.testing.capture_logs() as logged:
        for parcel in kept:
            answer = await deliver(parcel)
            assert not isinstance(answer, dict) or answer.get("response_action") != "errors", parcel.payload
        await stage.settle()
    assert [line for line in logged if line["event"] in TROUBLE] == []
    assert standing(stage) == before
    assert lines_of_history(stage) == lines


async def test_a_form_sent_again_after_the_database_was_too_slow_is_recorded_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(stage)
    ines = stage.person("ines")
    await ines.command("/proof acme plan")
    await ines.click(ACTIONS.ADD_OBSTACLE)
    typed = {"kind": "approvals", "text": "Their security review"}
    with monkeypatch.context() as hurried:
        hurried.setattr(edge, "ANSWER_SECONDS", 0.05)
        with stage.bot.database.begin() as session:
            session.connection()
            with pytest.raises(FormError) as away:
                await ines.submit(typed)
    assert "try again" in str(away.value.errors)
    await eventually(lambda: standing(stage).rows["obstacle"] == 1)
    with pytest.raises(FormError) as changed:
        await ines.submit({"text": "Their security review and the works council"})
    assert "This was saved when you first pressed" in str(changed.value.errors)
    await ines.submit(typed)
    assert ines.modal is None
    assert standing(stage).rows["obstacle"] == 1


async def test_forms_that_follow_one_another_are_submissions_of_their_own(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    for _ in range(2):
        await ines.command("/proof acme plan")
        await ines.click(ACTIONS.ADD_OBSTACLE)
        await ines.submit({"kind": "approvals", "text": "Their security review"})
    assert standing(stage).rows["obstacle"] == 2, "the same words in a form that was opened again"
    await ines.command("/proof acme plan")
    await ines.click(ACTIONS.ADD_OUTCOME)
    await ines.submit({"title": "Fewer tickets", "metric": "tickets", "direction": "down"})
    await ines.submit({"baseline": "40", "shelf_life_days": "90"})
    await ines.submit({"agreed_by": "1", "agreement_link": "https://acme.example/minutes"})
    assert standing(stage).rows["outcome"] == 2
    assert stage.read(lambda s: s.execute(select(schema.outcome.c.baseline)).scalars().all()) == [15, 40]


async def test_a_second_press_is_no_second_delivery(stage: Stage) -> None:
    fill(stage)
    tom = stage.person("tom")
    await tom.command("/proof acme", "cs-north")
    await stage.settle()  # what the clock has to say of the account comes first
    before = len(stage.sandbox.messages("cs-north"))
    for count in (1, 2):
        await tom.click(ACTIONS.SHARE_CARD)
        assert len(stage.sandbox.messages("cs-north")) == before + count
