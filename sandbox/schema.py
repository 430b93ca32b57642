"""A small language for the shape of JSON, and the sentences that Slack answers when something does not fit.

A shape is a mapping from field names to checks; a name that ends in "!" is required, and every other field is refused.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.model import Json


class Problems:
    """The sentences of one refusal, each with the place it is about."""

    def __init__(self) -> None:
        self.sentences: list[str] = []

    def add(self, sentence: str, path: str) -> None:
        """Note a problem at the JSON pointer `path`."""
        self.sentences.append(f"{sentence} [json-pointer:{path}]")


Check = Callable[[Any, str, Problems], None]
Rule = Callable[[Json, str, Problems], None]


@dataclass(frozen=True)
class Shape:
    """The fields of an object, which of them are required, and rules that look at several at once."""

    fields: Mapping[str, Check]
    required: tuple[str, ...]
    rules: tuple[Rule, ...]

    def __call__(self, value: Any, path: str, problems: Problems) -> None:
        if not isinstance(value, dict):
            problems.add("must provide an object", path)
            return
        before = len(problems.sentences)
        for name in self.required:
            if name not in value:
                problems.add(f"missing required field: {name}", path)
        for name, item in value.items():
            check = self.fields.get(name)
            if check is None:
                problems.add(f"invalid additional property: {name}", path)
            else:
                check(item, f"{path}/{name}", problems)
        if len(problems.sentences) == before:
            for rule in self.rules:
                rule(value, path, problems)


def shape(fields: Mapping[str, Check], *rules: Rule) -> Shape:
    """A shape from a mapping whose required names end in "!"; `rules` run when all fields are fine."""
    plain = {name.removesuffix("!"): check for name, check in fields.items()}
    return Shape(plain, tuple(name[:-1] for name in fields if name.endswith("!")), rules)


def string(most: int | None = None, least: int = 0, pattern: str | None = None, be: str = "match") -> Check:
    """A string of `least` to `most` characters that matches `pattern`; `be` names what the pattern asks for."""
    compiled = re.compile(pattern) if pattern else None

    def check(value: Any, path: str, problems: Problems) -> None:
        if not isinstance(value, str):
            problems.add("must provide a string", path)
        elif len(value) < least:
            problems.add(f"must be more than {least - 1} characters", path)
        elif most is not None and len(value) > most:
            problems.add(f"must be less than {most + 1} characters", path)
        elif compiled is not None and not compiled.fullmatch(value):
            problems.add(f"must be a valid {be}", path)

    return check


def whole(least: int | None = None, most: int | None = None) -> Check:
    """A whole number."""

    def check(value: Any, path: str, problems: Problems) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            problems.add("must be an integer", path)
        elif least is not None and value < least:
            problems.add(f"must be greater than or equal to {least}", path)
        elif most is not None and value > most:
            problems.add(f"must be less than or equal to {most}", path)

    return check


def number(above: float | None = None) -> Check:
    """A number, greater than `above` if given."""

    def check(value: Any, path: str, problems: Problems) -> None:
        if not isinstance(value, int | float) or isinstance(value, bool):
            problems.add("must be a number", path)
        elif above is not None and value <= above:
            problems.add(f"must be greater than {above}", path)

    return check


def boolean(value: Any, path: str, problems: Problems) -> None:
    """true or false."""
    if not isinstance(value, bool):
        problems.add("must be a boolean", path)


def anything(value: Any, path: str, problems: Problems) -> None:
    """Any JSON."""


def enum(*values: Any) -> Check:
    """One of `values`."""

    def check(value: Any, path: str, problems: Problems) -> None:
        if value not in values or isinstance(value, bool) != isinstance(values[0], bool):
            problems.add("must be a valid enum value", path)

    return check


def many(item: Check, least: int = 0, most: int | None = None, unique: bool = False) -> Check:
    """A list of `least` to `most` items, none twice when `unique`."""

    def check(value: Any, path: str, problems: Problems) -> None:
        if not isinstance(value, list):
            problems.add("must provide an array", path)
            return
        if len(value) < least:
            problems.add(f"must provide at least {least} items", path)
        if most is not None and len(value) > most:
            problems.add(f"no more than {most} items allowed", path)
            return
        if unique and any(entry in value[:index] for index, entry in enumerate(value)):
            problems.add("items must be unique", path)
        for index, entry in enumerate(value):
            item(entry, f"{path}/{index}", problems)

    return check


def either(*checks: Check) -> Check:
    """Whatever fits one of `checks`; Slack then only says that none fitted."""

    def check(value: Any, path: str, problems: Problems) -> None:
        for check in checks:
            attempt = Problems()
            check(value, path, attempt)
            if not attempt.sentences:
                return
        problems.add("failed to match all allowed schemas", path)

    return check


def typed(table: Mapping[str, Check], *names: str) -> Check:
    """An object whose `type` is one of `names` (none: any of the table), checked by the table's entry for it."""
    allowed = frozenset(names)

    def check(value: Any, path: str, problems: Problems) -> None:
        if not isinstance(value, dict):
            problems.add("must provide an object", path)
            return
        kind = value.get("type")
        if kind is None:
            problems.add("missing required field: type", path)
        elif not isinstance(kind, str) or kind not in table or (allowed and kind not in allowed):
            problems.add(f"unsupported type: {kind}", f"{path}/type")
        else:
            table[kind](value, path, problems)

    return check


def one_of_fields(*names: str) -> Rule:
    """Exactly one of these fields must be there."""

    def rule(value: Json, path: str, problems: Problems) -> None:
        if sum(name in value for name in names) != 1:
            problems.add(f"must define exactly one of {', '.join(f'`{name}`' for name in names)}", path)

    return rule


def any_of_fields(*names: str) -> Rule:
    """At least one of these fields must be there."""

    def rule(value: Json, path: str, problems: Problems) -> None:
        if not any(name in value for name in names):
            problems.add(f"must define either {' or '.join(f'`{name}`' for name in names)}", f"{path}/type")

    return rule
