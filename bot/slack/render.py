"""Templates to messages and views: Jinja2 renders the markup, `bot.slack.markup` compiles it."""

import re
from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from jinja2 import (
    BaseLoader,
    Environment,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    UndefinedError,
)
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from markupsafe import Markup, escape

from bot import phrases
from bot.domain.labels import Choices
from bot.resources import TEMPLATES
from bot.slack import markup
from bot.slack.ids import IdTable
from bot.slack.markup import CompileError, Message
from bot.slack.markup.compiler import TAGS
from bot.slack.markup.text import cut

_Surface = TypeVar("_Surface")
_OPENING = re.compile(r"<([a-z_]\w*)")


class Renderer:
    """Renders the templates below one folder, which it reads when it is made; threads may share a renderer.

    Every template reads the ids of buttons as `act`, those of modals as `callback`.
    """

    def __init__(
        self, templates: Path | None = None, *, actions: IdTable | None = None, callbacks: IdTable | None = None
    ) -> None:
        self._folder = templates or TEMPLATES
        self._loader = _Loaded(self._folder)
        self._globals = {"choices": Choices(), "act": actions or IdTable(), "callback": callbacks or IdTable()}
        self._environment = self._new_environment()

    def message(self, template: str, **context: Any) -> Message:
        """The message of a template whose root is `<message>`. Raises CompileError."""
        return self._compiled(template, context, markup.message)

    def modal(self, template: str, **context: Any) -> dict[str, Any]:
        """The view of a template whose root is `<modal>`, complete for views.open. Raises CompileError."""
        return self._compiled(template, context, markup.modal)

    def home(self, template: str, **context: Any) -> dict[str, Any]:
        """The view of a template whose root is `<home>`, complete for views.publish. Raises CompileError."""
        return self._compiled(template, context, markup.home)

    def check_all(self) -> list[str]:
        """Parses every template and looks at its tags and attributes without rendering it; returns their names.

        Raises CompileError at the first mistake. Variables and nesting are seen only by rendering.
        """
        names = self._environment.list_templates(extensions=["html"])
        for name in names:
            try:
                self._environment.get_template(name)
            except TemplateSyntaxError as error:
                raise CompileError(error.message or "is no Jinja2", f"{error.name}:{error.lineno}") from error
            _check_tags(name, (self._folder / name).read_text("utf-8"))
        return names

    def _new_environment(self, extensions: Sequence[type[Extension]] = ()) -> Environment:
        environment = Environment(
            loader=self._loader,
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            finalize=_finalize,
            extensions=extensions,
        )
        environment.filters.update(phrases.FILTERS, cut=cut)
        environment.globals.update(self._globals)
        return environment

    @cached_property
    def _marking(self) -> Environment:
        """The environment that says where each tag stands: made at the first mistake, because marks cost time."""
        return self._new_environment([_LineMarks])

    def _compiled(self, template: str, context: dict[str, Any], compiler: Callable[[str], _Surface]) -> _Surface:
        try:
            return self._rendered(self._environment, template, context, compiler)
        except CompileError:
            return self._rendered(self._marking, template, context, compiler)

    @staticmethod
    def _rendered(
        environment: Environment, template: str, context: dict[str, Any], compiler: Callable[[str], _Surface]
    ) -> _Surface:
        try:
            return compiler(environment.get_template(template).render(context))
        except TemplateSyntaxError as error:
            raise CompileError(error.message or "is no Jinja2", f"{error.name}:{error.lineno}") from error
        except UndefinedError as error:
            raise CompileError(str(error), _place(error, template)) from error
        except TemplateError as error:
            raise CompileError(f"{type(error).__name__}: {error}", template) from error
        except CompileError as error:
            if error.where != "?":
                raise
            raise CompileError(error.problem, template) from error


class _Loaded(BaseLoader):
    """The templates of a folder as they stood at the start, so that rendering opens no file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        files = sorted(folder.rglob("*.html"))
        self._sources = {file.relative_to(folder).as_posix(): file.read_text("utf-8") for file in files}

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        if template not in self._sources:
            raise TemplateNotFound(template)
        return self._sources[template], str(self._folder / template), lambda: True

    def list_templates(self) -> list[str]:
        return sorted(self._sources)


class _LineMarks(Extension):
    """Writes `_="template:line"` into every tag, so that the compiler can say where a mistake stands."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        for token in stream:
            if token.type == "data" and "<" in token.value:
                yield Token(token.lineno, "data", self._marked(token, stream.name or "?"))
            else:
                yield token

    def _marked(self, token: Token, name: str) -> str:
        def mark(match: re.Match[str]) -> str:
            number = token.lineno + token.value.count("\n", 0, match.start())
            return f'{match.group()} _="{name}:{number}"'

        return _OPENING.sub(mark, token.value)


def _finalize(value: object) -> object:
    """What `{{ … }}` writes: nothing for None, an enum's value, and line breaks that survive in an attribute."""
    if value is None:
        return ""
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, str) and not hasattr(value, "__html__") and ("\n" in value or "\r" in value):
        return escape(value.replace("\r\n", "\n").replace("\r", "\n")).replace("\n", Markup("&#10;"))
    return value


def _place(error: UndefinedError, template: str) -> str:
    """The template and line where the rendering stopped: Jinja2 writes them into the traceback."""
    place, trace = template, error.__traceback__
    while trace:
        file = Path(trace.tb_frame.f_code.co_filename)
        if file.suffix == ".html":
            place = f"{file.name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


def _check_tags(name: str, source: str) -> None:
    def emptied(match: re.Match[str]) -> str:
        return ("x" if match.group().startswith("{{") else " ") + "\n" * match.group().count("\n")

    source = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|<!--.*?-->", emptied, source, flags=re.DOTALL)
    for tag in re.finditer(r"<(\w+)((?:[^<>\"]|\"[^\"]*\")*)>", source):
        where = f"{name}:{source.count(chr(10), 0, tag.start()) + 1}"
        if tag[1] not in TAGS:
            raise CompileError(f"<{tag[1]}> is no tag; these are: {', '.join(sorted(TAGS))}", where)
        for attribute in re.findall(r"([\w-]+)\s*=\s*\"[^\"]*\"", tag[2]):
            if attribute not in TAGS[tag[1]]:
                allowed = ", ".join(sorted(TAGS[tag[1]])) or "none"
                raise CompileError(f"<{tag[1]}> has no attribute {attribute}; it takes: {allowed}", where)
