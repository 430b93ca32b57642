"""Takes pictures of what people see: `make screenshots` writes docs/images/*.png, `-phone` 390 pixels wide."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect

from tests.browser import screenshots_day, screenshots_home, screenshots_lists
from tests.browser.test_demo import ARGUMENTS, ROOT, be, command, demo, jump
from tests.support.tools import path_of

IMAGES = ROOT / "docs" / "images"
DESKTOP = ViewportSize(width=1280, height=800)
PHONE = ViewportSize(width=390, height=844)


async def main() -> None:
    """Live through the start of the demo and keep what a newcomer sees."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    sizes = {"": DESKTOP, "-phone": PHONE}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path_of("chromium"), args=ARGUMENTS)
        await screenshots_day.take(browser, still, sizes)
        with tempfile.TemporaryDirectory() as folder, demo(Path(folder)) as (address, _):
            await newcomer(browser, address)
            await screenshots_home.take(browser, address, still, sizes)
            await screenshots_lists.take(browser, address, shot, sizes)
        await browser.close()


async def newcomer(browser: Browser, address: str) -> None:
    """The prompt, its answer and the card, as the first person sees them."""
    page, phone = [await browser.new_page(viewport=size) for size in (DESKTOP, PHONE)]
    await be(page, address, "tom/dm")
    await jump(page, "prompt")
    await shot(page, "prompt")
    await be(phone, address, "tom/dm")
    await shot(phone, "prompt-phone")
    await page.click("[data-action-id='prompt.answer']")
    await page.click("#modal [data-action-id='change'] input[value='behaviour']")
    await page.fill("#modal [data-action-id='what_changed']", "Plant two approves on the phone")
    await page.fill("#modal [data-action-id='next_action']", "Walk plant three through")
    await page.click("[data-testid=modal-submit]")
    await expect(page.locator("[data-ts]").last).to_contain_text("is answered")
    await shot(page, "prompt-answered")
    await shot(phone, "prompt-answered-phone")
    await be(page, address, "tom/general")
    await command(page, "/proof acme")
    await page.wait_for_selector("[data-ephemeral='true']")
    await shot(page, "card")
    await be(phone, address, "tom/general")
    await shot(phone, "card-phone")
    await be(phone, address, "tom/home")
    await shot(phone, "home-phone")
    await page.close()
    await phone.close()


async def shot(page: Page, name: str) -> None:
    await page.wait_for_timeout(4500)  # what the page says in passing has gone by then
    await page.screenshot(path=IMAGES / f"{name}.png")


async def still(page: Page, name: str) -> None:
    """A page on which nothing was done says nothing in passing."""
    await page.wait_for_timeout(500)
    await page.screenshot(path=IMAGES / f"{name}.png")


if __name__ == "__main__":
    asyncio.run(main())
