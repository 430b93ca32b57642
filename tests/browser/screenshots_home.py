"""The pictures of App Home: owner, manager, who owns and manages nothing, and the admin of a fresh workspace."""

from __future__ import annotations

import tempfile
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from playwright.async_api import Browser, Page, ViewportSize
from sqlalchemy.orm import Session

from tests.browser.test_demo import be
from tests.support import factory
from tests.support.bot_process import Stage, staged

Shot = Callable[[Page, str], Awaitable[None]]
PARTS = {"home-csm": "tom", "home-manager": "maya", "home-exec": "ruth"}


async def take(browser: Browser, address: str, shot: Shot, sizes: Mapping[str, ViewportSize]) -> None:
    """Take Home of each part in the demo, and that of an admin whose workspace has a portfolio and accounts."""
    for ending, size in sizes.items():
        for name, who in PARTS.items():
            await _of(browser, address, f"{who}/home", size, shot, f"{name}{ending}")
    with tempfile.TemporaryDirectory() as folder:
        async with staged(Path(folder)) as stage:
            _begin(stage)
            for ending, size in sizes.items():
                await _of(browser, stage.sandbox.url, "maya/home", size, shot, f"home-admin{ending}")


def _begin(stage: Stage) -> None:
    maya, ines = stage.actor("maya").member.id, stage.actor("ines").member.id

    def write(session: Session) -> None:
        north = factory.portfolio(session, "North", stage.now, stage.workspace_id, manager_id=maya)
        for name in ("Bluewater Logistics", "Corvid Insurance", "Acme Manufacturing", "Delphine Schools Trust"):
            factory.account(session, name, stage.now, portfolio_id=north, owner_id=ines)

    stage.write(write)


async def _of(browser: Browser, address: str, where: str, size: ViewportSize, shot: Shot, name: str) -> None:
    page = await browser.new_page(viewport=size)
    await be(page, address, where)
    await shot(page, name)
    await page.close()
