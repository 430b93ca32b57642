"""The address that a payload gives for answers, checked: what is posted there holds what a customer said."""

from __future__ import annotations

from dataclasses import dataclass

from yarl import URL

SLACK_HOSTS = frozenset({"hooks.slack.com", "hooks.slack-gov.com"})


class ForeignAddressError(ValueError):
    """An address for answers that is not at Slack."""


@dataclass(frozen=True, slots=True)
class ResponseUrl:
    """An address for answers at Slack; made by `response_url` only. It is posted to as it was checked."""

    address: URL


def response_url(value: object, api_url: str) -> ResponseUrl:
    """The `response_url` of a payload: over https at Slack's hosts, or where the configured Web API is.

    Raises `ForeignAddressError`.
    """
    if not isinstance(value, str):
        raise ForeignAddressError
    try:
        address = URL(value)
        at_slack = address.scheme == "https" and address.host in SLACK_HOSTS and address.port == 443
        is_plain = address.user is None and address.password is None
        if is_plain and (at_slack or _origin(address) == _origin(URL(api_url))):
            return ResponseUrl(address)
    except ValueError as error:
        raise ForeignAddressError from error
    raise ForeignAddressError


def _origin(address: URL) -> tuple[str, str | None, int | None]:
    return address.scheme, address.host, address.port
