"""Starts a sandbox with the lunch app and a browser on its page."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from playwright.async_api import Browser, Page, async_playwright, expect
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import Sandbox
from sandbox.clock import Clock
from tests.browser.page_lunch import MANIFEST, WORKSPACE, Lunch
from tests.support.tools import path_of
from tests.support.waiting import PATIENCE_SECONDS

expect.set_options(timeout=1000 * PATIENCE_SECONDS)
START = datetime(2026, 8, 6, 13, 0, tzinfo=UTC)  # a Thursday, 15:00 in Stockholm
_KEEP_NOTES = """
window.notes = [];
new MutationObserver((changes) => {
  for (const change of changes)
    for (const node of change.addedNodes)
      if (node instanceof Element && node.matches(".toast")) window.notes.push(`${node.role}: ${node.textContent}`);
}).observe(document, { childList: true, subtree: true });
"""
"""What the page says in passing is gone after seconds; here it stays."""
_QUIET = ["disable-gpu", "disable-background-networking", "disable-component-update", "disable-sync", "no-first-run"]


async def note(page: Page, role: Literal["status", "alert"], words: str) -> None:
    """Wait until the page has said these words in passing."""
    await page.wait_for_function("said => window.notes.some((note) => note.startsWith(said))", arg=f"{role}: {words}")


@dataclass
class Site:
    """A running sandbox, the app on it, and a browser."""

    box: Sandbox
    app: Lunch
    client: AsyncWebClient
    browser: Browser
    complaints: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def visit(self, where: str, width: int = 1280, height: int = 800) -> AsyncIterator[Page]:
        """A page at the address `where` ("ada/general"), shown completely; what its console complains of is kept."""
        context = await self.browser.new_context(viewport={"width": width, "height": height})
        page = await context.new_page()
        page.set_default_timeout(1000 * PATIENCE_SECONDS)
        await page.add_init_script(_KEEP_NOTES)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda line: self.complaints.append(line.text) if line.type == "error" else None)
        await page.goto(f"{self.box.url}/#/as/{where}")
        await page.wait_for_selector("body[data-ready]")
        try:
            yield page
        finally:
            await context.close()

    def channel(self, name: str) -> str:
        """The id of a channel."""
        found = self.box.world.state.find_channel(name)
        assert found is not None
        return found.id

    def user(self, handle: str) -> str:
        """The id of a person."""
        return self.box.person(handle).id

    async def post(self, channel: str, text: str, **more: Any) -> str:
        """Post as the app; gives the timestamp."""
        answer = await self.client.chat_postMessage(channel=self.channel(channel), text=text, **more)
        return str(answer["ts"])

    async def close_modals(self, handle: str) -> None:
        """Close whatever a test left open."""
        person = self.box.person(handle)
        while person.modal:
            await person.close()


@asynccontextmanager
async def running_site() -> AsyncIterator[Site]:
    """Everything started; stopped at the end."""
    box = Sandbox(WORKSPACE, MANIFEST, clock=Clock(START))
    async with box, async_playwright() as playwright:
        client = AsyncWebClient(token=box.bot_token, base_url=box.api_url)
        lunch, bolt = Lunch(), AsyncApp(client=client)
        lunch.listen(bolt)
        handler: Any = AsyncSocketModeHandler(bolt, box.app_token)
        await handler.connect_async()
        await box.connected()
        arguments = ["--no-sandbox", *(f"--{name}" for name in _QUIET)]
        browser = await playwright.chromium.launch(executable_path=path_of("chromium"), args=arguments)
        try:
            yield Site(box, lunch, client, browser)
        finally:
            await browser.close()
            await handler.close_async()
