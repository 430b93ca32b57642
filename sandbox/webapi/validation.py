"""blocks.validate and apps.manifest.validate: what Slack has against blocks, a view or a manifest."""

import json
import re
from typing import Any

from sandbox.blocks import finish_blocks, finish_view
from sandbox.errors import InvalidBlocks, SlackError
from sandbox.manifest import problems_of
from sandbox.model import Json
from sandbox.webapi.registry import Call, method

_POINTER = re.compile(r" \[json-pointer:(.*)\]$")
_KINDS = ("blocks", "message", "view")


@method("blocks.validate", token="any")
def blocks_validate(call: Call) -> Json:
    given = [kind for kind in _KINDS if call.args.get(kind)]
    if len(given) != 1:
        raise call.invalid(f"provide exactly one of {', '.join(_KINDS)}")
    [kind] = given
    try:
        _check(kind, _decoded(call, kind))
    except InvalidBlocks as refusal:
        root = {"blocks": "/blocks", "view": "/view"}.get(kind, "")
        raise SlackError(f"invalid_{kind}", errors=[_problem(problem, root) for problem in refusal.problems]) from None
    return {}


def _check(kind: str, value: Any) -> None:
    if kind == "view":
        finish_view(value, str(value.get("type")) if isinstance(value, dict) else "", lambda letter: letter)
        return
    blocks = value if kind == "blocks" else value.get("blocks", []) if isinstance(value, dict) else None
    finish_blocks(blocks, "message", lambda letter: letter)  # type: ignore[arg-type]  # what is no list is refused


def _problem(sentence: str, root: str) -> Json:
    """A sentence of ours as Slack's object, its pointer counted from what was given."""
    pointer_match = _POINTER.search(sentence)
    pointer = pointer_match[1].removeprefix(root) if pointer_match else ""
    return {"pointer": pointer, "code": "failed_constraint", "message": _POINTER.sub("", sentence)}


@method("apps.manifest.validate", token="config")
def manifest_validate(call: Call) -> Json:
    problems = problems_of(_decoded(call, "manifest"))
    if problems:
        raise SlackError("invalid_manifest", errors=problems)
    return {"errors": []}


def _decoded(call: Call, name: str) -> Any:
    """An argument that is JSON, as text or as it is."""
    value = call.args.get(name)
    if value is None or value == "":
        raise call.missing(name)
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise call.invalid(f"must be valid JSON [json-pointer:/{name}]") from None
