"""What customers said is posted to Slack only, whatever address a payload names, and whichever way it came."""

from __future__ import annotations

from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.slack.response_url import ForeignAddressError, response_url
from sandbox.courier import Parcel
from sandbox.faults import Fault
from tests.security.hostile import listener, press
from tests.support.believable import fill
from tests.support.bot_process import Stage

API = "https://slack.com/api/"
SANDBOX = "http://127.0.0.1:8765/api/"


@pytest.mark.parametrize(
    ("address", "api_url"),
    [
        ("https://hooks.slack.com/actions/T1/2/abc", API),
        ("https://hooks.slack.com:443/commands/T1/2/abc", API),
        ("https://HOOKS.slack.com/app/T1/2/abc", API),
        ("https://hooks.slack-gov.com/actions/T1/2/abc", "https://slack-gov.com/api/"),
        ("https://hooks.slack.com/actions/T1/2/abc", "https://proxy.example/slack/api/"),
        ("https://proxy.example/hooks/1", "https://proxy.example/slack/api/"),
        ("http://127.0.0.1:8765/response/R1", SANDBOX),
    ],
)
def test_an_address_at_slack_is_taken_as_it_stands(address: str, api_url: str) -> None:
    assert response_url(address, api_url).address.path.count("/") >= 2


@pytest.mark.parametrize(
    "address",
    [
        "http://hooks.slack.com/actions/1",
        "https://hooks.slack.com:8443/actions/1",
        "https://hooks.slack.com.evil.example/actions/1",
        "https://hooks.slack.com./actions/1",
        "https://evilhooks.slack.com/actions/1",
        "https://files.slack.com/actions/1",
        "https://evil.example/hooks.slack.com/1",
        "https://hooks.slack.com@evil.example/1",
        "https://evil.example#@hooks.slack.com/1",
        "https://evil.example\\@hooks.slack.com/1",
        "https://hooks.slack.com\\.evil.example/1",
        "https://user:secret@hooks.slack.com/1",
        "https://[::1]/1",
        "https://2130706433/1",
        "http://127.0.0.1:1/response/R1",
        "https://127.0.0.1:8765/response/R1",
        "http://localhost:8765/response/R1",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "unix:/var/run/docker.sock",
        "//hooks.slack.com/1",
        "/response/R1",
        "hooks.slack.com",
        "https://",
        "https://hooks.slack.com:99999/1",
        " https://evil.example/1",
        "",
        7,
        None,
        ["https://hooks.slack.com/1"],
    ],
    ids=repr,
)
@pytest.mark.parametrize("api_url", [API, SANDBOX], ids=["Slack", "sandbox"])
def test_any_other_address_is_refused(address: Any, api_url: str) -> None:
    with pytest.raises(ForeignAddressError):
        response_url(address, api_url)


async def test_a_payload_with_a_foreign_address_is_not_answered_there(stages: Stage) -> None:
    tom, team = stages.person("tom"), stages.bot.where.team_id
    async with listener() as attacker:
        with capture_logs() as lines:
            payload = press(tom.id, team, response_url=attacker.url)
            await stages.sandbox.world.courier.deliver(Parcel("interactive", payload))
        assert attacker.requests == []
    assert "slack.foreign_response_url" in [line["event"] for line in lines]


async def test_an_answer_follows_no_redirect(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    await ines.command("/proof acme")
    async with listener() as attacker:
        stage.sandbox.fault(Fault("response_url", f"redirect:{attacker.url}"))
        with capture_logs() as lines:
            await ines.click("card.history")
        assert attacker.requests == []
    assert "slack.failed" in [line["event"] for line in lines]
    assert "Reference" in ines.text(ines.sees()[-1])
