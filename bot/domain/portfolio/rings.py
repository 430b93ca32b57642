"""Rings of colleagues who countersign one another: each looks at what the one before has recorded, and it closes.

Two who do it for each other are a pair, and told as such.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

LEAST = 2
"""From how many looks on a link of a ring counts."""

Links = Mapping[tuple[int, int], int]
"""How often the second looked at what is the first one's."""


def rings(links: Links, most: int = 8) -> tuple[tuple[int, ...], ...]:
    """The rings of three and more, the shortest first and so many at most; each from its lowest id, in order.

    A link is in one ring only.
    """
    left = {link for link, times in links.items() if times >= LEAST and link[0] != link[1]}
    found: list[tuple[int, ...]] = []
    while len(found) < most and (ring := _shortest(left)) is not None:
        found.append(ring)
        left -= set(zip(ring, (*ring[1:], ring[0]), strict=True))
    return tuple(found)


def _shortest(links: set[tuple[int, int]]) -> tuple[int, ...] | None:
    candidates = [ring for link in sorted(links) if (ring := _closed(link, links)) is not None]
    return min(candidates, key=lambda ring: (len(ring), ring), default=None)


def _closed(link: tuple[int, int], links: set[tuple[int, int]]) -> tuple[int, ...] | None:
    """The shortest ring with this link that is no pair; None where there is none."""
    first, second = link
    following: dict[int, list[int]] = {}
    for one, other in sorted(links - {(second, first)}):
        following.setdefault(one, []).append(other)
    paths: deque[tuple[int, ...]] = deque([(second,)])
    reached = {second}
    while paths:
        path = paths.popleft()
        for member in following.get(path[-1], ()):
            if member == first:
                ring = (first, *path)
                start = ring.index(min(ring))
                return ring[start:] + ring[:start]
            if member not in reached:
                reached.add(member)
                paths.append((*path, member))
    return None
