"""Checks blocks and views as Slack does, and fills in the ids and flags that Slack fills in."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from sandbox.block_table import SURFACES, VIEWS
from sandbox.elements import OPTION, OPTION_GROUP
from sandbox.errors import InvalidBlocks
from sandbox.model import Json
from sandbox.schema import Problems, many, one_of_fields, shape, typed

MOST_MARKDOWN = 12_000
NewId = Callable[[str], str]


def finish_blocks(blocks: list[Json], surface: str, new_id: NewId) -> list[Json]:
    """A message's blocks as Slack keeps them. Raises InvalidBlocks with a pointer for everything that is wrong."""
    problems = Problems()
    SURFACES[surface](blocks, "/blocks", problems)
    if not problems.sentences:
        _check_whole(blocks, "/blocks", problems)
    if problems.sentences:
        raise InvalidBlocks(problems.sentences)
    return _finished(blocks, new_id)


def finish_view(content: Json, kind: str, new_id: NewId) -> Json:
    """A view as Slack keeps it; `kind` is "modal" or "home". Raises InvalidBlocks (invalid_arguments)."""
    problems = Problems()
    typed(VIEWS, kind)(content, "/view", problems)
    if not problems.sentences:
        _check_whole(content["blocks"], "/view/blocks", problems)
        _check_submit(content, problems)
    if problems.sentences:
        raise InvalidBlocks(problems.sentences, "invalid_arguments")
    return {**_copied(content), "blocks": _finished(content["blocks"], new_id)}


def check_options(answer: Any) -> list[str]:
    """What is wrong with an app's answer to a block_suggestion."""
    problems = Problems()
    shape(
        {"options": many(OPTION, 0, 100), "option_groups": many(OPTION_GROUP, 0, 100)},
        one_of_fields("options", "option_groups"),
    )(answer, "", problems)
    return problems.sentences


def _check_submit(content: Json, problems: Problems) -> None:
    if content["type"] == "modal" and "submit" not in content:
        for index, block in enumerate(content["blocks"]):
            if block["type"] == "input":
                sentence = "must define `submit` to use an `input` block in modals"
                problems.add(sentence, f"/view/blocks/{index}/input")


def _check_whole(blocks: list[Json], path: str, problems: Problems) -> None:
    """The rules that look at all blocks together."""
    everything = list(_all_blocks(blocks))
    for identity, count in Counter(b["block_id"] for b in everything if "block_id" in b).items():
        if count > 1:
            problems.add(f"`block_id` {identity} already exists for another block", path)
    for block in everything:
        actions = [e["action_id"] for e in _elements(block) if "action_id" in e]
        for identity, count in Counter(actions).items():
            if count > 1:
                problems.add(f"`action_id` {identity} already exists for another element of its block", path)
    focused = sum(bool(e.get("focus_on_load")) for block in everything for e in _elements(block))
    if focused > 1:
        problems.add("only one element can have `focus_on_load`", path)
    kinds = Counter(block["type"] for block in everything)
    if kinds["table"] + kinds["data_table"] > 1:
        problems.add("only_one_table_allowed", path)
    if kinds["data_visualization"] > 2:
        problems.add("no more than 2 data_visualization blocks allowed", path)
    if sum(len(block["text"]) for block in everything if block["type"] == "markdown") > MOST_MARKDOWN:
        problems.add(f"markdown blocks must be less than {MOST_MARKDOWN + 1} characters in all", path)


def _all_blocks(blocks: list[Json]) -> Iterator[Json]:
    for block in blocks:
        yield block
        yield from _all_blocks(block.get("child_blocks") or [])
        if block["type"] == "carousel":
            yield from block["elements"]


def _elements(block: Json) -> list[Json]:
    kind = block["type"]
    if kind in ("actions", "context_actions"):
        elements: list[Json] = block["elements"]
        return elements
    if kind == "card":
        return list(block.get("actions") or [])
    element = block.get("element") if kind == "input" else block.get("accessory")
    return [element] if element else []


def _finished(blocks: list[Json], new_id: NewId) -> list[Json]:
    finished: list[Json] = _copied(blocks)
    for block in _all_blocks(finished):
        block.setdefault("block_id", new_id("")[:6])
        for element in _elements(block):
            if element["type"] != "image":
                element.setdefault("action_id", new_id("")[:6])
    return finished


_FLAGS = {"plain_text": ("emoji", True), "mrkdwn": ("verbatim", False)}


def _copied(node: Any) -> Any:
    """A copy with the flags of text objects that Slack sets when they are left out."""
    if isinstance(node, list):
        return [_copied(child) for child in node]
    if not isinstance(node, dict):
        return node
    copied = {key: _copied(child) if isinstance(child, dict | list) else child for key, child in node.items()}
    flag = _FLAGS.get(str(node.get("type")))
    if flag is not None:
        copied.setdefault(*flag)
    return copied
