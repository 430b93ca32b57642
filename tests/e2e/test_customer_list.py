"""The list of customers in Slack: it changes in its place, becomes a table and a file, and finds a customer."""

from __future__ import annotations

import pytest

from bot.rooms import ACTIONS
from sandbox import forms
from sandbox.model import Json
from sandbox.person import Person
from tests.support.believable import ASKED, fill
from tests.support.bot_process import Stage
from tests.support.overview import overview


def newest(person: Person, channel: str = "general") -> Json:
    return person.sees(channel)[-1]


def read(person: Person) -> str:
    return person.text(newest(person)).replace("*", "").replace("\N{NO-BREAK SPACE}", " ")


def option(message: Json, action: str, ends: str) -> str:
    """The value of the option of a menu whose list is about this."""
    [menu] = [element for _, element in forms.elements(message["blocks"]) if element["action_id"] == action]
    values = [str(one["value"]) for one in menu["options"]]
    return next(value for value in values if ends in value.split("|") or value.startswith(ends))


async def test_a_manager_filters_sorts_and_finds_in_one_message(stage: Stage) -> None:
    fill(stage)
    await stage.go_to(ASKED)
    await stage.settle()
    maya = stage.person("maya")
    await maya.command("/portfolio")
    listed = newest(maya)
    assert "1 of 1 customer needs attention" in read(maya) and "Acme GmbH" in read(maya)
    many = len(maya.sees())
    await maya.click(ACTIONS.LIST_SHOW, message=listed, selected=option(listed, ACTIONS.LIST_SHOW, "former"))
    assert "No customer has left." in read(maya) and len(maya.sees()) == many
    await maya.click(ACTIONS.LIST_ALL)
    assert "Acme GmbH" in read(maya) and len(maya.sees()) == many
    await maya.click(ACTIONS.LIST_FILTER)
    await maya.submit({"text": "zebra"})
    assert "Only: name has “zebra”" in read(maya) and "No customer matches." in read(maya)
    assert maya.modal is None and len(maya.sees()) == many
    await maya.click(ACTIONS.LIST_ALL)
    [found] = await maya.options(ACTIONS.FIND_CUSTOMER, "acm", message=newest(maya))
    await maya.click(ACTIONS.FIND_CUSTOMER, message=newest(maya), selected=found["value"])
    assert "0% proven" in maya.text(newest(maya))


async def test_as_a_table_and_as_a_file(stage: Stage) -> None:
    fill(stage)
    maya = stage.person("maya")
    await maya.command("/portfolio")
    await maya.click(ACTIONS.LIST_TABLE)
    shown = newest(maya)
    assert shown["blocks"][0]["type"] == "data_table" and "Acme GmbH" in str(shown["blocks"])
    await maya.click(ACTIONS.LIST_EXPORT)
    assert "is in your messages with me: 1 customer" in read(maya)
    [file] = [file for message in maya.dm() for file in message.get("files", ())]
    assert file["name"].startswith("north-") and file["name"].endswith(".csv")
    await maya.click(ACTIONS.LIST_ROWS, message=shown)
    assert any(element["action_id"] == ACTIONS.OPEN_CARD for _, element in forms.elements(maya.sees()[-2]["blocks"]))


@pytest.mark.parametrize(
    ("word", "shows"),
    [("owners", "by owner"), ("trend", "digest by digest"), ("stages", "stages"), ("renewals", "Renew")],
)
async def test_the_menu_beside_it(stage: Stage, word: str, shows: str) -> None:
    fill(stage)
    maya = stage.person("maya")
    await maya.command("/portfolio")
    await maya.click(ACTIONS.LIST_MORE, value=option(newest(maya), ACTIONS.LIST_MORE, f"{word}:"))
    assert shows in read(maya)


async def test_a_one_to_one_from_the_list_of_owners(stage: Stage) -> None:
    fill(stage)
    maya, ines = stage.person("maya"), stage.person("ines")
    await maya.command("/portfolio")
    await maya.click(ACTIONS.LIST_MORE, value=option(newest(maya), ACTIONS.LIST_MORE, "owners:"))
    await maya.click(ACTIONS.LIST_OWNER)
    assert "Inês Duarte ·" in read(maya) and "In 30 days:" in read(maya) and "Acme GmbH" in read(maya)
    await maya.command(f"/portfolio <@{ines.id}>")
    assert "In 30 days:" in read(maya)
    await stage.person("tom").command(f"/portfolio <@{ines.id}>")
    assert "In 30 days:" not in read(stage.person("tom"))


async def test_misspelt_words_are_offered_as_buttons(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    await ines.command("/proof acme evidnce")
    assert "I do not know “evidnce”, so here is the card. Did you mean:" in read(ines) and "0% proven" in read(ines)
    await ines.click("card.choose.near")
    assert "evidence" in read(ines).lower() and "I do not know" not in read(ines)
    await ines.command("/proof plan")
    assert "Which customer? I then show the success plan." in read(ines)
    [found] = await ines.options("card.choose.find:plan", "acm")
    await ines.click("card.choose.find:plan", selected=found["value"])
    assert "Which customer" not in read(ines)
    await ines.command("/proof zebra")
    await ines.click(ACTIONS.ADD_NAMED)
    assert ines.modal is not None and "zebra" in str(ines.modal["blocks"])
    await ines.close()
    await ines.command("/portfolio renewls")
    assert "I know no portfolio “renewls”. Did you mean:" in read(ines)
    await ines.click(ACTIONS.LIST_MORE, value="renewals:mine")
    assert "Renewals in the next 90 days" in read(ines)
    await ines.command("/portfolio Nrth")
    await ines.click("list.open.0")
    assert read(ines).startswith("North ·")


async def test_yesterday_is_a_day(stage: Stage) -> None:
    fill(stage)
    await stage.go_on(days=3)
    ines = stage.person("ines")
    await ines.command("/proof acme yesterday")
    assert "as it was" in read(ines)


async def test_without_a_portfolio_an_admin_sets_one_up_by_a_button(stages: Stage) -> None:
    maya = stages.person("maya")
    await maya.command("/portfolio")
    await maya.click(ACTIONS.NEW_PORTFOLIO)
    assert maya.modal is not None and maya.modal["callback_id"] == "portfolio_setup"


async def test_the_overview_keeps_what_managers_change(stage: Stage) -> None:
    fill(stage)
    maya = stage.person("maya")
    await overview(maya)
    assert {ACTIONS.SETUP_PORTFOLIO, ACTIONS.SETUP_LOOPS} <= {
        element["action_id"] for _, element in forms.elements(newest(maya)["blocks"])
    }


async def test_from_home_it_stands_in_a_modal_and_is_narrowed_down_there(stage: Stage) -> None:
    fill(stage)
    maya = stage.person("maya")
    await maya.open_home()
    await maya.click(ACTIONS.SHOW_PORTFOLIO, view=maya.home)
    assert "Acme GmbH" in maya.text(maya.modal) and ACTIONS.LIST_TABLE not in str(maya.modal)
    assert maya.modal is not None
    await maya.click(ACTIONS.LIST_SHOW, view=maya.modal, selected=option(maya.modal, ACTIONS.LIST_SHOW, "former"))
    assert "No customer has left." in maya.text(maya.modal)
    await maya.click(ACTIONS.LIST_FILTER, view=maya.modal)
    await maya.submit({"text": "acme"})
    assert "Only: name has “acme”" in maya.text(maya.modal)
