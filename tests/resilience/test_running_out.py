"""A process without descriptors or memory loses no message for it: what failed is sent once there are some again."""

from __future__ import annotations

import asyncio
import errno
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import select

from bot.outbox.queue import put
from bot.outbox.types import Destination, Outgoing
from bot.store.engine import Database
from bot.store.schema.outbox import outbox
from tests.support.believable import fill
from tests.support.bot_process import Stage
from tests.support.channel_log import FAST, Office, message
from tests.support.waiting import eventually


def failures_of(database: Database, key: str) -> int:
    with database.reading() as session:
        return int(session.execute(select(outbox.c.failures).where(outbox.c.key == key)).scalar_one())


def caused_by_descriptors() -> Exception:
    """What a renderer makes of a file that cannot be opened."""
    error = LookupError("no such template")
    error.__cause__ = OSError(errno.EMFILE, "Too many open files")
    return error


@pytest.mark.parametrize(
    "error",
    [OSError(errno.EMFILE, "Too many open files"), MemoryError(), caused_by_descriptors()],
    ids=["descriptors", "memory", "a cause"],
)
async def test_a_message_that_could_not_be_rendered_for_want_of_anything_is_never_dead(
    database: Database, error: Exception
) -> None:
    office = Office(database)
    office.channels.broken["a"] = error
    office.put(message("a"))
    sending = asyncio.create_task(office.sender.drain())
    await eventually(lambda: failures_of(database, "a") > FAST.render_attempts)
    del office.channels.broken["a"]
    await sending
    assert office.ends()["a"] == ("sent", "effectively once")
    assert office.observer.seen == {"sent effectively once": 1}


def retries() -> float:
    """How many sends of this process will be tried again."""
    value = REGISTRY.get_sample_value("proofline_retries_total")
    assert value is not None
    return value


@contextmanager
def no_descriptor_left() -> Iterator[None]:
    """Nothing in this process can be opened meanwhile; what is open stays so."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    probe = os.open(os.devnull, os.O_RDONLY)
    os.close(probe)
    resource.setrlimit(resource.RLIMIT_NOFILE, (probe, hard))
    try:
        with pytest.raises(OSError, match="Too many open files"):
            os.open(os.devnull, os.O_RDONLY)
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def test_messages_that_fall_due_without_a_descriptor_arrive_once(stage: Stage) -> None:
    people = [stage.person(name) for name in ("maya", "tom", "ines")]
    for person in people:
        told = Outgoing(
            key=f"news:{person.id}",
            workspace_id=stage.workspace_id,
            kind="undelivered",
            channel=person.id,
            destination=Destination.USER,
            args={"kind": "digest", "place": "C0LOST", "to_person": False, "code": "is_archived"},
            due_at=stage.now,
        )
        stage.write(partial(put, message=told, now=stage.now))
    before = retries()
    with no_descriptor_left():
        sending = asyncio.create_task(stage.bot.drain())
        await eventually(lambda: retries() > before)
    await sending
    assert [len(person.dm()) for person in people] == [1] * len(people)


async def test_texts_are_read_at_the_start(stage: Stage) -> None:
    """The first refusal of a process, and the first rendering of its template, need no file."""
    fill(stage)
    with no_descriptor_left():
        await stage.person("ines").command("/proof risk of nobody")
        await stage.person("ines").command("/proof acme")
    [refusal, card] = stage.person("ines").sees()
    assert "nobody" in stage.person("ines").text(refusal)
    assert "Acme" in stage.person("ines").text(card)
