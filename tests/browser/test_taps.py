"""How many taps the journeys of a day take on a phone. The page itself counts them, in a real browser 390 pixels wide.

Every touch counts: to open a menu is one, to choose in it another. Typing does not count, nor does going from one
person or place to another, which is the test's way, not the reader's.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from playwright.async_api import Locator, Page, expect

from tests.browser.screenshots_book import fill_a_day
from tests.browser.test_demo import be, command, visitor
from tests.support.bot_process import Stage
from tests.support.demo_book import START, demo_stage
from tests.support.tools import needs

PHONE = (390, 844)
TOM_MORNING = START + timedelta(hours=5, minutes=30)
SECONDS = 30
"""Far more than the page and the bot take for any of the journeys: a machine that runs all tests at once is slow."""
COUNT = """
window.taps = 0;
addEventListener("pointerdown", (event) => { if (event.isTrusted) window.taps += 1; }, true);
"""


@needs("chromium")
async def test_the_journeys_of_a_day_take_no_more_taps_than_they_may(tmp_path: Path) -> None:
    async with demo_stage(tmp_path) as stage, visitor(*PHONE, touch=True) as page:
        await page.add_init_script(COUNT)
        fill_a_day(stage)
        await stage.go_to(TOM_MORNING)
        await from_the_digest_to_a_customer(page, stage)
        await tick_a_step(page, stage)
        await answer_for_a_meeting(page, stage)
        await say_that_nothing_changed(page, stage)
        await from_a_new_account_to_its_first_prompt(page, stage)


@asynccontextmanager
async def taps(page: Page, at_most: int) -> AsyncIterator[None]:
    """What is done inside takes one tap or more, not more than `at_most`, and not long."""
    before, begun = await page.evaluate("window.taps"), time.monotonic()
    yield
    used, seconds = await page.evaluate("window.taps") - before, time.monotonic() - begun
    assert 0 < used <= at_most, f"{used} taps, where {at_most} are allowed"
    assert seconds < SECONDS, f"{seconds:.1f} seconds"


async def from_the_digest_to_a_customer(page: Page, stage: Stage) -> None:
    await be(page, stage.sandbox.url, "maya/cs-north")
    digest = page.locator("[data-ts]", has_text="week to 30 November").last
    customer = digest.locator("[data-action-id^='card.open']").first
    name = await customer.inner_text()
    async with taps(page, 1):
        await customer.tap()
        card = page.locator("[data-ephemeral='true']").last
        await expect(card).to_contain_text(f"{name}: ")
        await expect(card).to_contain_text("proven")


async def tick_a_step(page: Page, stage: Stage) -> None:
    await be(page, stage.sandbox.url, "tom/dm")
    morning = newest_morning(page)
    step = morning.locator("[data-action-id='todo.done'] label").first
    await expect(step).to_contain_text("was due")
    async with taps(page, 1):
        await step.tap()
        await stage.settle()
        await expect(step).to_contain_text("done")


async def answer_for_a_meeting(page: Page, stage: Stage) -> None:
    morning = newest_morning(page)
    async with taps(page, 3):
        await morning.locator("[data-action-id='prompt.answer']").first.tap()
        await page.tap("#modal [data-action-id='change'] input[value='behaviour']")
        await page.fill("#modal [data-action-id='what_changed']", "Plant two approves on the phone")
        await page.fill("#modal [data-action-id='next_action']", "Walk plant three through")
        await save(page)
        await stage.settle()
        await expect(morning).to_contain_text("Behaviour: Plant two approves on the phone")


async def say_that_nothing_changed(page: Page, stage: Stage) -> None:
    morning = newest_morning(page)
    async with taps(page, 1):
        await morning.locator("[data-action-id='prompt.nothing']").first.tap()
        await stage.settle()
        await expect(morning).to_contain_text("Nothing changed.")


async def from_a_new_account_to_its_first_prompt(page: Page, stage: Stage) -> None:
    """With what success means for them, and the series of meetings that it is asked before."""
    await be(page, stage.sandbox.url, "maya/dm")
    async with taps(page, 12):
        await command(page, "/proof new")
        await page.fill("#modal [data-action-id='name']", "Northwind Traders")
        await page.fill("#modal [data-action-id='arr']", "48,000")
        await save(page)
        await page.locator("#modal").get_by_role("button", name="Write down success").tap()
        await page.fill("#modal [data-action-id='title']", "Orders leave on the day they come in")
        await save(page)
        await expect(page.locator("#modal")).to_contain_text("Who at the customer agreed?")
        await page.tap("[data-testid=modal-close]")
        await page.locator("#modal").get_by_role("button", name="Set meetings").tap()
        await choose(page, "kind", "weekly_sync")
        day = page.locator("#modal [data-action-id='first_day']")
        await day.tap()
        await day.fill((START + timedelta(days=1)).date().isoformat())
        await save(page)
        await expect(page.locator("#modal")).to_contain_text("Maya Lindqvist is asked 24 hours before")
        await page.tap("[data-testid=modal-close]")
        await page.tap("[data-testid=modal-close]")
        await stage.settle()
        prompt = page.locator("[data-ts]", has_text="Northwind Traders").last
        await expect(prompt.locator("[data-action-id='prompt.answer']")).to_be_visible()
        await expect(prompt).to_contain_text("0% proven")


def newest_morning(page: Page) -> Locator:
    return page.locator("[data-ts]", has_text="Tuesday, 1 December").last


async def choose(page: Page, block: str, value: str) -> None:
    await page.tap(f"#modal [data-block-id='{block}'] input")
    await page.tap(f"[role=option][data-value='{value}']")


async def save(page: Page) -> None:
    await page.tap("[data-testid=modal-submit]")
