"""A lane's threads are shared out: by kind of work, by person, and only to those who still wait."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest

from bot.slack.lanes import Lane
from tests.support.waiting import PATIENCE_SECONDS, eventually


class Held:
    """Work that goes on until it is released, and counts how much of it has begun."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self._release = threading.Event()

    def work(self, name: str) -> str:
        self.begun.append(name)
        assert self._release.wait(PATIENCE_SECONDS)
        return name

    def release(self) -> None:
        self._release.set()


@pytest.fixture
async def held() -> AsyncIterator[Held]:
    made = Held()
    yield made
    made.release()


def begin(lane: Lane, who: str, held: Held, *names: str) -> list[asyncio.Task[str]]:
    return [asyncio.create_task(lane.run(who, lambda name=name: held.work(name))) for name in names]  # type: ignore[misc]


async def test_a_person_has_only_their_share_and_the_rest_waits_without_a_thread(held: Held) -> None:
    lane = Lane("test", threads=3, each=2)
    mine = begin(lane, "ines", held, "1", "2", "3", "4")
    await eventually(lambda: len(held.begun) == 2)
    assert lane.is_full("ines")
    assert not lane.is_full("tom")
    assert await lane.run("tom", lambda: "at once") == "at once"
    assert held.begun == ["1", "2"]
    held.release()
    assert await asyncio.gather(*mine) == ["1", "2", "3", "4"]
    await eventually(lambda: not lane.is_full("ines"))


async def test_work_that_nobody_waits_for_any_more_never_begins(held: Held) -> None:
    lane = Lane("test", threads=1, each=1)
    first, mine = begin(lane, "ines", held, "first", "mine")
    [theirs] = begin(lane, "tom", held, "theirs")
    await eventually(lambda: held.begun == ["first"])
    for task in (mine, theirs):
        task.cancel()
    await asyncio.wait([mine, theirs])
    held.release()
    assert await first == "first"
    assert await lane.run("tom", lambda: held.work("next")) == "next"
    assert held.begun == ["first", "next"]


async def test_work_that_has_begun_is_its_persons_until_it_ends(held: Held) -> None:
    lane = Lane("test", threads=2, each=1)
    [given_up] = begin(lane, "ines", held, "given up")
    await eventually(lambda: held.begun == ["given up"])
    given_up.cancel()
    await asyncio.wait([given_up])
    assert lane.is_full("ines")
    held.release()
    await eventually(lambda: not lane.is_full("ines"))


async def test_work_that_fails_gives_its_turn_back() -> None:
    lane = Lane("test", threads=1, each=1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            await lane.run("ines", lambda: 1 // 0)
    await eventually(lambda: not lane.is_full("ines"))
