"""The command line: `python -m sandbox --workspace FILE --manifest FILE`."""

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from sandbox.errors import BadConfiguration
from sandbox.host import HostedApp, load_factory
from sandbox.server import Sandbox


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="A strict local Slack for one app.")
    parser.add_argument("--workspace", type=Path, required=True, help="YAML: team, users, channels")
    parser.add_argument("--manifest", type=Path, required=True, help="the app's manifest.yml")
    parser.add_argument("--port", type=int, default=0, help="the port to listen on (default: a free one)")
    parser.add_argument("--record", type=Path, help="write every call of the app to this file, a JSON object a line")
    parser.add_argument("--state", type=Path, help="keep the conversations in this file, and go on from there")
    parser.add_argument("--host", metavar="MODULE:FACTORY", help="run this app in the same process")
    parser.add_argument("--request-url", help="deliver over signed HTTP to this URL instead of Socket Mode")
    parser.add_argument("--pace", action="store_true", help="answer 429 above one message a second a channel")
    parser.add_argument(
        "--limited-looks",
        action="store_true",
        help="answer 429 above one look a minute into history, and give 15 messages at most",
    )
    return parser.parse_args(argv)


def environment(sandbox: Sandbox) -> dict[str, str]:
    """What an app needs to find the sandbox, beside the environment of this process."""
    return {
        **os.environ,
        "SLACK_API_URL": sandbox.api_url,
        "SLACK_BOT_TOKEN": sandbox.bot_token,
        "SLACK_APP_TOKEN": sandbox.app_token,
        "SLACK_SIGNING_SECRET": sandbox.signing_secret,
        "SANDBOX_URL": sandbox.url,
        "SANDBOX_CLOCK_OFFSET": str(sandbox.clock.offset.total_seconds()),
    }


async def _serve(options: argparse.Namespace) -> None:
    factory = load_factory(options.host) if options.host else None
    sandbox = Sandbox(
        options.workspace,
        options.manifest,
        port=options.port,
        record=options.record,
        state=options.state,
        delivery="http" if options.request_url else "socket",
        request_url=options.request_url,
        pace=options.pace,
        limited_looks=options.limited_looks,
    )
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with sandbox:
        app: HostedApp | None = None
        if factory is not None:
            app = factory(environment(sandbox))
            await app.start()
            sandbox.hosted = app
        _greet(sandbox, hosted=app is not None)
        try:
            await stop.wait()
        finally:
            if app is not None:
                await app.stop()


def _greet(sandbox: Sandbox, hosted: bool) -> None:
    print(f"{sandbox.world.state.team.name} is open at {sandbox.url} (Ctrl+C closes it)")
    if not hosted:
        variables = environment(sandbox)
        for name in ("SLACK_API_URL", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"):
            print(f"  export {name}={variables[name]}")
    sys.stdout.flush()


def main(argv: Sequence[str] | None = None) -> int:
    """Run the sandbox until it is interrupted; gives the exit status."""
    options = _arguments(argv)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        asyncio.run(_serve(options))
    except BadConfiguration as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        if options.port and error.errno is not None and "address already in use" in str(error).lower():
            print(f"Port {options.port} is taken; choose another one with --port.", file=sys.stderr)
            return 1
        raise
    return 0


if __name__ == "__main__":
    sys.exit(main())
