"""Meeting series in Slack: the form shows what runs, saving says what is next, and today is the reader's day."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bot.store import account_terms, ledger, schema
from sandbox.errors import FormError
from sandbox.person import Person
from tests.support.believable import fill
from tests.support.bot_process import Stage


def words(person: Person) -> str:
    """What the open modal says, without marks and line breaks."""
    return " ".join(person.text(person.modal).replace("*", "").split())


async def test_saving_a_form_again_changes_only_what_was_changed(stage: Stage) -> None:
    """Acme meets on Wednesdays at 10:00; today is a Tuesday."""
    fill(stage)
    ines = stage.person("ines")
    await ines.command("/proof acme cadence")
    await ines.submit({"lead_hours": "48"})
    said = words(ines)
    assert "weekly sync, every week, next" in said and "is asked 48 hours before" in said
    with stage.bot.database.reading() as session:
        series = session.execute(schema.cadence.select().where(schema.cadence.c.active)).mappings().all()
    assert [(row["next_meeting_at"], row["lead_hours"]) for row in series] == [
        (datetime(2026, 3, 4, 10, tzinfo=UTC), 48)
    ]


async def test_the_form_shows_each_kind_as_it_runs(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    await ines.command("/proof acme cadence")
    await ines.click("cadence.kind", selected="business_review")
    await ines.submit({"repeat": "monthly_weekday", "first_day": "2026-03-17", "at": "14:30", "on_holiday": "move"})
    assert "business review, every month on the third Tuesday, next" in words(ines)
    await ines.close()
    await ines.command("/proof acme cadence")
    await ines.click("cadence.kind", selected="business_review")
    await ines.submit({"lead_hours": "72"})
    assert "third Tuesday" in words(ines) and "72 hours" in words(ines)
    await ines.close()
    await ines.command("/proof acme cadence")
    assert "Weekly sync, every week" in words(ines) and "Business review, every month on the third Tuesday" in words(
        ines
    )


async def test_a_mistake_is_shown_at_its_input_whatever_kind_is_shown(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    await ines.command("/proof acme cadence")
    await ines.click("cadence.kind", selected="business_review")
    with pytest.raises(FormError) as refused:
        await ines.submit({"tz": "Mars/Base"})
    assert list(refused.value.errors) == ["tz.business_review"]


async def test_a_public_holiday_is_said_and_moves_what_should_move(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    await ines.command("/proof acme cadence")
    await ines.click("cadence.kind", selected="renewal_readout")
    monday = {"first_day": "2026-04-06", "at": "10:00", "tz": "Europe/Berlin", "repeat": "weekly"}
    await ines.submit({**monday, "on_holiday": "stay"})
    assert "(that is Easter Monday)" in words(ines)
    await ines.close()
    await ines.command("/proof acme cadence")
    await ines.click("cadence.kind", selected="renewal_readout")
    await ines.submit({"on_holiday": "move"})
    assert "(moved from 6 Apr 2026, Easter Monday)" in words(ines)


async def test_today_on_the_card_is_the_readers_day(stage: Stage) -> None:
    """2:00 UTC on 4 March is still the evening of the third in New York."""
    fill(stage)
    ines = stage.person("ines")
    await stage.settle()
    with stage.bot.database.begin() as session:
        session.execute(schema.member.update().where(schema.member.c.slack_id == ines.id).values(tz="America/New_York"))
        (account,) = (
            session.execute(schema.account.select().where(schema.account.c.name == "Acme GmbH")).mappings().all()
        )
        by = ledger.Author(account["workspace_id"], None, "test")
        renews = {**account, "renewal_date": date(2026, 3, 4)}
        account_terms.add_stand_ins(session, by, [(account["id"], renews)], stage.now)
        account_terms.follow(session, by, [account["id"]], stage.now)
    await stage.go_to(datetime(2026, 3, 4, 2, tzinfo=UTC))
    await ines.command("/proof acme")
    assert "*4 Mar*, in 1 day" in ines.text(ines.sees()[-1])
