"""As much of PromQL as the alert rules use, over two looks at a process: https://prometheus.io/docs/prometheus/latest/querying/

A range is the time between the two looks, whatever its length. What is not known here fails the test that asks for it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from prometheus_client import CollectorRegistry

Labels = frozenset[tuple[str, str]]
Series = tuple[str, Labels]
Look = Mapping[Series, float]

_SELECTOR = re.compile(r"\b(proofline_\w+)(?:\{([^}]*)\})?(\[\w+\])?")
_LABEL = re.compile(r'(\w+)="([^"]*)"')
_SECONDS = 1.0


def look(registry: CollectorRegistry) -> Look:
    """Every series that the registry shows, with its figure."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for metric in registry.collect()
        for sample in metric.samples
    }


def selectors(expr: str) -> list[tuple[str, Labels]]:
    """The series that an expression reads: name, and the labels that it asks for."""
    return [(name, frozenset(_LABEL.findall(labels))) for name, labels, _ in _SELECTOR.findall(expr)]


def matching(seen: Look, name: str, labels: Labels) -> dict[Labels, float]:
    """The series of this name that have all these labels."""
    return {series: figure for (called, series), figure in seen.items() if called == name and labels <= series}


def fires(expr: str, before: Look, after: Look) -> bool:
    """Whether the alert's expression is true between two looks."""

    def read(name: str, labels: str, ranged: bool) -> Vector:
        asked = frozenset(_LABEL.findall(labels))
        now = matching(after, name, asked)
        if not ranged:
            return Vector(now)
        # A series that was not there before has no increase, whatever its figure is now.
        then = matching(before, name, asked)
        return Vector({series: now[series] - then[series] for series in now.keys() & then.keys()})

    python = _SELECTOR.sub(lambda found: f"read({found[1]!r}, {found[2] or ''!r}, {bool(found[3])})", expr)
    python = re.sub(r"\bsum\((.*)\) by \(le\)", r"sum_by_le(\1)", python)
    return bool(eval(python, {"__builtins__": {}}, {**_FUNCTIONS, "read": read}).figures)


@dataclass(frozen=True)
class Vector:
    """Figures by their labels. A comparison keeps those for which it is true."""

    figures: dict[Labels, float]

    def __gt__(self, bound: float) -> Vector:
        return self._kept(lambda figure: figure > bound)

    def __lt__(self, bound: float) -> Vector:
        return self._kept(lambda figure: figure < bound)

    def __add__(self, other: Vector) -> Vector:
        both = self.figures.keys() & other.figures.keys()
        return Vector({series: self.figures[series] + other.figures[series] for series in both})

    def _kept(self, wanted: Callable[[float], bool]) -> Vector:
        return Vector({series: figure for series, figure in self.figures.items() if wanted(figure)})

    def known(self) -> list[float]:
        """The figures that are numbers."""
        return [figure for figure in self.figures.values() if not math.isnan(figure)]


def _one(figures: list[float]) -> Vector:
    return Vector({frozenset(): figures[0]} if figures else {})


def _sum_by_le(given: Vector) -> Vector:
    total: dict[Labels, float] = {}
    for series, figure in given.figures.items():
        bound = frozenset(pair for pair in series if pair[0] == "le")
        total[bound] = total.get(bound, 0.0) + figure
    return Vector(total)


def _histogram_quantile(share: float, buckets: Vector) -> Vector:
    counts = sorted((float(dict(series)["le"]), count) for series, count in buckets.figures.items())
    if not counts or not counts[-1][1]:
        return Vector({frozenset(): math.nan} if counts else {})
    wanted, lower, below = share * counts[-1][1], 0.0, 0.0
    for bound, count in counts:
        if count >= wanted:
            # In the last bucket, which has no end, Prometheus answers with where it begins.
            inside = lower if math.isinf(bound) else lower + (bound - lower) * (wanted - below) / (count - below)
            return Vector({frozenset(): inside})
        lower, below = bound, count
    raise AssertionError("the last bucket holds everything")


_FUNCTIONS: dict[str, Callable[..., Vector]] = {
    "max": lambda given: _one(sorted(given.known(), reverse=True)),
    "min": lambda given: _one(sorted(given.known())),
    "increase": lambda given: given,
    "rate": lambda given: Vector({series: figure / _SECONDS for series, figure in given.figures.items()}),
    "absent": lambda given: _one([] if given.figures else [1.0]),
    "sum_by_le": _sum_by_le,
    "histogram_quantile": _histogram_quantile,
}
