"""When two references are the same, and which links show nothing (docs/rules.md, Witness)."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.proof.reference import file_key, is_openable, is_shortened, link_key

PAGE = "https://acme.example/reports/signing?month=2026-03&team=legal"


@pytest.mark.parametrize(
    "same",
    [
        "https://ACME.example/reports/signing?month=2026-03&team=legal",
        "http://acme.example/reports/signing?month=2026-03&team=legal",
        "https://www.acme.example/reports/signing?month=2026-03&team=legal",
        "https://acme.example:443/reports/signing?month=2026-03&team=legal",
        "https://acme.example./reports/signing/?month=2026-03&team=legal",
        "https://acme.example/reports/signing?team=legal&month=2026-03",
        "https://acme.example/reports/s%69gning?month=2026-03&team=legal#totals",
        "https://acme.example/reports/signing?month=2026-03&team=legal&utm_source=mail&UTM_Campaign=q1",
        "https://acme.example/reports/signing?gclid=1&month=2026-03&fbclid=2&mc_cid=3&mc_eid=4&team=legal&_hsenc=5",
        " https://someone@acme.example/reports/signing?month=2026-03&team=legal ",
    ],
)
def test_one_page_is_one_reference_however_it_is_written(same: str) -> None:
    assert link_key(same) == link_key(PAGE)


@pytest.mark.parametrize(
    "other",
    [
        "https://acme.example/reports/signing?month=2026-04&team=legal",
        "https://acme.example/reports/Signing?month=2026-03&team=legal",
        "https://acme.example:8443/reports/signing?month=2026-03&team=legal",
        "https://birch.example/reports/signing?month=2026-03&team=legal",
        "https://acme.example/reports/signing?month=2026-03&team=legal&ref=main",
    ],
)
def test_another_page_is_another_reference(other: str) -> None:
    assert link_key(other) not in (None, link_key(PAGE))


@pytest.mark.parametrize(
    "link", ["", "acme.example", "mailto:ana@acme.example", "https://", "http://[", "https://a:b/"]
)
def test_what_nobody_can_open_is_no_reference(link: str) -> None:
    assert link_key(link) is None and not is_openable(link)


def test_a_short_link_is_known_by_its_host() -> None:
    assert is_shortened("https://bit.ly/3xYz") and is_shortened("http://WWW.TinyURL.com/a")
    assert not is_shortened("https://bit.ly.acme.example/3xYz") and not is_shortened(PAGE)


def test_files_are_the_same_by_their_bytes() -> None:
    assert file_key(b"a") == file_key(b"a") != file_key(b"b")


@given(st.text())
def test_no_text_raises_and_keys_fit(text: str) -> None:
    for link in (text, f"https://acme.example/{text}", f"https://{text}", f"https://acme.example/?{text}"):
        key = link_key(link)
        assert key is None or len(key) <= 80
        assert is_openable(link) == (key is not None)


@given(st.text())
def test_the_migration_makes_the_same_keys(text: str) -> None:
    [file] = (Path(__file__).parents[3] / "migrations" / "versions").glob("0015_*.py")
    spec = importlib.util.spec_from_file_location("migration_0015", file)
    assert spec is not None and spec.loader is not None
    migration = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(migration)
    link = f"https://acme.example/{text.encode('utf-8', 'ignore').decode()}"
    assert migration._key(link) == link_key(link)
