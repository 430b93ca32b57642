"""What a template reads of its view, found without rendering: the Jinja2 tree is walked with the types of the fields.

A value's type is a set of Python types (a union), or `ANYTHING` where this walk does not know. Followed are attributes,
items, loops, `set`, `include`, macros and `from … import`; a filter's or a test's result is not followed.
"""

from __future__ import annotations

import dataclasses
import inspect
import types
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

from jinja2 import Environment, FileSystemLoader, nodes
from jinja2.runtime import LoopContext

from bot.slack.ids import IdTable

Kind = frozenset[Any]
Scope = dict[str, Kind]
ANYTHING: Kind = frozenset({Any})
_NOTHING_READ = (int, float, bool, type(None))


@dataclasses.dataclass(frozen=True, eq=False)
class _Macro:
    """A macro of a template; `scope` is what its file sees."""

    template: str
    node: nodes.Macro
    scope: Scope


@dataclasses.dataclass
class Reading:
    """What was read so far: `fields` as (class, name), `names` of values of unknown type, and the `mistakes`."""

    fields: set[tuple[type, str]] = dataclasses.field(default_factory=set)
    names: set[str] = dataclasses.field(default_factory=set)
    mistakes: list[str] = dataclasses.field(default_factory=list)
    templates: set[str] = dataclasses.field(default_factory=set)


class TemplateReader:
    """Reads the templates below one folder into one `reading`."""

    def __init__(self, folder: Path) -> None:
        self._environment = Environment(loader=FileSystemLoader(folder), autoescape=True)
        self.reading = Reading()
        self.names = self._environment.list_templates(extensions=["html"])

    def read(self, template: str, **context: Any) -> None:
        """Walk a template whose variables have these types."""
        self._walk(template, {name: kind_of(hint) for name, hint in context.items()})

    def _walk(self, template: str, scope: Scope) -> Scope:
        self.reading.templates.add(template)
        assert self._environment.loader is not None
        source, _, _ = self._environment.loader.get_source(self._environment, template)
        _Walk(self, template, scope).statements(self._environment.parse(source).body)
        return scope

    def included(self, template: str, scope: Scope) -> None:
        self._walk(template, scope)

    def module(self, template: str) -> Scope:
        """What a template that is imported defines."""
        return self._walk(template, {})

    def macro(self, macro: _Macro, arguments: Scope) -> None:
        defaults = dict(
            zip((name.name for name in reversed(macro.node.args)), reversed(macro.node.defaults), strict=False)
        )
        walk = _Walk(self, macro.template, dict(macro.scope))
        bound = {name.name: ANYTHING for name in macro.node.args}
        bound |= {name: walk.kind(node) for name, node in defaults.items()} | arguments
        walk.scope |= bound
        walk.statements(macro.node.body)


