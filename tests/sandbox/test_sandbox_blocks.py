"""Blocks and views are refused as by Slack: every limit and every unknown field, with a pointer to it."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.blocks import check_options, finish_blocks, finish_view
from sandbox.errors import InvalidBlocks
from tests.sandbox.samples import (
    ACTION_ELEMENTS,
    BUTTON,
    CONFIRM,
    DATA_TABLE,
    INPUT_BLOCKS,
    MESSAGE_BLOCKS,
    MODAL,
    OPTIONS,
    Json,
    mrkdwn,
    option,
    plain,
)


def new_id(letter: str) -> str:
    return f"{letter}NEWID"


def problems(blocks: list[Json], surface: str = "message") -> list[str]:
    """What is wrong with these blocks; empty when Slack would take them."""
    try:
        finish_blocks(blocks, surface, new_id)
    except InvalidBlocks as refusal:
        return refusal.problems
    return []


def view_problems(view: Json, kind: str = "modal") -> list[str]:
    try:
        finish_view(view, kind, new_id)
    except InvalidBlocks as refusal:
        return refusal.problems
    return []


@pytest.mark.parametrize("block", [*MESSAGE_BLOCKS, DATA_TABLE], ids=lambda block: str(block["type"]))
def test_every_valid_block_is_taken_and_left_as_it_was(block: Json) -> None:
    before = copy.deepcopy(block)
    assert problems([block]) == []
    assert block == before


@pytest.mark.parametrize("block", INPUT_BLOCKS, ids=lambda block: str(block["element"]["type"]))
def test_every_valid_input_is_taken(block: Json) -> None:
    assert view_problems({**MODAL, "blocks": [block]}) == []


def objects(node: Any, path: str = "") -> Iterator[tuple[str, Json]]:
    """All objects of a block with their pointers, except where Slack takes any JSON."""
    if isinstance(node, dict):
        yield path, node
        for key, value in node.items():
            yield from objects(value, f"{path}/{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from objects(value, f"{path}/{index}")


@pytest.mark.parametrize("block", [*MESSAGE_BLOCKS, DATA_TABLE], ids=lambda block: str(block["type"]))
def test_an_unknown_field_is_refused_wherever_it_stands(block: Json) -> None:
    places = [path for path, _ in objects(block)]
    for path in places:
        broken = copy.deepcopy(block)
        dict(objects(broken))[path]["surprise"] = 1
        assert problems([broken]), path


LIMITS: list[tuple[Json, str]] = [
    (
        {"type": "section", "text": mrkdwn("x" * 3001)},
        "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
    ),
    ({"type": "section", "text": mrkdwn("")}, "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    ({"type": "section"}, "must define either `text` or `fields` [json-pointer:/blocks/0/type]"),
    (
        {"type": "section", "fields": [mrkdwn("a")] * 11},
        "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
    ),
    (
        {"type": "section", "fields": [mrkdwn("x" * 2001)]},
        "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]",
    ),
    ({"type": "header", "text": mrkdwn("Title")}, "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]"),
    (
        {"type": "header", "text": plain("x" * 151)},
        "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
    ),
    ({"type": "context", "elements": []}, "must provide at least 1 items [json-pointer:/blocks/0/elements]"),
    (
        {"type": "actions", "elements": [{**BUTTON, "action_id": f"b{n}"} for n in range(26)]},
        "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
    ),
    (
        {"type": "actions", "elements": [{**BUTTON, "text": plain("x" * 76)}]},
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
    ),
    (
        {"type": "actions", "elements": [{**BUTTON, "value": "x" * 2001}]},
        "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
    ),
    (
        {"type": "actions", "elements": [{**BUTTON, "style": "loud"}]},
        "must be a valid enum value [json-pointer:/blocks/0/elements/0/style]",
    ),
    (
        {"type": "actions", "elements": [{**BUTTON, "url": "no url"}]},
        "must be a valid URL [json-pointer:/blocks/0/elements/0/url]",
    ),
    (
        {"type": "actions", "elements": [BUTTON, BUTTON]},
        "`action_id` go already exists for another element of its block [json-pointer:/blocks]",
    ),
    (
        {"type": "actions", "elements": [{"type": "plain_text_input", "action_id": "a"}]},
        "unsupported type: plain_text_input [json-pointer:/blocks/0/elements/0/type]",
    ),
    (
        {"type": "section", "text": mrkdwn("a"), "accessory": ACTION_ELEMENTS[6]},
        "unsupported type: datetimepicker [json-pointer:/blocks/0/accessory/type]",
    ),
    (
        {"type": "actions", "elements": [{"type": "static_select", "action_id": "a", "options": [option("a")] * 101}]},
        "no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]",
    ),
    (
        {"type": "actions", "elements": [{"type": "static_select", "action_id": "a", "options": [option("x" * 76)]}]},
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/text/text]",
    ),
    (
        {
            "type": "actions",
            "elements": [{"type": "static_select", "options": OPTIONS, "initial_option": option("three")}],
        },
        "`initial_option` must match one of the options [json-pointer:/blocks/0/elements/0/initial_option]",
    ),
    (
        {"type": "actions", "elements": [{"type": "overflow", "options": [option(str(n)) for n in range(6)]}]},
        "no more than 5 items allowed [json-pointer:/blocks/0/elements/0/options]",
    ),
    ({"type": "divider", "block_id": "x" * 256}, "must be less than 256 characters [json-pointer:/blocks/0/block_id]"),
    ({"type": "spacer"}, "unsupported type: spacer [json-pointer:/blocks/0/type]"),
    ({"text": mrkdwn("a")}, "missing required field: type [json-pointer:/blocks/0]"),
    (
        {"type": "image", "alt_text": "a"},
        "must define exactly one of `image_url`, `slack_file` [json-pointer:/blocks/0]",
    ),
    ({"type": "alert", "text": mrkdwn("a")}, "unsupported type: alert [json-pointer:/blocks/0/type]"),
    (
        {"type": "actions", "elements": [{**BUTTON, "confirm": {**CONFIRM, "confirm": plain("x" * 31)}}]},
        "must be less than 31 characters [json-pointer:/blocks/0/elements/0/confirm/confirm/text]",
    ),
]


@pytest.mark.parametrize(("block", "sentence"), LIMITS, ids=[sentence.split(" [")[0] for _, sentence in LIMITS])
def test_a_limit_is_named_with_its_pointer(block: Json, sentence: str) -> None:
    assert sentence in problems([block])


def test_the_answers_are_slacks() -> None:
    with pytest.raises(InvalidBlocks) as blocks:
        finish_blocks([{"type": "section"}], "message", new_id)
    sentence = "must define either `text` or `fields` [json-pointer:/blocks/0/type]"
    assert blocks.value.answer() == {
        "ok": False,
        "error": "invalid_blocks",
        "errors": [sentence],
        "response_metadata": {"messages": [f"[ERROR] {sentence}"]},
    }
    with pytest.raises(InvalidBlocks) as view:
        finish_view({**MODAL, "title": "A string"}, "modal", new_id)
    assert view.value.answer()["error"] == "invalid_arguments"


def test_limits_of_a_whole_message() -> None:
    divider: Json = {"type": "divider"}
    table = next(block for block in MESSAGE_BLOCKS if block["type"] == "table")
    chart = next(block for block in MESSAGE_BLOCKS if block["type"] == "data_visualization")
    markdown: Json = {"type": "markdown", "text": "x" * 6001}
    assert problems([divider] * 51) == ["no more than 50 items allowed [json-pointer:/blocks]"]
    assert problems([table, DATA_TABLE]) == ["only_one_table_allowed [json-pointer:/blocks]"]
    assert problems([chart] * 3) == ["no more than 2 data_visualization blocks allowed [json-pointer:/blocks]"]
    assert problems([markdown, markdown]) == [
        "markdown blocks must be less than 12001 characters in all [json-pointer:/blocks]"
    ]
    assert problems([{**divider, "block_id": "a"}, {**divider, "block_id": "a"}]) == [
        "`block_id` a already exists for another block [json-pointer:/blocks]"
    ]


def test_views_have_limits_of_their_own() -> None:
    field = INPUT_BLOCKS[0]
    assert view_problems({**MODAL, "title": plain("x" * 25)})[-1] == (
        "must be less than 25 characters [json-pointer:/view/title/text]"
    )
    without_submit = {key: value for key, value in MODAL.items() if key != "submit"}
    assert view_problems({**without_submit, "blocks": [field]}) == [
        "must define `submit` to use an `input` block in modals [json-pointer:/view/blocks/0/input]"
    ]
    assert view_problems({**MODAL, "id": "V1"}) == ["invalid additional property: id [json-pointer:/view]"]
    assert view_problems({**MODAL, "private_metadata": "x" * 3001}) == [
        "must be less than 3001 characters [json-pointer:/view/private_metadata]"
    ]
    assert view_problems({**MODAL, "blocks": [{"type": "divider"}] * 101}) == [
        "no more than 100 items allowed [json-pointer:/view/blocks]"
    ]
    assert view_problems({**MODAL, "blocks": [{"type": "markdown", "text": "a"}]}) == [
        "unsupported type: markdown [json-pointer:/view/blocks/0/type]"
    ]
    assert view_problems({"type": "home", "blocks": []}, "home") == [
        "must provide at least 1 items [json-pointer:/view/blocks]"
    ]
    focused: Json = {**field, "element": {**field["element"], "focus_on_load": True}}
    assert view_problems({**MODAL, "blocks": [focused, focused]}) == [
        "only one element can have `focus_on_load` [json-pointer:/view/blocks]"
    ]


def test_home_takes_containers_and_charts_and_a_modal_does_not() -> None:
    newer = [block for block in MESSAGE_BLOCKS if block["type"] in ("container", "data_visualization")]
    assert view_problems({"type": "home", "blocks": newer[:2]}, "home") == []
    for block in newer:
        assert view_problems({**MODAL, "blocks": [block]}) == [
            f"unsupported type: {block['type']} [json-pointer:/view/blocks/0/type]"
        ]


def test_what_was_left_out_is_filled_in() -> None:
    blocks: list[Json] = [
        {"type": "section", "text": mrkdwn("a"), "accessory": {"type": "button", "text": plain("b")}},
        {"type": "divider", "block_id": "mine"},
    ]
    section, divider = finish_blocks(blocks, "message", new_id)
    assert section["text"]["verbatim"] is False and section["accessory"]["text"]["emoji"] is True
    assert section["block_id"] and section["accessory"]["action_id"]
    assert divider == {"type": "divider", "block_id": "mine"}


def test_options_that_an_app_offers_are_checked() -> None:
    assert check_options({"options": [option("a")]}) == []
    assert check_options({"option_groups": [{"label": plain("G"), "options": [option("a")]}]}) == []
    assert check_options({"options": [option("a")] * 101}) and check_options(None) and check_options({"options": [1]})
