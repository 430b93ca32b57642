"""Links, kept files and countersigns, acted as people act: who could check a piece, and what came of it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.resources import MANIFEST
from bot.store import ledger, schema
from bot.store.entities import Entity
from sandbox.errors import FormError
from sandbox.model import Json
from sandbox.person import Person
from tests.support.believable import fill
from tests.support.bot_process import Stage, staged

FIGURE = {"outcome": "1", "value": "5", "source": "customer_system", "as_of": "2026-03-02", "attested_by": "1"}
PAGE = "https://acme.example/signing"
PICTURE = b"\x89PNG a screenshot of theirs"


def words(person: Person) -> str:
    """What the open modal says, without marks and line breaks."""
    return " ".join(person.text(person.modal).replace("*", "").split())


def read(person: Person, where: str | None = None) -> str:
    """What the newest message says, without marks and line breaks."""
    message = person.sees()[-1] if where is None else person.sees(where)[-1]
    return " ".join(person.text(message).replace("*", "").replace("_", "").split())


async def record(ines: Person, **more: object) -> None:
    """Inês records 5 days of today."""
    await ines.command("/proof acme")
    await ines.click("card.evidence")
    await ines.submit({**FIGURE, **more})


async def test_without_a_link_it_is_measured_and_says_so(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    await record(ines)
    assert words(ines).count("ecorded by Inês Duarte, no witness") == 1
    await ines.close()
    await ines.command("/proof acme")
    assert "Acme GmbH: 0% proven" in read(ines)


async def test_a_bare_link_counts_for_14_days(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    await record(ines, link=PAGE)
    await ines.close()
    await ines.command("/proof acme")
    assert "1 outcome, proven · 0% seen by somebody else" in read(ines)
    assert "linked by Inês Duarte, nobody else has looked" in read(ines)
    await stage.go_on(days=14)
    await ines.command("/proof acme")
    assert "Acme GmbH: 0% proven" in read(ines)
    assert "nobody outside the account team has seen what shows it" in read(ines)


@pytest.mark.parametrize(
    ("link", "told"),
    [
        ("https://bit.ly/3xYz", "A short link does not show"),
    ],
)
async def test_a_link_that_shows_nothing_is_refused_and_nothing_is_lost(stage: Stage, link: str, told: str) -> None:
    fill(stage)
    ines = stage.person("ines")
    with pytest.raises(FormError) as refused:
        await record(ines, link=link)
    assert told in refused.value.errors["link"]
    await ines.submit({"link": PAGE})
    assert "Confirmed in their system" in words(ines)


async def test_a_link_serves_one_day_until_a_colleague_has_opened_it(stage: Stage) -> None:
    fill(stage)
    ines, maya = stage.person("ines"), stage.person("maya")
    await record(ines, link=f"{PAGE}/?utm_source=mail#top")
    await ines.close()
    await stage.go_on(days=1)
    again = {"as_of": "2026-03-03", "value": "4.5", "link": PAGE}
    with pytest.raises(FormError) as refused:
        await record(ines, **again)
    assert "This link already shows 5 days as of 2 Mar 2026" in refused.value.errors["link"]
    await ines.close()
    await maya.command("/proof acme evidence")
    await maya.click("evidence.shows")
    await record(ines, **again)
    assert "Linked by Inês Duarte, not seen by anybody else" in words(ines)


async def test_a_colleague_opens_it_and_it_shows_this(stage: Stage) -> None:
    fill(stage)
    ines, tom = stage.person("ines"), stage.person("tom")
    await record(ines, link=PAGE)
    await ines.close()
    await ines.command("/proof acme evidence")
    assert "It shows this" not in read(ines)
    await tom.command("/proof acme evidence")
    assert button(tom, "evidence.open")["url"] == PAGE
    await tom.click("evidence.open")
    await tom.click("evidence.shows")
    assert "1 piece of evidence, 100% proven." in read(tom)
    assert "Seen by Tom Okafor on 3 Mar " in read(tom)
    assert "evidence.shows" not in str(tom.sees()[-1]) and "agreement.shows" in str(tom.sees()[-1])
    await stage.go_on(days=30)
    await ines.command("/proof acme")
    assert "100% proven" in read(ines)


async def test_it_does_not_withdraws_the_piece_and_tells_the_owner(stage: Stage) -> None:
    fill(stage)
    ines, tom = stage.person("ines"), stage.person("tom")
    await record(ines, link=PAGE)
    await ines.close()
    await tom.command("/proof acme evidence")
    await tom.click("evidence.not")
    with pytest.raises(FormError):
        await tom.submit({"note": " "})
    await tom.submit({"note": "It shows 7.2 days"})
    assert "Withdrawn: Tom Okafor opened it, and it does not show this: It shows 7.2 days" in words(tom)
    await stage.settle()
    told = read(ines, "dm")
    assert "Acme GmbH: evidence withdrawn" in told and "It shows 7.2 days" in told and "5 days" in told
    await record(ines, link=PAGE)
    assert "Not confirmed: nobody outside the account team" in words(ines)


def hand_over(session: Session, stage: Stage, to: str) -> None:
    """Give Acme to somebody."""
    accounts = select(schema.account.c.id).where(schema.account.c.name == "Acme GmbH")
    account_id = session.execute(accounts).scalar_one()
    by = stage.actor("maya").author
    assert ledger.change(session, by, Entity.ACCOUNT, account_id, stage.now, owner_id=stage.actor(to).member.id)


async def test_a_press_of_the_account_team_is_refused_at_the_action(stage: Stage) -> None:
    fill(stage)
    ines, tom = stage.person("ines"), stage.person("tom")
    await record(ines, link=PAGE)
    await ines.close()
    await tom.command("/proof acme evidence")
    shown = tom.sees()[-1]
    stage.write(lambda session: hand_over(session, stage, "tom"))
    await tom.click("evidence.shows", message=shown)
    assert "You have Acme GmbH, so your own look does not count" in read(tom)
    stage.write(lambda session: hand_over(session, stage, "ines"))
    await tom.click("evidence.shows", message=shown)
    assert "You had Acme GmbH within 90 days before this was recorded" in read(tom)
    assert stage.write(lambda session: session.execute(select(schema.evidence_check)).all()) == []


async def test_a_file_is_kept_and_sent_to_whoever_checks(stage: Stage) -> None:
    fill(stage)
    ines, tom = stage.person("ines"), stage.person("tom")
    await record(ines, file=[ines.upload("board.png", PICTURE)])
    assert "File from Inês Duarte, nobody else has looked" in words(ines)
    await ines.close()
    [kept] = stage.write(lambda session: session.execute(select(schema.kept_file)).all())
    assert (kept.name, kept.content, kept.size) == ("board.png", PICTURE, len(PICTURE))
    await tom.command("/proof acme evidence")
    await tom.click("evidence.file")
    [file] = tom.sees("dm")[-1]["files"]
    assert file["name"] == "board.png"
    assert stage.sandbox.world.uploads[file["id"]]["content"] == PICTURE
    await tom.click("evidence.shows")
    assert "Seen by Tom Okafor" in read(tom)


async def test_a_screenshot_beside_a_link_shows_the_page_of_its_day(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    await record(ines, link=PAGE)
    await ines.close()
    await stage.go_on(days=1)
    await record(ines, as_of="2026-03-03", link=PAGE, file=[ines.upload("today.png", PICTURE)])
    assert "Another file from Inês Duarte, second time, nobody else has looked" in words(ines)


async def test_without_the_scope_the_form_asks_for_a_link_only(tmp_path: Path, sqlite_template: Path) -> None:
    manifest = yaml.safe_load(MANIFEST.read_text("utf-8"))
    del manifest["oauth_config"]["scopes"]["bot_optional"]
    async with staged(tmp_path, database=sqlite_template, manifest=manifest) as stage:
        fill(stage)
        ines = stage.person("ines")
        await ines.command("/proof acme")
        await ines.click("card.evidence")
        assert "Or a file that shows it" not in words(ines)
        assert "Leave the link empty" in words(ines)


def button(person: Person, action_id: str) -> Json:
    """A button of the newest message that this person sees."""
    blocks = person.sees()[-1]["blocks"]
    elements = [element for block in blocks for element in block.get("elements", []) if "action_id" in element]
    return next(element for element in elements if element["action_id"] == action_id)
