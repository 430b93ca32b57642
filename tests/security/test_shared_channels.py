"""Channels that another organisation shares: strangers read neither digest nor risk nor shared card there."""

from __future__ import annotations

import pytest
from sqlalchemy import delete

from bot.store import portfolios, schema
from bot.store.portfolios import Portfolio
from sandbox.errors import FormError
from sandbox.faults import Fault
from tests.support.believable import ASKED, alarm, channel_id, fill
from tests.support.bot_process import Stage
from tests.support.overview import overview


def north(stage: Stage) -> Portfolio | None:
    return stage.read(lambda session: portfolios.by_name(session, stage.workspace_id, "North"))


async def test_a_portfolio_takes_no_channel_that_strangers_read_or_are_invited_to(stage: Stage) -> None:
    maya = stage.person("maya")
    for shared in ("general", "product"):  # Stella of another organisation is in #general
        stage.sandbox.share_channel("product", "pending")
        await maya.command("/portfolio setup")
        with pytest.raises(FormError) as refused:
            await maya.submit({"name": "North", "channel": channel_id(stage, shared)})
        assert "another organisation" in refused.value.errors["channel"]
        await maya.close()
    assert north(stage) is None


async def test_a_channel_of_several_workspaces_of_ours_is_taken(stage: Stage) -> None:
    stage.sandbox.share_channel("cs-north", "org")
    maya = stage.person("maya")
    await maya.command("/portfolio setup")
    await maya.submit({"name": "North", "channel": channel_id(stage, "cs-north")})
    assert "North is set up" in maya.text(maya.modal).replace("*", "")


async def test_a_private_channel_that_we_cannot_see_is_refused(stage: Stage) -> None:
    stage.sandbox.world.state.channels[channel_id(stage, "elsewhere")].kind = "private"
    maya = stage.person("maya")
    await maya.command("/portfolio setup")
    with pytest.raises(FormError) as refused:
        await maya.submit({"name": "North", "channel": channel_id(stage, "elsewhere")})
    assert "/invite @Proofline" in refused.value.errors["channel"]


async def test_loops_ask_in_no_channel_that_strangers_read(stage: Stage) -> None:
    fill(stage)
    maya = stage.person("maya")
    await overview(maya, "/portfolio", "cs-north")
    await maya.click("portfolio.loops")
    with pytest.raises(FormError) as refused:
        await maya.submit({"go_to_market": channel_id(stage, "general")})
    assert "another organisation" in refused.value.errors["go_to_market"]


async def test_a_card_is_not_shared_where_strangers_read(stage: Stage) -> None:
    fill(stage)
    ines, stella = stage.person("ines"), stage.person("stella")
    before = len(stella.sees())
    await ines.command("/proof acme")
    await ines.click("card.more", selected="Share here")
    assert "nothing was shared" in ines.text(ines.sees()[-1])
    assert len(stella.sees()) == before


async def test_a_channel_that_is_shared_later_gets_nothing_and_the_manager_hears_why(stage: Stage) -> None:
    alarm(stage, fill(stage).acme)
    stage.sandbox.add_to_channel("cs-north", "stella")
    before = len(stage.sandbox.messages("cs-north"))
    await stage.go_to(ASKED)
    assert len(stage.sandbox.messages("cs-north")) == before
    maya = stage.person("maya")
    told = [maya.text(message) for message in maya.dm()]
    assert any("no longer post to #cs-north" in text and "another organisation" in text for text in told)
    assert any("Acme" in text for text in told)
    portfolio = north(stage)
    assert portfolio is not None and portfolio.channel_lost_at is not None


async def test_a_message_that_stands_in_a_shared_channel_is_not_updated_there(stage: Stage) -> None:
    alarm(stage, fill(stage).acme)
    await stage.go_to(ASKED)
    [risk] = [message for message in stage.sandbox.messages("cs-north") if "Acme" in message["text"]]
    stage.sandbox.add_to_channel("cs-north", "stella")
    await stage.person("ines").click("risk.claim", message=risk)
    await stage.settle()
    [still] = [message for message in stage.sandbox.messages("cs-north") if message["ts"] == risk["ts"]]
    assert still["blocks"] == risk["blocks"]


async def test_the_setup_names_guests_and_asks(stage: Stage) -> None:
    stage.sandbox.add_to_channel("cs-north", "gus")
    maya, gus = stage.person("maya"), stage.person("gus")
    await maya.command("/portfolio setup")
    await maya.submit({"name": "North", "channel": channel_id(stage, "cs-north")})
    shown = maya.text(maya.modal)
    assert "1 guest reads this channel" in shown and "Gus Guest" in shown
    assert north(stage) is None
    with pytest.raises(FormError) as refused:
        await maya.submit()
    assert "Gus Guest" in refused.value.errors["guests"]
    assert north(stage) is None
    await maya.submit({"guests": [gus.id]})
    portfolio = north(stage)
    assert portfolio is not None and portfolio.channel == channel_id(stage, "cs-north")


def forget_member(stage: Stage, slack_id: str) -> None:
    """As if the bot had not met this person yet."""
    stage.write(lambda session: session.execute(delete(schema.member).where(schema.member.c.slack_id == slack_id)))


async def test_a_guest_whom_nobody_has_met_yet_is_named_too(stage: Stage) -> None:
    stage.sandbox.add_to_channel("cs-north", "gus")
    maya, gus = stage.person("maya"), stage.person("gus")
    forget_member(stage, gus.id)
    await maya.command("/portfolio setup")
    await maya.submit({"name": "North", "channel": channel_id(stage, "cs-north")})
    assert "Gus Guest" in maya.text(maya.modal)
    assert north(stage) is None


async def test_a_channel_of_people_whom_slack_does_not_name_is_refused(stage: Stage) -> None:
    stage.sandbox.add_to_channel("cs-north", "gus")
    maya = stage.person("maya")
    forget_member(stage, stage.person("gus").id)
    stage.sandbox.fault(Fault("users.info", "error:user_not_found"))
    await maya.command("/portfolio setup")
    with pytest.raises(FormError) as refused:
        await maya.submit({"name": "North", "channel": channel_id(stage, "cs-north")})
    assert "not met everybody" in refused.value.errors["channel"]
    assert north(stage) is None
