"""`<chart>`: a data_visualization block from series of points, or from segments. Data never makes it fail."""

import math
from typing import Any
from xml.etree.ElementTree import Element as Node

import slackblocks as sb

from bot.slack.markup import limits
from bot.slack.markup.elements import Convert, attributes, children, one_of
from bot.slack.markup.errors import CompileError
from bot.slack.markup.text import cut, plain

_AXIS_CHARTS = {"line": sb.LineChart, "bar": sb.BarChart, "area": sb.AreaChart}


def finite(value: str) -> float:
    """A number that JSON can carry."""
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"takes a number, not {value!r}")
    return int(number) if number.is_integer() else number


def _axis_title(value: str) -> str:
    return plain(value, limits.CHART_TITLE)


CHART: dict[str, Convert] = {
    "type": one_of(*_AXIS_CHARTS, "pie"),
    "title": _axis_title,
    "x_label": _axis_title,
    "y_label": _axis_title,
}
SERIES: dict[str, Convert] = {"name": str}
POINT: dict[str, Convert] = {"label": str, "value": finite}


def chart(node: Node, own: dict[str, Any]) -> tuple[sb.Block | None, bool]:
    """The block, None when it has nothing to show, and whether something was left out for lack of room."""
    missing = [name for name in ("type", "title") if name not in node.attrib]
    if missing:
        raise CompileError(f"<chart> needs {' and '.join(missing)}", node.get("_", "?"))
    kind, title = own.pop("type"), own.pop("title", "—")
    built, was_cut = _pie(node) if kind == "pie" else _axes(node, kind, own)
    own = {"block_id": own["block_id"]} if "block_id" in own else {}
    return (sb.DataVisualizationBlock(title, built, **own) if built else None), was_cut


def _pie(node: Node) -> tuple[sb.PieChart | None, bool]:
    segments = [attributes(child, POINT) for child in children(node, ("segment",))]
    shown = [segment for segment in segments if segment.get("value", 0) > 0]
    labels = _unique([segment.get("label", "") for segment in shown])
    parts = [
        sb.ChartSegment(label, segment["value"])
        for label, segment in zip(labels, shown[: limits.CHART_SERIES], strict=False)
    ]
    return (sb.PieChart(parts) if parts else None), len(parts) < len(shown)


def _axes(node: Node, kind: str, own: dict[str, Any]) -> tuple[Any, bool]:
    """A category for which a series has no value is left out: nobody knows it, and 0 would be a claim."""
    all_series = children(node, ("series",))
    values = [_points(series) for series in all_series[: limits.CHART_SERIES]]
    shared_labels = [label for label in (values[0] if values else {}) if all(label in points for points in values)]
    categories = shared_labels[: limits.CHART_POINTS]
    if not categories:
        return None, False
    shown = _unique(categories)
    names = _unique([attributes(series, SERIES).get("name", "") for series in all_series[: limits.CHART_SERIES]])
    series_list = [
        sb.DataSeries(
            name, [sb.DataPoint(label, points[category]) for label, category in zip(shown, categories, strict=True)]
        )
        for name, points in zip(names, values, strict=True)
    ]
    axes = sb.AxisConfig(shown, own.pop("x_label", None), own.pop("y_label", None))
    was_cut = len(categories) < len(shared_labels) or len(series_list) < len(all_series)
    return _AXIS_CHARTS[kind](series_list, axes), was_cut


def _points(series: Node) -> dict[str, float]:
    """The known values of a series by the category's label, in order."""
    points = [attributes(child, POINT) for child in children(series, ("point",))]
    return {point.get("label", ""): point["value"] for point in points if "value" in point}


def _unique(labels: list[str]) -> list[str]:
    """The labels, cut to what Slack takes and still told apart by a number."""
    seen: set[str] = set()
    result = []
    for label in labels:
        short, count = plain(label, limits.CHART_LABEL), 1
        while short in seen:
            count += 1
            short = f"{cut(plain(label, limits.CHART_LABEL), limits.CHART_LABEL - 4)} {count}"
        seen.add(short)
        result.append(short)
    return result
