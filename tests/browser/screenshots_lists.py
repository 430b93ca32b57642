"""Takes the pictures of `/portfolio`: the list, the table, renewals and retention, wide and on a phone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from playwright.async_api import Browser, Locator, Page, ViewportSize, expect

from tests.browser.test_demo import be

Shot = Callable[[Page, str], Awaitable[None]]


async def take(browser: Browser, address: str, shot: Shot, sizes: dict[str, ViewportSize]) -> None:
    """Take each picture in each size; `sizes` are keyed by what stands behind the picture's name."""
    for behind, size in sizes.items():
        page = await browser.new_page(viewport=size)
        await be(page, address, "maya/general")
        answer = await _answer(page, "/portfolio")
        await _shot(page, answer, shot, f"portfolio{behind}")
        await answer.locator("[data-action-id='list.table']").click()
        await expect(page.get_by_role("table")).to_be_visible()
        await _shot(page, answer, shot, f"portfolio-table{behind}")
        for topic in ("renewals", "retention"):
            await _shot(page, await _answer(page, f"/portfolio {topic}"), shot, f"{topic}{behind}")
        await page.close()


async def _answer(page: Page, line: str) -> Locator:
    """Run a command, and give the answer once it is there."""
    answers = page.locator("[data-ephemeral='true']")
    before = await answers.count()
    await page.fill("#composer-input", f"{line} ")
    await page.press("#composer-input", "Enter")
    await expect(answers).to_have_count(before + 1)
    return answers.last


async def _shot(page: Page, answer: Locator, shot: Shot, name: str) -> None:
    await answer.evaluate("message => message.scrollIntoView({block: 'start'})")
    await shot(page, name)
