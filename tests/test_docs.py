"""The docs stay true: what they name in backticks exists, and so does what they link to."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from bot.rooms import ACTIONS, CALLBACKS
from bot.slack.render import Renderer

ROOT = Path(__file__).parents[1]
NAMING = ["README.md", "CONTRIBUTING.md", "docs/map.md", "docs/rules.md", "docs/capacity.md"]
"""Pages in which every name of code must be ours."""
PAGES = [*NAMING, "CHANGELOG.md", *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md"))]
"""All pages; what the others name without a file may be Slack's, SQL's or a library's."""

_NOT_OURS = {"LISTEN", "NOTIFY", "pg_restore"}
_CODE = ("bot", "sandbox", "tests")
_SUFFIXES = (".py", ".md", ".yml", ".yaml", ".html", ".toml", ".txt")
_SPAN = re.compile(r"`([^`\n]+)`")
_PATH = re.compile(r"\.?\w[\w.<>*-]*(/[\w.<>*-]+)+/?")
_NAME = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
_PLACEHOLDER = re.compile(r"<\w+>")


def test_a_name_that_is_not_there_is_found() -> None:
    assert _wrong("`bot/rooms.py`, `JOBS`, runs `make test`; `templates/<f>/<name>.html`, `views.py`, `asserted`") == []
    assert _wrong("`bot/gone.py`") == ["bot/gone.py"]
    assert _wrong("`services/prompting`") == ["services/prompting"]
    assert _wrong("`gone.py`") == ["gone.py"]
    assert _wrong("`bot/wiring.py`, `due_cadences`") == ["due_cadences"]
    assert _wrong("`bot/features/home`: `home.py` `prompts.py`") == ["prompts.py"]
    assert _wrong("`bot.gone.module`") == ["bot.gone.module"]
    assert _wrong("`queries.due_cadences` and `queries.due_prompts`") == ["queries.due_prompts"]
    assert _wrong("`SomethingGone`, `gone_too`") == ["SomethingGone", "gone_too"]
    assert _wrong("`make nothing`, `python -m bot.nothing`") == ["make nothing", "python -m bot.nothing"]


@pytest.mark.parametrize("page", dict.fromkeys(PAGES))
def test_what_a_page_names_exists(page: str) -> None:
    assert _wrong(_without_examples((ROOT / page).read_text("utf-8")), all_names=page in NAMING) == []


@pytest.mark.parametrize("page", dict.fromkeys(PAGES))
def test_what_a_page_links_to_exists(page: str) -> None:
    text = _without_examples((ROOT / page).read_text("utf-8"))
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in target]
    assert [target for target in targets if target and not ((ROOT / page).parent / target).exists()] == []


def test_every_room_and_every_decision_has_a_line() -> None:
    rooms = {f"`bot/features/{path.parent.name}`" for path in ROOT.glob("bot/features/*/__init__.py")}
    assert {room for room in rooms if room not in (ROOT / "docs/map.md").read_text("utf-8")} == set()
    decisions = {f"({path.name})" for path in ROOT.glob("docs/decisions/*.md")} - {"(README.md)"}
    index = (ROOT / "docs/decisions/README.md").read_text("utf-8")
    assert {decision for decision in decisions if decision not in index} == set()


def test_the_examples_and_filters_of_templates_work(tmp_path: Path) -> None:
    text = (ROOT / "docs/templates.md").read_text("utf-8")
    for number, example in enumerate(re.findall(r"^```html\n(.*?)^```", text, re.DOTALL | re.MULTILINE)):
        (tmp_path / f"{number}.html").write_text(example, "utf-8")
    filters = re.findall(r"^\| `.*?\\\|(\w+)", text, re.MULTILINE)
    assert filters
    (tmp_path / "filters.html").write_text("".join(f"{{{{ x|{name} }}}}" for name in filters), "utf-8")
    gap = {"id": 1, "title": "Hours", "risk": "They leave", "owner": "U1", "due": "2026-03-12"}
    view = {"account": "Acme", "account_id": 3, "slug": "acme", "coverage": "80 %", "what_changed": None, "seen": 7}
    view |= {"gaps": [gap], "chosen": 1, "accounts": [{"name": "Acme", "coverage": "80 %"}]}
    renderer, given = Renderer(tmp_path, actions=ACTIONS, callbacks=CALLBACKS), {"view": view}
    assert renderer.check_all() == ["0.html", "1.html", "2.html", "filters.html"]
    assert renderer.message("0.html", **given).text == "Acme: 80 % proven"
    assert renderer.modal("1.html", **given)["callback_id"] == CALLBACKS.ANSWER
    assert len(renderer.home("2.html", **given)["blocks"]) == 2


def _without_examples(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)


def _wrong(text: str, *, all_names: bool = True) -> list[str]:
    """The spans of a page that name what is not there; without `all_names` only paths and names behind them."""
    sentences = [sentence for item in _items(text) for sentence in re.split(r"(?<=\.)\s", item)]
    return [span for sentence in sentences for span in _wrong_in_sentence(sentence, all_names)]


