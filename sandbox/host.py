"""The contract of an app that the sandbox hosts in its own process, named on the command line as module:factory."""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sandbox.errors import BadConfiguration


@dataclass(frozen=True)
class Jump:
    """A moment worth going to, offered in the clock bar; `at` is aware."""

    id: str
    label: str
    at: datetime


class HostedApp(Protocol):
    """An app that runs in the sandbox's process and follows its clock."""

    async def start(self) -> None:
        """Connect to the sandbox and begin."""

    async def stop(self) -> None:
        """Finish and disconnect."""

    async def jumps(self) -> list[Jump]:
        """The moments to offer, soonest first."""

    async def move_clock(self, to: datetime) -> None:
        """Go forwards to `to`; what became due by then is done when this returns, or soon after."""


# The environment has SLACK_API_URL, SLACK_BOT_TOKEN, SLACK_APP_TOKEN, SLACK_SIGNING_SECRET, SANDBOX_URL, and
# SANDBOX_CLOCK_OFFSET (seconds that the clock is ahead, kept by --state), beside that of the process.
Factory = Callable[[Mapping[str, str]], HostedApp]


def load_factory(name: str) -> Factory:
    """The factory called `name`, "package.module:function". BadConfiguration when there is none."""
    module_name, _, attribute = name.partition(":")
    if not module_name or not attribute:
        raise BadConfiguration(f"--host takes module:factory, not {name!r}.")
    try:
        factory = getattr(importlib.import_module(module_name), attribute)
    except ModuleNotFoundError as error:
        raise BadConfiguration(f"The module of --host {name} cannot be imported: {error}.") from error
    except AttributeError:
        raise BadConfiguration(f"The module {module_name} has no {attribute}.") from None
    loaded: Factory = factory
    return loaded
