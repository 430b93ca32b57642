"""The clock bar: it shows the sandbox's time to whoever looks, and moves it together with the hosted app."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from playwright.async_api import expect

from sandbox.host import Jump
from tests.browser.page_browser import START, Site, note, running_site
from tests.support.tools import needs

pytestmark = [needs("chromium"), pytest.mark.asyncio(loop_scope="module")]


class Kitchen:
    """A hosted app that announces dinner when the clock passes it, and takes its time."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.ready = asyncio.Event()
        self.dinner = START + timedelta(hours=4)

    async def start(self) -> None:
        """Nothing to start."""

    async def stop(self) -> None:
        """Nothing to stop."""

    async def jumps(self) -> list[Jump]:
        """Dinner until it was, and Monday."""
        monday = Jump("monday", "Monday 9:00", datetime(2026, 8, 10, 7, tzinfo=UTC))
        dinner = Jump("dinner", "Next dinner", self.dinner)
        return [dinner, monday] if self.site.box.clock.now() < self.dinner else [monday]

    async def move_clock(self, to: datetime) -> None:
        """Announce dinner as soon as the test lets it."""
        await self.ready.wait()
        await self.site.post("general", f"Dinner at {to:%H:%M}")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site() -> AsyncIterator[Site]:
    async with running_site() as started:
        yield started
    assert started.complaints == []


async def test_a_jump_moves_the_clock_and_what_is_due_arrives(site: Site) -> None:
    kitchen = Kitchen(site)
    site.box.hosted = kitchen
    async with site.visit("ben/general") as page:
        clock = page.get_by_test_id("clock")
        await expect(clock).to_contain_text(re.compile(r"9:\d\d AM"))
        await expect(clock).to_contain_text("Thu, Aug 6")
        jumps = page.locator(".jump")
        await expect(jumps).to_have_text(["Next dinner", "Monday 9:00"])
        await expect(jumps.first).to_have_attribute("title", "Go to 1:00 PM")

        await page.click('[data-jump="dinner"]')
        await expect(clock).to_contain_text("Moving…")
        await expect(page.locator('[data-jump="monday"]')).to_be_disabled()
        kitchen.ready.set()

        await expect(clock).to_contain_text(re.compile(r"1:\d\d PM"))
        await expect(page.locator(".message").last).to_contain_text("Dinner at 17:00")
        await expect(jumps).to_have_text(["Monday 9:00"])
        await expect(jumps.first).to_be_enabled()
        await note(page, "status", "It is now Thu, Aug 6, 1:")


async def test_the_clock_goes_to_any_later_moment_but_never_back(site: Site) -> None:
    kitchen = Kitchen(site)
    kitchen.ready.set()
    site.box.hosted = kitchen
    async with site.visit("ada/general") as page:
        await page.get_by_test_id("clock").click()
        await page.get_by_test_id("clock-custom").click()
        dialog = page.get_by_role("dialog", name="Move the clock")
        await dialog.get_by_label("Date and time").fill("2026-08-01T10:00")
        await dialog.get_by_role("button", name="Move").click()
        await note(page, "alert", "The clock only moves forward.")

        await page.get_by_test_id("clock").click()
        await page.get_by_test_id("clock-custom").click()
        await dialog.get_by_label("Date and time").fill("2026-08-09T10:00")
        await dialog.get_by_role("button", name="Move").click()
        await expect(page.get_by_test_id("clock")).to_contain_text(re.compile(r"10:\d\d AM"))
        await expect(page.get_by_test_id("clock")).to_contain_text("Sun, Aug 9")
        await expect(page.locator(".line-day").last).to_have_text("Today")
