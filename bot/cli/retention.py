"""`proofline retention …`: retention figures for finance and for scripts, and the answers to a file of cases."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.common import database, now
from bot.cli.errors import Stop

if TYPE_CHECKING:
    from bot.features.retention.case_file import Answered

retention = typer.Typer(help="What customers pay a year later: GRR, NRR, customers kept.", invoke_without_command=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else, for scripts.")]


@retention.callback()
def figures(
    context: typer.Context,
    *,
    since: Annotated[
        str | None, typer.Option("--from", help="The day the cohort is frozen, such as 2025-09-30.")
    ] = None,
    until: Annotated[str | None, typer.Option("--to", help="The day it is looked at again.")] = None,
    portfolio: Annotated[str | None, typer.Option(help="Only the customers of this portfolio.")] = None,
    as_json: AsJson = False,
    workspace: Annotated[
        str | None, typer.Option("--workspace", help="Slack team id, when there are several.", metavar="T…")
    ] = None,
) -> None:
    """The figures between two days, by currency. Rates are null where nobody paid on the first day."""
    if context.invoked_subcommand is not None:
        return
    if since is None or until is None:
        raise Stop("Name the two days: --from 2025-09-30 --to 2026-09-30.")
    from bot.features.imports import target_workspace
    from bot.features.retention import report

    with database(ready=True) as source, source.reading() as session:
        workspace_id = target_workspace.find(session, workspace)
        if workspace_id is None:
            raise Stop(
                "There is no workspace here yet: import your accounts, or connect the bot to Slack with proofline run."
            )
        window = report.read_window(session, workspace_id, (since, until), portfolio, now())
        found = report.report(session, window)
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        _show(found)


@retention.command("check")
def check(
    file: Annotated[Path, typer.Argument(help="A JSON file of cases; - reads standard input.", allow_dash=True)],
    *,
    variants: Annotated[bool, typer.Option("--variants", help="Answer the variants of the cases instead.")] = False,
    as_json: AsJson = False,
) -> None:
    """Answer a file of cases: rows, two days and settings. Needs no database.

    A case that cannot be read is null and gets a sentence on standard error; the exit code is 1 then.
    """
    from bot.features.retention.case_file import answered
    from bot.wording import sentence_of

    answers = list(answered(_text(file), variants=variants))
    broken = [sentence_of(one.error) for one in answers if one.error is not None]
    if as_json:
        print(json.dumps(_by_case(answers, variants), ensure_ascii=False, indent=1))
    else:
        for one in answers:
            _show_case(one)
    for sentence in broken:
        print(sentence, file=sys.stderr)
    if broken:
        raise typer.Exit(1)


def _text(file: Path) -> str:
    content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Stop("This file is not UTF-8 text. Save it as UTF-8.") from None


def _by_case(answers: list[Answered], variants: bool) -> dict[str, Any]:
    """`{case: {currency: …}}`; with variants `{case: {variant: {currency: …}}}`."""
    found: dict[str, Any] = {}
    for one in answers:
        if variants:
            found.setdefault(one.case, {})[one.variant] = one.answer
        else:
            found[one.case] = one.answer
    return found


def _show(found: dict[str, dict[str, Any]]) -> None:
    from bot.cli import terminal

    names = ("n", "start_arr", "kept_arr", "end_arr_of_cohort", "grr", "nrr", "logo_retention", "m12_over_m3")
    terminal.table(("currency", *names), [(name, *(one[key] for key in names)) for name, one in found.items()])
    for name, one in found.items():
        if not one["annual"]:
            terminal.say(f"{name}: {one['days']} days are no year, so these are no annual rates.")
        if one["few_accounts"]:
            terminal.say(f"{name}: fewer than 20 customers, read with care.")


def _show_case(one: Answered) -> None:
    from bot.cli import terminal
    from bot.features.retention.wording import remark_line

    if one.answer is None:
        return
    title = f"{one.case} · {one.variant}" if one.variant else one.case
    names = ("accounts", "arr_t0", "arr_t1_of_cohort", "kept", "grr", "nrr", "logo", "few_accounts")
    rows = [(name, *(figures[key] for key in names)) for name, figures in one.answer.items()]
    terminal.section(title, ("currency", *names), rows, None)
    for remark in one.said:
        terminal.say(remark_line(remark, remark.account))
