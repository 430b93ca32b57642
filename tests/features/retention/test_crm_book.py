"""Retention of a whole book, after a real import through the commands, as a person types them."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import main
from bot.settings import Settings
from bot.store.engine import Database
from tests.support.facts import CRM_BOOK, FACTS, fact

Typed = Callable[..., tuple[int, str, str]]


@pytest.fixture
def proofline(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Typed:
    """Types a command on the test's database; returns exit code, output and what was said on standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("DATABASE_URL", database.url.render_as_string(hide_password=False))

    def typed(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(list(words))
        said = capsys.readouterr()
        assert "Traceback" not in said.err + said.out
        return int(ended.value.code or 0), said.out, said.err

    return typed


@pytest.mark.slow  # five thousand terms are imported
def test_the_book_gives_the_known_figures_after_its_import(proofline: Typed) -> None:
    for kind, name in (("accounts", "accounts.csv"), ("contracts", "subscriptions.csv")):
        code, _, said = proofline("import", kind, str(CRM_BOOK / name))
        assert (code, said) == (0, "")

    def asked(since: str, until: str, *more: str) -> Any:
        code, out, said = proofline("retention", "--from", since, "--to", until, "--json", *more)
        assert (code, said) == (0, "")
        return json.loads(out)

    for window in fact("retention.json")["crm_book"]["windows"]:
        found = asked(window["t0"], window["t1"])
        assert list(found) == ["USD"]
        one = found["USD"]
        assert (one["n"], one["days"], one["annual"]) == (window["accounts"], window["days"], window["annual"])
        rates = {"nrr": one["nrr"], "grr": one["grr"], "logo": one["logo_retention"]}
        assert rates == pytest.approx({name: window[name] for name in rates}, abs=1e-6)
        sums = (one["start_arr"], one["kept_arr"], one["end_arr_of_cohort"])
        assert sums == (window["arr_t0"], window["kept_mrr"] * 12, window["arr_t1_of_cohort"])
        bridge = one["bridge"]
        assert (-bridge["lost"], -bridge["contraction"], bridge["expansion"]) == tuple(
            window[name] * 12 for name in ("churn_mrr", "contraction_mrr", "expansion_mrr")
        )
        assert sum(value for step, value in bridge.items() if step != "end") == bridge["end"]
        assert one["lost"] == window["churned"]
        counts = {name: len(one[name]) for name in ("contracted", "expanded")}
        assert counts == {name: window[name] for name in counts}
        assert (len(one["new"]), len(one["reactivated"])) == (window["out_new"], window["out_reactivated"])
        assert one["logos_kept"] + len(one["new"]) == window["accounts_at_t1"]
    last = asked("2022-09-23", "2023-09-23")["USD"]
    assert [round(last[name], 4) for name in ("nrr", "grr", "logo_retention")] == [1.0082, 0.8501, 0.8448]
    by_age = fact("cohorts.expected.json")["crm_book"]
    assert last["cohorts"]["n"] == by_age["observed_to_m12"]
    assert [last["m12_over_m3"], last["m3_over_m0"]] == [by_age["m12_over_m3"], by_age["m3_over_m0"]]
    nobody = asked("2021-01-01", "2022-01-16")["USD"]
    assert nobody["n"] == 0
    assert {nobody[name] for name in ("nrr", "grr", "logo_retention", "m12_over_m3", "m3_over_m0")} == {None}
    assert asked("2020-01-01", "2021-01-01") == {}
    code, out, _ = proofline("retention", "--from", "2022-12-31", "--to", "2023-08-31")
    assert code == 0 and "USD: 243 days are no year, so these are no annual rates." in out


def test_what_cannot_be_asked_is_refused_in_a_sentence(proofline: Typed) -> None:
    def refused(*words: str) -> str:
        code, out, said = proofline("retention", *words)
        assert code == 1 and out == ""
        return said.strip()

    assert refused() == "Name the two days: --from 2025-09-30 --to 2026-09-30."
    assert refused("--from", "2025", "--to", "2026-01-01") == "--from wants a day like 2026-03-31, not '2025'."
    assert "is not before" in refused("--from", "2025-01-01", "--to", "2025-01-01")
    assert "--to is in the future" in refused("--from", "2025-01-01", "--to", "2199-01-01")
    assert "no portfolio called North" in refused("--from", "2024-01-01", "--to", "2025-01-01", "--portfolio", "North")


def test_a_file_of_cases_is_answered_without_a_word_beside_it(proofline: Typed, tmp_path: Path) -> None:
    code, out, said = proofline("retention", "check", str(FACTS / "retention.json"), "--json")
    assert (code, said) == (0, "")
    assert json.loads(out) == {one["id"]: one["expected"] for one in fact("retention.json")["cases"]}
    code, out, _ = proofline("retention", "check", str(FACTS / "retention.json"), "--json", "--variants")
    assert set(json.loads(out)) == {"R07", "R09", "R15", "R16", "R26"}
    code, out, _ = proofline("retention", "check", str(FACTS / "retention.json"))
    assert code == 0 and "A had no contract from 1 Jun 2025 to 1 Aug 2025 (61 days)" in out
    broken = tmp_path / "broken.json"
    broken.write_text('{"cases": [{"id": "B", "t0": "2025-01-01", "t1": "2026-01-01", "rows": [7]}]}')
    code, out, said = proofline("retention", "check", str(broken), "--json")
    assert (code, json.loads(out)) == (1, {"B": None}) and said.startswith("Case B, row 1: it is no object.")
    code, _, said = proofline("retention", "check", str(tmp_path / "nowhere.json"))
    assert code == 1 and "so check its name" in said
