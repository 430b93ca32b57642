"""Takes the README's pictures of the demo: `make screenshots` writes docs/images/*.png."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import Browser, Page, ViewportSize, async_playwright

from tests.browser import screenshots_home, screenshots_lists
from tests.browser.test_demo import ARGUMENTS, ROOT, be, command, demo, jump
from tests.support.tools import path_of

IMAGES = ROOT / "docs" / "images"
DESKTOP = ViewportSize(width=1280, height=800)
PHONE = ViewportSize(width=390, height=844)


async def main() -> None:
    """Live through the start of the demo and keep what a newcomer sees."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, demo(Path(folder)) as (address, _):
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=path_of("chromium"), args=ARGUMENTS)
            page = await browser.new_page(viewport=DESKTOP)
            await be(page, address, "tom/dm")
            await jump(page, "prompt")
            await shot(page, "prompt")
            await page.click("[data-action-id='prompt.answer']")
            await page.wait_for_selector("#modal[open]")
            await shot(page, "answer")
            await page.click("[data-testid=modal-close]")
            await be(page, address, "tom/general")
            await command(page, "/proof acme")
            await page.wait_for_selector("[data-ephemeral='true']")
            await shot(page, "card")
            await be(page, address, "maya/cs-north")
            await jump(page, "digest")
            await page.get_by_text("Moving…").wait_for(state="hidden")
            digest = page.locator("[data-ts]", has_text="week to 7 December").last
            await digest.evaluate("message => message.scrollIntoView({block: 'start'})")
            await shot(page, "digest")
            await on_a_phone(browser, address)
            await screenshots_home.take(browser, address, shot, {"": DESKTOP, "-phone": PHONE})
            await screenshots_lists.take(browser, address, shot, {"": DESKTOP, "-phone": PHONE})
            await browser.close()


async def on_a_phone(browser: Browser, address: str) -> None:
    page = await browser.new_page(viewport=PHONE)
    await be(page, address, "tom/general")
    await shot(page, "card-phone")
    await be(page, address, "tom/home")
    await shot(page, "home-phone")


async def shot(page: Page, name: str) -> None:
    await page.wait_for_timeout(4500)  # what the page says in passing has gone by then
    await page.screenshot(path=IMAGES / f"{name}.png")


if __name__ == "__main__":
    asyncio.run(main())