def _items(text: str) -> Iterator[str]:
    """Paragraphs, list items and table rows."""
    item: list[str] = []
    for line in text.splitlines():
        if not line.strip() or re.match(r"\s*(\||- |\d+\. |#)", line):
            yield "\n".join(item)
            item = []
        item.append(line)
    yield "\n".join(item)


def _wrong_in_sentence(sentence: str, all_names: bool) -> Iterator[str]:
    """A name belongs to the file that is named before it in the same sentence."""
    place: str | None = None
    for span in _SPAN.findall(sentence):
        if place is not None and "/" not in span and span.endswith(".py") and (ROOT / place).is_dir():
            right = (ROOT / place / span).exists()
        elif _is_path(span):
            place = span
            right = _path_exists(span)
        elif " " in span:
            right = _command_exists(span)
        else:
            right = not _NAME.fullmatch(span) or _name_exists(span, place, all_names)
        if not right:
            yield span


def _is_path(span: str) -> bool:
    return bool(_PATH.fullmatch(span)) or (" " not in span and span.endswith(_SUFFIXES)) or (ROOT / span).is_dir()


def _path_exists(span: str) -> bool:
    """A path from the root, with `<f>` for any part; a bare file name may lie anywhere."""
    pattern = _PLACEHOLDER.sub("*", span).rstrip("/")
    if pattern.startswith("build/"):
        return True  # a tool writes it
    if "/" in pattern or (ROOT / pattern).exists():
        return any(ROOT.glob(pattern))
    return any(path.name == span for path in _files())


def _command_exists(span: str) -> bool:
    """The target of a `make`, and the module of a `python -m`; nothing else with a space in it is looked at."""
    target = re.search(r"(?:^|\s)make ([a-z]+)", span)
    module = re.search(r"python -m ([\w.]+)", span)
    makefile = (ROOT / "Makefile").read_text("utf-8")
    if target and not re.search(rf"^{target[1]}:", makefile, re.MULTILINE):
        return False
    return module is None or _module(module[1]) is not None


def _name_exists(span: str, place: str | None, all_names: bool) -> bool:
    if place is not None and "/" in place and _python(place) and _module(span) is None:
        return any(span in _names(file) for file in _python(place))
    # A word in small letters may be anything, so it counts only behind a file.
    if not all_names or span in _NOT_OURS or re.fullmatch(r"[a-z]+", span):
        return True
    if "." in span:
        return _module(span) is not None or _member_exists(span)
    ours = [file for folder in _CODE for file in _python(folder)]
    return _is_setting(span) or any(span in _names(file) or span in (file.stem, file.parent.name) for file in ours)


def _is_setting(span: str) -> bool:
    files = (".env.example", "Makefile")
    return span.isupper() and any(re.search(rf"\b{span}\b", (ROOT / file).read_text("utf-8")) for file in files)


def _module(dotted: str) -> Path | None:
    """The file or folder of a module by its dotted path from the root."""
    path = ROOT.joinpath(*dotted.split("."))
    return next((found for found in (path.with_suffix(".py"), path) if found.exists()), None)


def _member_exists(dotted: str) -> bool:
    """Whether `module.name` or `Class.name` exists, the module by the end of its path."""
    module, _, name = dotted.rpartition(".")
    end = "/" + module.replace(".", "/") + ".py"
    files = [file for folder in _CODE for file in _python(folder)]
    return any((str(file).endswith(end) and name in _names(file)) or dotted in _names(file) for file in files)


@cache
def _files() -> tuple[Path, ...]:
    """All files of the repository but those that tools leave there."""
    entries = [entry for entry in ROOT.iterdir() if entry.name not in {".git", ".venv", "build"}]
    below = (path for entry in entries if entry.is_dir() for path in entry.rglob("*"))
    return (*(entry for entry in entries if entry.is_file()), *below)


@cache
def _python(place: str) -> tuple[Path, ...]:
    path = ROOT / place
    return (path,) if path.suffix == ".py" else tuple(sorted(path.rglob("*.py"))) if path.is_dir() else ()


@cache
def _names(file: Path) -> frozenset[str]:
    """What a module defines: functions, classes, values, and the members of its classes with and without the class."""
    if not file.exists():
        return frozenset()
    return frozenset(_defined(ast.parse(file.read_text("utf-8")).body))


def _defined(body: list[ast.stmt], owner: str = "") -> Iterator[str]:
    for statement in body:
        for name in _bound(statement):
            yield name
            yield owner + name
        if isinstance(statement, ast.ClassDef):
            yield from _defined(statement.body, f"{statement.name}.")


def _bound(statement: ast.stmt) -> list[str]:
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Assign(targets=targets):
            return [target.id for target in targets if isinstance(target, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
    return []
