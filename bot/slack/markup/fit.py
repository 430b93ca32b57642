"""Keeps a surface within Slack's totals: blocks of its kind, characters of JSON. Data never makes it fail."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import slackblocks as sb

from bot.slack.markup import limits
from bot.slack.markup.text import ELLIPSIS, sentence

Json = dict[str, Any]
Build = Callable[[float], tuple[Json | None, bool]]

_SHARE = 0.4
"""Where a surface is too long, no block of it may take more than this share of the whole."""
_MORE = 300


@dataclass
class Piece:
    """A built block, and how to build it again with a part of Slack's limits."""

    build: Build
    keep: bool
    block: Json
    was_cut: bool

    @classmethod
    def of(cls, build: Build, keep: bool) -> "Piece | None":
        """The piece at Slack's own limits; None for a block that has nothing to show."""
        block, was_cut = build(1.0)
        return None if block is None else cls(build, keep, block, was_cut)

    @property
    def size(self) -> int:
        """What the block adds to `json.dumps` of the list."""
        return _size(self.block)

    def shrink(self, most: int) -> None:
        """Shortens texts and lists until the block takes `most` characters of JSON, or cannot get shorter."""
        scale = 1.0
        while self.size > most and scale > 0.01:
            scale *= min(0.5, most / self.size)
            block, self.was_cut = self.build(scale)
            self.block = block or self.block


def fit(pieces: list[Piece], surface: str, more: str, unbuilt: int = 0) -> list[Json]:
    """The blocks of `pieces` that a surface carries, with a line that says how many are left out.

    Blocks go from the end, never those marked `keep`. `more` says how to see the rest; the line stands before the
    kept blocks at the end, also where only a text was cut. `unbuilt` sections are left out already.
    """
    most, budget = limits.BLOCKS[surface], limits.JSON[surface]
    hint = bool(more) and any(piece.was_cut for piece in pieces)
    total, dropped = _total(pieces), unbuilt
    if not hint and len(pieces) <= most and total <= budget:
        return [piece.block for piece in pieces]
    reserve = _size(_line(len(pieces) + unbuilt, more))
    if len(pieces) >= most or total + reserve > budget:
        pieces, dropped_sections = _without_excess(pieces, most - 1, budget - reserve)
        dropped += dropped_sections
    blocks = [piece.block for piece in pieces]
    end = len(pieces)
    while end and pieces[end - 1].keep:
        end -= 1
    end = end or len(pieces)
    return [*blocks[:end], _line(dropped, more), *blocks[end:]]


def _without_excess(pieces: list[Piece], most: int, budget: int) -> tuple[list[Piece], int]:
    """The pieces for which there is room, huge ones shortened, and how many sections are left out."""
    share = int(budget * _SHARE)
    must_stay = [piece for piece in pieces if piece.keep]
    for piece in must_stay:
        piece.shrink(share)
    while must_stay and (_total(must_stay) > budget or len(must_stay) > most):
        must_stay.pop()
    kept_ids = {id(piece) for piece in must_stay}
    room, places = budget - _total(must_stay), most - len(must_stay)
    included: list[Piece] = []
    for piece in pieces:
        if id(piece) in kept_ids:
            continue
        if places > 0:
            piece.shrink(share)
        if piece.size > room or places < 1:
            break
        included.append(piece)
        room, places = room - piece.size, places - 1
    if len(included) + len(must_stay) < len(pieces):
        while len(included) > 1 and included[-1].block["type"] in ("divider", "header"):
            included.pop()
    kept_ids |= {id(piece) for piece in included}
    removed = [piece for piece in pieces if id(piece) not in kept_ids]
    return [piece for piece in pieces if id(piece) in kept_ids], sum(p.block["type"] == "section" for p in removed)


def _line(dropped: int, more: str) -> Json:
    """The line about what is left out: "… 12 more — /proof acme gaps"."""
    count = f"{ELLIPSIS} {dropped} more" if dropped else f"{ELLIPSIS} more"
    words = sentence(f"{count} — {more}" if more else count, _MORE)
    return sb.ContextBlock([sb.Markdown(words, verbatim=True)], block_id="more")._resolve()


def _size(block: Json) -> int:
    """What a block adds to `json.dumps` of the list: itself and the separator."""
    return len(json.dumps(block)) + 2


def _total(pieces: list[Piece]) -> int:
    return len(json.dumps([piece.block for piece in pieces]))
