"""Which finished messages go and which stay, on both databases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import inspect, select, text, update
from sqlalchemy.orm import Session

from bot.app.message_kinds import retention_rules
from bot.domain.enums import PromptState
from bot.features.meetings import prompts
from bot.features.meetings import queries as meeting_queries
from bot.outbox import lookup
from bot.outbox.queue import put
from bot.outbox.retention import BATCH, Posts, prune
from bot.outbox.types import Op, Outgoing
from bot.rooms import JOBS, MESSAGE_KINDS, with_pruning
from bot.store import schema
from bot.store.admin import migrations
from bot.store.engine import Database, db_now
from bot.store.schema.outbox import outbox
from tests.support.databases import Databases
from tests.support.factory import NOON, add_workspace
from tests.support.world import MONDAY, build

RETENTION = timedelta(days=90)
RULES = retention_rules(MESSAGE_KINDS)
STAYING = [kind.name for kind in MESSAGE_KINDS if kind.retention.posts is Posts.STAY]
LONG_AGO = NOON - timedelta(days=200)
LATER = MONDAY + timedelta(days=200)
PROMPTED = MONDAY + timedelta(days=1, hours=4)


def add(session: Session, key: str, kind: str = "reminder", state: str = "sent", **more: object) -> None:
    """A message that came to this state `LONG_AGO`, claimed by no sender any more."""
    values = {"workspace_id": 1, "channel": "C1", "due_at": LONG_AGO, **more}
    assert put(session, Outgoing(key=key, kind=kind, **values), LONG_AGO)  # type: ignore[arg-type]  # a short hand
    over = {"finished_at": LONG_AGO, "claimed_at": LONG_AGO}
    row = outbox.c.key == key
    session.execute(update(outbox).where(row).values(state=state, **over if state != "waiting" else {}))


def newest(session: Session) -> None:
    """The newest message always stays, so tests of what goes put one more."""
    add(session, "newest", "risk")


def prune_all(database: Database, now: datetime = NOON, retention: timedelta = RETENTION) -> int:
    """Prune to the end; returns the number of batches."""
    batches = 0
    while True:
        with database.begin() as session:
            if not prune(RULES, retention, session, now):
                return batches
        batches += 1


def keys(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.execute(select(outbox.c.key).order_by(outbox.c.id)).scalars())


def test_every_kind_of_message_either_goes_or_stays() -> None:
    posts = {rule.kind for rule in RULES if rule.op is Op.POST}
    assert posts | set(STAYING) == {kind.name for kind in MESSAGE_KINDS}
    assert not posts & set(STAYING)


@pytest.mark.parametrize("kind", sorted({rule.kind for rule in RULES if rule.op is Op.POST and not rule.of_a_prompt}))
def test_what_is_over_for_long_goes_and_a_kind_that_stays_does_not(database: Database, kind: str) -> None:
    with database.begin() as session:
        add(session, "sent", kind)
        add(session, "dropped", kind, "dropped")
        add(session, "dead", kind, "dead")
        add(session, "waiting", kind, "waiting")
        for staying in STAYING:
            add(session, staying, staying)
        add(session, "unknown", "something of another version")
        newest(session)
    prune_all(database)
    assert keys(database) == ["dead", "waiting", *STAYING, "unknown", "newest"]


def test_a_message_stays_for_the_retention_to_the_moment(database: Database) -> None:
    with database.begin() as session:
        add(session, "a")
        newest(session)
    assert prune_all(database, LONG_AGO + RETENTION) == 0
    assert prune_all(database, LONG_AGO + RETENTION + timedelta(seconds=1)) == 1
    assert keys(database) == ["newest"]


def test_a_message_that_a_sender_had_within_a_day_stays_wherever_the_clock_leaps(database: Database) -> None:
    with database.begin() as session:
        add(session, "a")
        newest(session)
        session.execute(update(outbox).values(claimed_at=db_now(session) - timedelta(hours=23)))
    assert prune_all(database) == 0
    database.clock_offset += timedelta(hours=2)
    assert prune_all(database) == 1


@pytest.mark.parametrize("state", ["waiting", "parked", "sending", "dead"])
def test_what_an_open_or_dead_message_points_at_stays(database: Database, state: str) -> None:
    with database.begin() as session:
        add(session, "digest", "digest")
        add(session, "other", "digest")
        add(session, "page", "digest-rest", "waiting", thread_key="digest", channel=None)
        add(session, "card", "trigger")
        add(session, "card@1", "trigger", "waiting", op=Op.UPDATE, target_key="card", channel=None)
        newest(session)
        session.execute(update(outbox).where(outbox.c.key.in_(["page", "card@1"])).values(state=state))
    prune_all(database)
    assert keys(database) == ["digest", "page", "card", "card@1", "newest"]
    with database.begin() as session:
        session.execute(update(outbox).where(outbox.c.key != "newest").values(state="sent", finished_at=NOON))
    assert prune_all(database, NOON + RETENTION) == 0
    assert prune_all(database, NOON + 2 * RETENTION) > 0
    assert keys(database) == ["newest"]


def test_a_prompt_goes_once_it_is_closed_and_no_later_update_of_it_is_young(database: Database) -> None:
    with database.begin() as session:
        build(session)
        assert prompts.open_due_prompts(session, PROMPTED)
        newest(session)
        sent(session, PROMPTED)
    prompt_id = the_prompt(database)
    assert prune_all(database, LATER) == 0
    with database.begin() as session:
        assert prompts.close_silent(session, LATER)
        sent(session, LATER)
    assert prune_all(database, LATER + RETENTION) == 0
    assert len(keys(database)) == 3
    with database.begin() as session:
        newest_id = session.execute(select(outbox.c.id).where(outbox.c.key == "newest")).scalar_one()
        session.execute(update(outbox).where(outbox.c.id == newest_id).values(id=newest_id + 100))
    assert prune_all(database, LATER + RETENTION + timedelta(days=1)) == 2
    assert keys(database) == ["newest"]
    with database.begin() as session:
        prompt = meeting_queries.by_id(session, 1, prompt_id)
        assert prompt is not None and prompt.state is PromptState.SILENT
        prompts.refresh_messages(session, prompt, LATER)
    assert keys(database) == ["newest"]


def sent(session: Session, now: datetime) -> None:
    """Everything that is open is sent now."""
    over = {"state": "sent", "finished_at": now, "claimed_at": LONG_AGO, "sent_channel": "D1", "sent_ts": "1.1"}
    session.execute(update(outbox).where(outbox.c.finished_at.is_(None)).values(over))


def the_prompt(database: Database) -> int:
    with database.reading() as session:
        return int(session.execute(select(schema.prompt.c.id)).scalar_one())


def test_a_backlog_goes_in_batches(database: Database) -> None:
    with database.begin() as session:
        for number in range(BATCH + 7):
            add(session, f"r{number}")
        newest(session)
    with database.begin() as session:
        assert prune(RULES, RETENTION, session, NOON)
    assert len(keys(database)) == 8
    assert prune_all(database) == 1


def test_the_newest_message_stays_so_that_its_id_is_never_given_again(database: Database) -> None:
    with database.begin() as session:
        add(session, "a")
        add(session, "b")
    prune_all(database)
    assert keys(database) == ["b"]


def test_the_clock_of_a_running_bot_prunes_after_what_the_settings_say(database: Database) -> None:
    *others, job = with_pruning(timedelta(days=40))
    assert tuple(others) == JOBS
    with database.begin() as session:
        add(session, "a")
        newest(session)
        assert not job.do_one(session, LONG_AGO + timedelta(days=39))
        assert job.do_one(session, LONG_AGO + timedelta(days=41))
        assert not job.do_one(session, LONG_AGO + timedelta(days=41))


def test_replicas_skip_what_another_prunes_and_what_is_about_to_be_updated(databases: Databases) -> None:
    database = Database(databases.fresh())
    add_workspace(database)
    with database.begin() as session:
        build(session)
        assert prompts.open_due_prompts(session, PROMPTED)
        assert prompts.close_silent(session, MONDAY + timedelta(days=9))
        add(session, "a")
        newest(session)
        sent(session, PROMPTED)
        session.execute(text("DELETE FROM outbox WHERE op = 'update'"))
    prompt_id = the_prompt(database)
    if database.dialect == "sqlite":  # its writers take turns
        assert prune_all(database, LATER) == 2
        database.dispose()
        return
    with database.session() as one, database.session() as two, database.session() as three:
        assert prune(RULES, RETENTION, one, LATER)
        assert lookup.posts_of(two, 1, f"prompt:{prompt_id}") == [(f"prompt:{prompt_id}", "U0MAYA")]
        assert not prune(RULES, RETENTION, three, LATER)
        prompt = meeting_queries.by_id(two, 1, prompt_id)
        assert prompt is not None
        prompts.refresh_messages(two, prompt, LATER)
        two.commit()
        one.commit()
    assert prune_all(database, LATER) == 0
    assert keys(database)[:2] == [f"prompt:{prompt_id}", "newest"]
    database.dispose()


def test_the_messages_of_a_prompt_are_a_range_of_keys_and_no_other_prompts(database: Database) -> None:
    wanted = ["prompt:1", "prompt:1:again:20260303T1200", "prompt:1:to:7:1700000000"]
    with database.begin() as session:
        for key in ("prompt:10", "prompt:10:to:7:1", "prompt:2", "prompt:1@7.5", "reminder:1", *reversed(wanted)):
            add(session, key, "prompt")
        add(session, "prompt:1:to:7:1700000000@8.5", "prompt", op=Op.UPDATE, target_key="prompt:1", channel=None)
        assert [key for key, _ in lookup.posts_of(session, 1, "prompt:1")] == wanted
        assert lookup.posts_of(session, 2, "prompt:1") == []


@pytest.mark.slow
@pytest.mark.parametrize("version", ["0001", "0002", "0003"])
def test_an_outbox_of_any_earlier_version_comes_along(databases: Databases, version: str) -> None:
    database = Database(databases.empty())
    migrations.upgrade(database, version)
    add_workspace(database)
    with database.begin() as session:
        add(session, "risk:1", "risk")
        add(session, "risk:1@2", "risk", op=Op.UPDATE, target_key="risk:1", channel=None)
        add(session, "risk-note:1:2", "risk-note", "waiting", thread_key="risk:1", channel=None)
        names = [column["name"] for column in inspect(session.connection()).get_columns("outbox")]
        before = content(session, names)
    assert migrations.upgrade(database)
    assert migrations.differences(database) == []
    assert collation_of_keys(database) == "C"
    with database.begin() as session:
        assert content(session, names) == before
        assert not put(session, Outgoing(key="risk:1", kind="risk", workspace_id=1, channel="C1", due_at=NOON), NOON)
    prune_all(database)
    assert keys(database) == ["risk:1", "risk-note:1:2"]
    database.dispose()


def collation_of_keys(database: Database) -> str:
    """What a range of keys needs, whatever the language of the database; SQLite always compares bytes."""
    if database.dialect == "sqlite":
        return "C"
    asked = "SELECT collation_name FROM information_schema.columns WHERE table_name = 'outbox' AND column_name = 'key'"
    with database.reading() as session:
        return str(session.execute(text(asked)).scalar_one())


def content(session: Session, names: Sequence[str]) -> list[Mapping[str, object]]:
    query = select(*(outbox.c[name] for name in names)).order_by(outbox.c.id)
    return [dict(row) for row in session.execute(query).mappings()]
