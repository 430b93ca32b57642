"""Every template reads only what its view has, and every view has only what somebody reads."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import pkgutil
from collections import defaultdict
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

import bot
from bot.domain.labels import Choices
from bot.resources import TEMPLATES
from bot.rooms import ACTIONS, CALLBACKS
from bot.slack.edge import template_of
from tests.support.template_types import TemplateReader

SOURCE = Path(bot.__file__).parent
ALWAYS = {"act": ACTIONS, "callback": CALLBACKS, "place": str, "choices": Choices}
"""What every template gets beside its view."""


def modules() -> list[ModuleType]:
    names = [found.name for found in pkgutil.walk_packages(bot.__path__, "bot.") if not found.name.endswith("__main__")]
    return [importlib.import_module(name) for name in names]


def shown_classes() -> list[type]:
    """Every dataclass that is a view or stands in a module of views."""
    return [
        cls
        for module in modules()
        for name, cls in inspect.getmembers(module, inspect.isclass)
        if cls.__module__ == module.__name__
        and dataclasses.is_dataclass(cls)
        and (name.endswith("View") or module.__name__.endswith(".views"))
    ]


def view_by_template() -> dict[str, type]:
    views = [cls for cls in shown_classes() if cls.__name__.endswith("View")]
    named = {template_of(object.__new__(cls)): cls for cls in views}
    assert len(named) == len(views), "two views have one template"
    return named


@cache
def read_all() -> TemplateReader:
    reader = TemplateReader(TEMPLATES)
    for template, view in view_by_template().items():
        if template in reader.names:
            reader.read(template, view=view, **ALWAYS)
    return reader


def test_a_template_reads_only_what_its_view_has() -> None:
    reader = read_all()
    assert not sorted(set(reader.reading.mistakes))


def test_every_template_has_a_view_and_every_view_a_template() -> None:
    reader = read_all()
    assert sorted(set(reader.names) - reader.reading.templates) == []
    without = [cls for template, cls in view_by_template().items() if template not in reader.names]
    assert [cls.__name__ for cls in without if not cls.__subclasses__()] == []


def test_somebody_reads_every_field_of_a_view() -> None:
    reader = read_all()
    in_python = attributes_by_file()
    unread = [
        f"{cls.__module__}.{cls.__name__}.{field.name}"
        for cls in shown_classes()
        for field in dataclasses.fields(cls)
        if not any(name == field.name and issubclass(other, owner(cls, name)) for other, name in reader.reading.fields)
        and field.name not in reader.reading.names
        and not any(field.name in read for file, read in in_python.items() if may_know(file, cls))
    ]
    assert not unread, "nobody reads\n" + "\n".join(unread)


def owner(cls: type, field: str) -> type:
    """The class that declares a field of this one: that some view which inherits it shows it is enough."""
    return next(base for base in reversed(cls.__mro__) if field in inspect.get_annotations(base))


def attributes_by_file() -> dict[Path, set[str]]:
    """The names of all attributes that each Python file reads."""
    read: dict[Path, set[str]] = defaultdict(set)
    for file in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                read[file].add(node.attr)
    return read


def may_know(file: Path, cls: type) -> bool:
    """Whether a file is of the same room as a class, or imports something of that room."""
    room = cls.__module__.rpartition(".")[0]
    return file.is_relative_to(SOURCE.parent / room.replace(".", "/")) or room in text_of(file)


@cache
def text_of(file: Path) -> str:
    return file.read_text("utf-8")


@pytest.mark.parametrize(
    ("source", "mistake"),
    [
        ("{{ view.nothing }}", "x.html:1: CardView has no nothing"),
        ("\n{% for line in view.proven %}{{ line.nothing }}{% endfor %}", "x.html:2: ProofLine has no nothing"),
        ("{% if view.judgement.nothing %}{% endif %}", "x.html:1: JudgementLine has no nothing"),
        ("{% set card = view %}{% include 'inner.html' %}", "inner.html:1: CardView has no inner"),
        ("{% from 'macros.html' import m %}{{ m(view.people[0]) }}", "macros.html:1: CardPersonLine has no inside"),
        ("{{ view.proven[:view.shown.nothing] | length }}", "x.html:1: Shown has no nothing"),
        ("{{ act.NOTHING }}", "x.html:1: no room has an id called NOTHING"),
        ("{{ cards }}", "x.html:1: nothing is called cards here"),
        ("{{ view.stage.nothing }}", "x.html:1: Stage has no nothing"),
        ("{% from 'macros.html' import other %}", "x.html:1: macros.html has no other"),
    ],
)
def test_a_wrong_name_is_found(tmp_path: Path, source: str, mistake: str) -> None:
    (tmp_path / "x.html").write_text(source)
    (tmp_path / "inner.html").write_text("{{ card.inner }}")
    (tmp_path / "macros.html").write_text("{% macro m(line) %}{{ line.inside }}{% endmacro %}")
    reader = TemplateReader(tmp_path)
    reader.read("x.html", view=view_by_template()["accounts/card.html"], **ALWAYS)
    assert reader.reading.mistakes == [mistake]
