"""What the bot sent, as a TypeScript program that only compiles if `@slack/types` allows it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Json = dict[str, Any]
ALSO = Path(__file__).with_name("also.d.ts")
_OPTIONS = ("--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--target", "esnext", "--pretty", "false")
_MOST_SHOWN = 40
_MISTAKE = """// @ts-expect-error: tsc complains if it does not find this mistake, so it does look.
export const mistake: Blocks = [{ type: "section", texts: [] }];"""


@dataclass(frozen=True, slots=True)
class Payload:
    """Blocks of a message, or a whole view; `type` is its name in `also.d.ts`, `origin` says where it was seen."""

    type: str
    value: Any
    origin: str


def of_call(method: str, request: Json) -> Iterator[Payload]:
    """The payloads in the arguments of a Web API method, or in a post to a response_url."""
    if blocks := _decoded(request.get("blocks")):
        yield Payload("Blocks", blocks, method)
    if view := _decoded(request.get("view")):
        yield of_view(view, method)


def of_view(view: Json, origin: str) -> Payload:
    """A view as the app sent it."""
    return Payload("Modal" if view["type"] == "modal" else "Home", view, origin)


def of_traffic(file: Path) -> Iterator[Payload]:
    """The payloads of a file that `make test` recorded with TRAFFIC."""
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            call = json.loads(line)
            yield from of_call(call["method"], call.get("request") or {})


def _decoded(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) and value else value


def distinct(payloads: Iterable[Payload]) -> list[Payload]:
    """One payload of each shape: types look at fields and at words such as "button", not at what people wrote."""
    seen: dict[str, Payload] = {}
    for payload in payloads:
        seen.setdefault(payload.type + json.dumps(_shape(payload.value), sort_keys=True), payload)
    return list(seen.values())


def _shape(node: Any, name: str = "") -> Any:
    """The payload with free text and numbers left out, and each list as the set of shapes in it."""
    if isinstance(node, dict):
        return {key: _shape(value, key) for key, value in node.items()}
    if isinstance(node, list):
        return sorted({json.dumps(_shape(item), sort_keys=True) for item in node})
    if isinstance(node, str) and name not in ("type", "style", "level", "align", "trigger_actions_on", "width"):
        return "text"
    return 0 if isinstance(node, int | float) and not isinstance(node, bool) else node


def program(payloads: Iterable[Payload]) -> str:
    """A constant of the right type for each payload, and one that must be refused."""
    lines = [f'import type {{ Blocks, Home, Modal }} from "./{ALSO.stem.removesuffix(".d")}.js";', _MISTAKE]
    for number, payload in enumerate(payloads):
        lines.append(f"// {payload.origin}")
        lines.append(f"export const p{number}: {payload.type} = {json.dumps(payload.value)};")
    return "\n".join(lines) + "\n"


async def complaints(payloads: Iterable[Payload], folder: Path) -> list[str]:
    """What `tsc` of the packages in `folder` says against the payloads, a line each; none is right."""
    (folder / ALSO.name).write_text(ALSO.read_text("utf-8"), "utf-8")
    file = folder / "payloads.ts"
    file.write_text(program(payloads), "utf-8")
    tsc = folder / "node_modules/.bin/tsc"
    process = await asyncio.create_subprocess_exec(
        str(tsc), *_OPTIONS, file.name, cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    output, _ = await process.communicate()
    lines = output.decode().splitlines()
    if process.returncode and not lines:
        return [f"tsc ended with {process.returncode}"]
    return lines[:_MOST_SHOWN] if process.returncode else []
