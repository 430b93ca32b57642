"""Settings come from the environment and `.env`, once, and say which variable is wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.settings import BadSettingsError, Settings, load

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An environment without any of our variables, in an empty directory."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    return tmp_path


def test_nothing_needs_to_be_set() -> None:
    settings = load()
    assert settings.database_url == "sqlite:///proofline.sqlite3"
    assert settings.slack_api_url == "https://slack.com/api/"
    assert not settings.socket_mode
    assert settings.replica


def test_the_environment_wins_over_the_file_and_an_empty_value_is_no_value(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (bare / ".env").write_text("PORT=4000\nLOG_LEVEL=DEBUG\nLOG_JSON=\nSLACK_APP_TOKEN=xapp-1\n")
    monkeypatch.setenv("PORT", "5000")
    settings = load()
    assert (settings.port, settings.log_level, settings.log_json) == (5000, "DEBUG", None)
    assert settings.socket_mode


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "abc"), ("PORT", "99999"), ("LOG_LEVEL", "loud"), ("TICK_SECONDS", "0")]
)
def test_a_wrong_value_is_named_in_a_sentence(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSettingsError, match=rf"^{name} cannot be read: .*\.$"):
        load()


def test_settings_do_not_change_and_do_not_show_secrets() -> None:
    settings = Settings(
        slack_bot_token="xoxb-secret",
        slack_app_token="xapp-secret",
        slack_signing_secret="sign-secret",
        database_url="postgresql://me:pass-secret@db/proofline",
    )
    assert "secret" not in repr(settings).replace("slack_signing_secret", "")
    with pytest.raises(ValidationError):
        settings.port = 1


def test_the_example_names_every_setting_with_its_default(bare: Path) -> None:
    text = (ROOT / ".env.example").read_text()
    default = load()
    (bare / ".env").write_text(text)
    assert set(re.findall(r"^([A-Z_]+)=", text, re.MULTILINE)) == {name.upper() for name in Settings.model_fields}
    assert load().model_dump(exclude={"replica"}) == default.model_dump(exclude={"replica"})


def test_nothing_else_reads_the_environment() -> None:
    readers = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "bot").rglob("*.py")
        if re.search(r"os\.environ|getenv", path.read_text())
    }
    assert readers <= {"bot/demo/__init__.py"}  # it hands the whole environment on to the process that it becomes
