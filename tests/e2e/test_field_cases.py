"""Inputs of the field that show in Slack only: `n02` and the second half of `d05` of `tests/data/cases`.

`b01` is in `tests/app/test_recurrence.py`, `b02` and the first half of `d05` are in `tests/e2e/test_series.py`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import select

from bot.features.imports.row_reader import Options
from bot.features.imports.run import File, ImportRun, import_accounts
from bot.store import schema
from tests.support.believable import fill
from tests.support.bot_process import Stage

CASES = Path(__file__).parents[1] / "data" / "cases" / "import"


async def test_n02_both_accounts_of_one_name_are_offered(stage: Stage) -> None:
    fill(stage)
    file = File("n02-same-name.csv", (CASES / "n02-same-name.csv").read_bytes())
    import_accounts(ImportRun(stage.bot.database, stage.workspace_id, stage.now), file, Options())
    ines = stage.person("ines")
    await ines.command("/proof birch")
    assert "Several accounts match *birch*" in ines.text(ines.sees()[-1])
    await ines.click("card.choose.1")
    assert "90,000 EUR" in ines.text(ines.sees()[-1])


async def test_d05_tomorrow_in_an_answer_is_the_day_after_the_writers_today(stage: Stage) -> None:
    """2:00 UTC on 4 March is still the evening of the third in New York."""
    fill(stage)
    ines = stage.person("ines")
    await stage.settle()
    with stage.bot.database.begin() as session:
        session.execute(schema.member.update().where(schema.member.c.slack_id == ines.id).values(tz="America/New_York"))
    await stage.go_to(datetime(2026, 3, 4, 2, tzinfo=UTC))
    await ines.command("/answer acme changed: legal signs alone next: send figures by tomorrow")
    await ines.click("answer.confirm", message=ines.sees()[-1])
    with stage.bot.database.reading() as session:
        due = session.execute(
            select(schema.action.c.due_on).where(schema.action.c.text.contains("figures"))
        ).scalar_one()
    assert due == date(2026, 3, 4)
