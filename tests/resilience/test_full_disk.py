"""A disk that is full: what is there can be read, what is typed is not lost, and all goes on once there is room."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, select

from bot.store import schema
from bot.store.engine import Use
from sandbox.errors import FormError
from tests.support.believable import ASKED, fill
from tests.support.bot_process import Stage


@contextmanager
def full(stage: Stage) -> Iterator[None]:
    """The SQLite file takes no page more meanwhile, as on a full disk."""
    with stage.bot.database.reading() as session:
        pages = session.connection().exec_driver_sql("PRAGMA page_count").scalar_one()
    most = {"pages": pages}

    def limit(connection: Any, _record: object, _proxy: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {most['pages']}")

    engines = [stage.bot.database.engines[use] for use in (Use.BACKGROUND, Use.PEOPLE)]
    for engine in engines:
        event.listen(engine, "checkout", limit)
    try:
        yield
    finally:
        most["pages"] = 2**30


async def test_a_full_disk_loses_nothing_that_is_typed_and_stops_no_reading(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    await stage.go_to(ASKED)
    await ines.click("prompt.answer")
    typed = {"change": "nothing", "unproven": "Legal " * 300}
    with full(stage):
        with pytest.raises(FormError) as refused:
            await ines.submit(typed)
        [sentence] = refused.value.errors.values()
        assert "What you typed is not lost" in sentence
        await ines.command("/proof acme")
        assert "Acme GmbH" in ines.text(ines.sees()[-1])
    await ines.submit()
    answers = stage.read(lambda session: session.execute(select(schema.answer.c.id)).all())
    assert len(answers) == 1
