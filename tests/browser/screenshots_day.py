"""The pictures of a day: cards, the morning, its forms, risks and renewals, each wide and on a phone."""

from __future__ import annotations

import tempfile
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from playwright.async_api import Browser, Locator, Page, ViewportSize, expect

from tests.browser.screenshots_book import MERIDIAN, fill_the_book
from tests.browser.test_demo import be
from tests.support.bot_process import Stage
from tests.support.demo_book import START, demo_stage

Shot = Callable[[Page, str], Awaitable[None]]
INES_MORNING = START + timedelta(minutes=30)
TOM_MORNING = START + timedelta(hours=5, minutes=30)
NEXT_DAY = START + timedelta(days=1, hours=7)


async def take(browser: Browser, shot: Shot, sizes: Mapping[str, ViewportSize]) -> None:
    """Play two days of the demo's book, and keep what each surface looks like in each size."""
    with tempfile.TemporaryDirectory() as folder:
        async with demo_stage(Path(folder)) as stage:
            fill_the_book(stage)
            await stage.settle()
            pages = {ending: await browser.new_page(viewport=size) for ending, size in sizes.items()}
            gallery = Gallery(stage, pages, shot)
            await _channel(gallery)
            await _cards(gallery)
            await _morning(gallery)
            await stage.go_to(NEXT_DAY)
            await _renewals(gallery)
            await gallery.of_message("not-taken", "maya/dm", saying("not taken after a working day"))
            for page in pages.values():
                await page.close()


@dataclass(frozen=True)
class Gallery:
    """The stage, and a page of each size by what stands behind the picture's name."""

    stage: Stage
    pages: Mapping[str, Page]
    shot: Shot

    async def of_message(self, name: str, where: str, find: Callable[[Page], Locator]) -> None:
        """Go to `who/place`, bring a message to the top, and take it in each size."""
        for ending, page in self.pages.items():
            await be(page, self.stage.sandbox.url, where)
            await expect(find(page)).to_be_visible()
            await find(page).evaluate("message => message.scrollIntoView({block: 'start'})")
            await self.shot(page, f"{name}{ending}")

    async def of_form(self, name: str, where: str, opened_by: Callable[[Page], Locator]) -> None:
        """Go to `who/place`, open a form and take it in each size."""
        for ending, page in self.pages.items():
            await be(page, self.stage.sandbox.url, where)
            await opened_by(page).click()
            await page.wait_for_selector("#modal[open]")
            await self.shot(page, f"{name}{ending}")
            await page.click("[data-testid=modal-close]")


def saying(words: str) -> Callable[[Page], Locator]:
    """The newest message with these words."""
    return lambda page: page.locator("[data-ts]", has_text=words).last


def seen_alone(page: Page) -> Locator:
    """The newest message that only this person sees."""
    return page.locator("[data-ephemeral='true']").last


async def _channel(gallery: Gallery) -> None:
    await gallery.of_message("digest", "maya/cs-north", saying("week to 30 November"))
    untaken = "as the owner, not taken yet"
    await gallery.of_message("risk", "maya/cs-north", lambda page: page.locator("[data-ts]", has_text=untaken).first)


async def _cards(gallery: Gallery) -> None:
    ruth = gallery.stage.person("ruth")
    for name, account in (("card-none", "granja"), ("card-one", "lantern"), ("card-twelve", MERIDIAN)):
        await ruth.command(f"/proof {account}")
        await gallery.of_message(name, "ruth/general", seen_alone)
    await ruth.command("/proof acme", "cs-north")
    await ruth.click("card.share")
    await gallery.stage.settle()
    await gallery.of_message("card-shared", "ruth/cs-north", saying("The buttons show today"))


async def _morning(gallery: Gallery) -> None:
    stage, tom = gallery.stage, gallery.stage.person("tom")
    await stage.go_to(INES_MORNING)
    await stage.go_to(TOM_MORNING)
    morning = saying("Tuesday, 1 December")
    await gallery.of_message("morning", "tom/dm", morning)
    await gallery.of_form(
        "answer-form", "tom/dm", lambda page: morning(page).locator("[data-action-id='prompt.answer']").last
    )
    for act in ("prompt.nothing", "prompt.answer"):
        await tom.click(act, message=tom.dm()[-1])
        if tom.modal:
            said = "Plant two approves on the phone", "Walk plant three through"
            await tom.submit({"change": "behaviour", "what_changed": said[0], "next_action": said[1]})
        await stage.settle()
    await tom.click("prompt.more", message=tom.dm()[-1], selected="Meeting is off")
    await stage.settle()
    await gallery.of_message("morning-after", "tom/dm", morning)
    await stage.person("kenji").say("dm", "hello")
    await gallery.of_message("hello", "kenji/dm", saying("Or write a customer"))


async def _renewals(gallery: Gallery) -> None:
    await gallery.of_message("renewal-question", "ines/dm", saying("Will they renew?"))
    maya = gallery.stage.person("maya")
    await maya.command("/portfolio renewals")
    await gallery.of_form(
        "renewed-form", "maya/general", lambda page: seen_alone(page).get_by_role("button", name="Renewed").first
    )
