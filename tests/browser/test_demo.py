"""The README's promise: one command, then a real browser in which a person lives through the main job."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from playwright.async_api import FilePayload, Page, async_playwright, expect

from tests.support.tools import needs, path_of
from tests.support.waiting import PATIENCE_SECONDS

expect.set_options(timeout=1000 * PATIENCE_SECONDS)
ROOT = Path(__file__).parents[2]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-sync"]


@contextmanager
def demo(data: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """`python -m bot demo` as a process of its own; gives its address once it is open."""
    command = [sys.executable, "-m", "bot", "demo", "--port", "0", "--data", str(data)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=os.environ.copy())
    assert process.stdout is not None
    try:
        address = next(found[0] for line in process.stdout if (found := re.search(r"http://\S+", line)))
        yield address, process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=PATIENCE_SECONDS)
        process.stdout.close()


@asynccontextmanager
async def visitor(width: int = 1280, height: int = 860, *, touch: bool = False) -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path_of("chromium"), args=ARGUMENTS)
        page = await browser.new_page(viewport={"width": width, "height": height}, has_touch=touch)
        page.set_default_timeout(1000 * PATIENCE_SECONDS)
        yield page
        await browser.close()


async def be(page: Page, address: str, where: str) -> None:
    """Be a person at a place: `tom/dm`."""
    await page.goto("about:blank")
    await page.goto(f"{address}/#/as/{where}")
    await page.wait_for_selector("body[data-ready]")


async def jump(page: Page, name: str) -> None:
    """Move the clock and wait until it stands."""
    before = await page.get_attribute("[data-testid=clock]", "data-now")
    await page.click(f".jump[data-jump='{name}']")
    await expect(page.locator("[data-testid=clock]")).not_to_have_attribute("data-now", before or "")


async def command(page: Page, line: str) -> None:
    await page.fill("#composer-input", line)
    await page.press("#composer-input", "Enter")


async def choose(page: Page, block: str, value: str) -> None:
    await page.click(f"#modal [data-block-id='{block}'] input")
    await page.click(f"[role=option][data-value='{value}']")


@needs("chromium")
async def test_a_newcomer_lives_through_the_loop_in_a_browser(tmp_path: Path) -> None:
    with demo(tmp_path) as (address, _):
        async with visitor() as page:
            await be(page, address, "tom/dm")
            await jump(page, "prompt")
            prompt = page.locator("[data-ts]").last
            await expect(prompt).to_contain_text("Acme Manufacturing")
            await prompt.locator("[data-action-id='prompt.answer']").click()
            await page.click("#modal [data-action-id='change'] input[value='behaviour']")
            await page.fill("#modal [data-action-id='what_changed']", "Plant two approves on the phone")
            await page.click("#modal [data-action-id='answer.evidence']")
            await choose(page, "outcome", await last_outcome(page))
            await page.fill("#modal [data-action-id='statement']", "We closed the side list on Friday")
            await choose(page, "source", "customer_wrote")
            await choose(page, "attested_by", await first_option(page, "attested_by"))
            picture: FilePayload = {"name": "side-list.png", "mimeType": "image/png", "buffer": b"their side list"}
            await page.set_input_files("#modal [data-action-id='file']", picture)
            await expect(page.locator("#modal .file-names")).to_contain_text("side-list.png")
            await page.click("[data-testid=modal-submit]")
            await expect(page.locator("#modal")).to_contain_text("Confirmed")
            await expect(page.locator("#modal")).to_contain_text("File from Tom Okafor, nobody else has looked")
            await page.click("[data-testid=modal-close]")
            await expect(page.locator("#modal [data-action-id='what_changed']")).to_have_value(
                "Plant two approves on the phone"
            )
            await page.click("[data-testid=modal-submit]")
            await expect(prompt).to_contain_text("is answered")
            await expect(prompt).to_contain_text("It moved the evidence")

            await be(page, address, "tom/general")
            await command(page, "/proof acme")
            card = page.locator("[data-ephemeral='true']").last
            await expect(card).to_contain_text("58% proven")

            await be(page, address, "maya/cs-north")
            await jump(page, "digest")
            await expect(page.locator("[data-ts]", has_text="week to").last).to_be_visible()
            risk = page.locator("[data-ts]", has=page.locator("[data-action-id='risk.claim']")).last
            name = await risk.locator("b, strong").first.inner_text()
            await risk.locator("[data-action-id='risk.claim']").click()
            taken = page.locator("[data-ts]", has_text=name).filter(has_text=re.compile("Maya Lindqvist.*has it"))
            await expect(taken.first).to_be_visible()


async def last_outcome(page: Page) -> str:
    return await first_option(page, "outcome", last=True)


async def first_option(page: Page, block: str, *, last: bool = False) -> str:
    """The value of the first (or last) option of a select in the modal."""
    await page.click(f"#modal [data-block-id='{block}'] input")
    options = page.locator("[role=option]")
    await options.first.wait_for()
    value = await (options.last if last else options.first).get_attribute("data-value")
    await page.keyboard.press("Escape")
    return value or ""


@needs("chromium")
async def test_a_demo_that_was_killed_goes_on_where_it_stopped(tmp_path: Path) -> None:
    async with visitor() as page:
        with demo(tmp_path) as (address, process):
            await be(page, address, "tom/dm")
            await jump(page, "prompt")
            await expect(page.locator("[data-ts]").last).to_contain_text("Acme Manufacturing")
            process.kill()
            process.wait()
        with demo(tmp_path) as (address, _):
            await be(page, address, "tom/dm")
            await expect(page.locator("[data-action-id='prompt.answer']")).to_have_count(1)
            await page.click("[data-action-id='prompt.nothing']")
            await page.click("[data-action-id='prompt.obstacle']")
            await choose(page, "stays", await first_option(page, "stays"))
            await page.fill("#modal [data-action-id='why']", "Waiting for the works council")
            await page.click("[data-testid=modal-submit]")
            await expect(page.locator("[data-ts]").last).to_contain_text("Waiting for the works council")


@needs("chromium")
async def test_a_file_is_imported_by_hand_in_the_demo(tmp_path: Path) -> None:
    book = b"Account ID,Account Name,ARR,Currency\nN-1,Northwind Traders,120000,USD\n"
    with demo(tmp_path) as (address, _):
        async with visitor() as page:
            await be(page, address, "maya/dm")
            chooser = page.locator("#composer [data-testid=attach-file]")
            await chooser.set_input_files({"name": "book.csv", "mimeType": "text/csv", "buffer": book})
            preview = page.locator("[data-ts]", has_text="I take it for a file of accounts")
            await expect(preview).to_contain_text("Northwind Traders")
            await preview.locator("[data-action-id='import.file']").click()
            done = page.locator("[data-ts]", has_text="book.csv was imported")
            await expect(done).to_contain_text("1 added")
            usage = b"Account,Metric,Week,Value\nNorthwind Traders,active users,2026-11-23,41\n"
            await chooser.set_input_files({"name": "usage.csv", "mimeType": "text/csv", "buffer": usage})
            preview = page.locator("[data-ts]", has_text="I take it for a file of readings")
            await preview.locator("[data-action-id='import.file']").click()
            await expect(page.locator("[data-ts]", has_text="usage.csv was imported")).to_be_visible()
            await be(page, address, "maya/general")
            await command(page, "/proof northwind signals")
            answer = page.locator("[data-ephemeral='true']").last
            await expect(answer).to_contain_text("active users: 41")


@needs("chromium")
async def test_a_newcomer_asks_a_customer_and_answers_as_one_of_them(tmp_path: Path) -> None:
    with demo(tmp_path) as (address, _):
        async with visitor() as page:
            await be(page, address, "tom/general")
            await command(page, "/proof acme")
            card = page.locator("[data-ephemeral='true']").last
            await card.locator("[data-action-id='card.more']").click()
            await page.get_by_text("Ask for a confirmation").click()
            await choose(page, "evidence", await first_option(page, "evidence"))
            await page.click("#modal [data-block-id='person'] input")
            await page.get_by_role("option", name="Priya Raman").click()
            await page.click("#modal [data-block-id='channel'] input")
            await page.get_by_role("option", name="acme-harborline").click()
            await page.click("[data-testid=modal-submit]")
            await expect(page.locator("#modal")).to_contain_text("Priya Raman is asked")
            await page.click("[data-testid=modal-close]")

            await be(page, address, "priya/acme-harborline")
            await expect(page.get_by_test_id("person-switch")).to_contain_text("Acme Manufacturing")
            await expect(page.get_by_test_id("shared-with")).to_contain_text("Shared with Acme Manufacturing")
            await expect(page.locator("#sidebar [data-channel='C0CSNORTH']")).to_have_count(0)
            question = page.locator("[data-ts]", has_text="is this right?").last
            await question.locator("[data-action-id='confirm.right']").click()
            answered = page.locator("[data-ts]", has_text="Priya Raman says this is right")
            await expect(answered.last).to_be_visible()

            await be(page, address, "tom/dm")
            await expect(page.locator("[data-ts]", has_text="Priya Raman says this is right").last).to_be_visible()


@needs("chromium")
async def test_every_browser_opens_at_the_welcome(tmp_path: Path) -> None:
    with demo(tmp_path) as (address, _):
        for _browser in ("the first", "a second, for which nothing is new"):
            async with visitor() as page:
                await page.goto(address)
                welcome = page.locator("[data-ts]", has_text="I keep what each customer has proved")
                await expect(welcome).to_be_in_viewport()