class _Walk:
    """The walk through one template (or one macro) with the variables in `scope`."""

    def __init__(self, reader: TemplateReader, template: str, scope: Scope) -> None:
        self._reader, self._template, self.scope = reader, template, scope

    def statements(self, body: Iterable[nodes.Node]) -> None:
        for node in body:
            self._statement(node)

    def _statement(self, node: nodes.Node) -> None:
        match node:
            case nodes.Output():
                for part in node.nodes:
                    self.kind(part)
            case nodes.If():
                self.kind(node.test)
                for branch in (node.body, node.elif_, node.else_):
                    self.statements(branch)
            case nodes.For():
                self._loop(node)
            case nodes.Assign():
                self._bind(node.target, self.kind(node.node))
            case nodes.AssignBlock():
                self.statements(node.body)
                self._bind(node.target, frozenset({str}))
            case nodes.Macro():
                self.scope[node.name] = frozenset({_Macro(self._template, node, self.scope)})
            case nodes.Include(template=nodes.Const(value=str() as name)):
                self._reader.included(name, dict(self.scope))
            case nodes.FromImport(template=nodes.Const(value=str() as name)):
                self._import(name, node)
            case _:
                self._mistake(node, f"a {type(node).__name__} is nothing that this test can follow")

    def _loop(self, node: nodes.For) -> None:
        items = self.kind(node.iter)
        inside = _Walk(self._reader, self._template, {**self.scope, "loop": frozenset({LoopContext})})
        inside._bind(node.target, _element(items))
        if node.test is not None:
            inside.kind(node.test)
        inside.statements(node.body)
        self.statements(node.else_)

    def _import(self, name: str, node: nodes.FromImport) -> None:
        module = self._reader.module(name)
        for imported in node.names:
            source, target = imported if isinstance(imported, tuple) else (imported, imported)
            if source not in module:
                self._mistake(node, f"{name} has no {source}")
            self.scope[target] = module.get(source, ANYTHING)

    def _bind(self, target: nodes.Node, kind: Kind) -> None:
        match target:
            case nodes.Name():
                self.scope[target.name] = kind
            case nodes.Tuple():
                for place, part in enumerate(target.items):
                    self._bind(part, _item(kind, place))

    def kind(self, node: nodes.Node) -> Kind:
        """The type of an expression; what it reads is noted."""
        match node:
            case nodes.Name():
                return self._name(node)
            case nodes.Getattr():
                return self._attribute(node, self.kind(node.node), node.attr)
            case nodes.Getitem():
                container = self.kind(node.node)
                self.kind(node.arg)
                sliced = isinstance(node.arg, nodes.Slice)
                return (
                    container
                    if sliced
                    else _item(container, node.arg.value if isinstance(node.arg, nodes.Const) else None)
                )
            case nodes.Call():
                return self._call(node)
            case nodes.CondExpr():
                self.kind(node.test)
                return self.kind(node.expr1) | (self.kind(node.expr2) if node.expr2 else frozenset())
            case nodes.Or():
                return self.kind(node.left) | self.kind(node.right)
            case nodes.And():
                return self._and(node)
            case nodes.Test(name="defined", node=nodes.Name()):
                return frozenset({bool})
            case nodes.Const():
                return frozenset({type(node.value)})
            case _:
                for part in node.iter_child_nodes():
                    self.kind(part)
                return ANYTHING

    def _and(self, node: nodes.And) -> Kind:
        match node.left:
            case nodes.Test(name="defined", node=nodes.Name(name=name)) if name not in self.scope:
                return _Walk(self._reader, self._template, {**self.scope, name: ANYTHING}).kind(node.right)
        return self.kind(node.left) | self.kind(node.right)

    def _name(self, node: nodes.Name) -> Kind:
        if node.name not in self.scope:
            self._mistake(node, f"nothing is called {node.name} here")
        return self.scope.get(node.name, ANYTHING)

    def _call(self, node: nodes.Call) -> Kind:
        called = self.kind(node.node)
        positional = [self.kind(argument) for argument in node.args]
        named = {argument.key: self.kind(argument.value) for argument in node.kwargs}
        for part in called:
            if isinstance(part, _Macro):
                parameters = [name.name for name in part.node.args]
                self._reader.macro(part, dict(zip(parameters, positional, strict=False)) | named)
        results = [_result(part) for part in called]
        return frozenset().union(*results) if results else ANYTHING

    def _attribute(self, node: nodes.Node, kind: Kind, name: str) -> Kind:
        found: Kind = frozenset()
        for part in kind:
            if part is Any:
                self._reader.reading.names.add(name)
                found |= ANYTHING
            elif part is not type(None):
                found |= self._attribute_of(node, part, name)
        return found or ANYTHING

    def _attribute_of(self, node: nodes.Node, part: Any, name: str) -> Kind:
        if isinstance(part, IdTable):
            if not hasattr(part, name):
                self._mistake(node, f"no room has an id called {name}")
            return ANYTHING
        cls = get_origin(part) or part
        if cls is type:  # an enum that the template reads members of, as `act.SHARE_CARD`
            cls = get_args(part)[0]
        if not isinstance(cls, type):
            return ANYTHING
        self._reader.reading.fields.add((cls, name))
        if get_origin(part) is not type:
            hints = get_type_hints(cls) if dataclasses.is_dataclass(cls) or hasattr(cls, "_fields") else {}
            if name in hints:
                return kind_of(hints[name])
        if not hasattr(cls, name):
            self._mistake(node, f"{cls.__name__} has no {name}")
            return ANYTHING
        return _member(inspect.getattr_static(cls, name))

    def _mistake(self, node: nodes.Node, what: str) -> None:
        self._reader.reading.mistakes.append(f"{self._template}:{node.lineno}: {what}")


def kind_of(hint: Any) -> Kind:
    """The types of an annotation; a union gives several."""
    if get_origin(hint) in (Union, types.UnionType):
        return frozenset().union(*(kind_of(part) for part in get_args(hint)))
    return frozenset({hint})


def _generic(part: Any) -> tuple[Any, tuple[Any, ...]]:
    """`tuple[int, str]` as `tuple` and its arguments."""
    return get_origin(part), get_args(part)


def _member(member: Any) -> Kind:
    """The type of a property's value; a function itself, for the call that follows."""
    if isinstance(member, property) and member.fget is not None:
        return kind_of(get_type_hints(member.fget).get("return", Any))
    return frozenset({member}) if inspect.isroutine(member) else ANYTHING


def _result(part: Any) -> Kind:
    if isinstance(part, _Macro):
        return frozenset({str})
    if inspect.isfunction(part):
        return kind_of(get_type_hints(part).get("return", Any))
    return frozenset({str}) if getattr(part, "__objclass__", None) is str else ANYTHING


def _element(kind: Kind) -> Kind:
    """What a loop over a value gives."""
    found: Kind = frozenset()
    for part in kind:
        origin, arguments = _generic(part)
        if part in _NOTHING_READ:
            continue
        if origin is tuple:
            found = found.union(*(kind_of(one) for one in arguments if one is not Ellipsis))
        elif isinstance(origin, type) and issubclass(origin, Sequence | set | frozenset | Mapping):
            found |= kind_of(arguments[0])
        else:
            found |= ANYTHING
    return found or ANYTHING


def _item(kind: Kind, place: object) -> Kind:
    """What `value[place]` is; `place` is None where the template works it out."""
    found: Kind = frozenset()
    for part in kind:
        origin, arguments = _generic(part)
        if origin is tuple and Ellipsis not in arguments and isinstance(place, int) and place < len(arguments):
            found |= kind_of(arguments[place])
        elif isinstance(origin, type) and issubclass(origin, Mapping):
            found |= kind_of(arguments[1])
        elif part is not type(None):
            found |= _element(frozenset({part}))
    return found or ANYTHING
