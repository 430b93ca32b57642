"""Whose word is the customer's: domains that can be bound, who may say so, and until when it holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.account.organisations import (
    CustomerOrg,
    SlackIdentity,
    Unbindable,
    belongs_to,
    has_domain,
    mail_domain,
    may_vouch,
    org_of_team,
    why_unbindable,
)
from bot.domain.enums import BoundHow, KnownHow
from bot.domain.model import Account

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
HALDEN = CustomerOrg(1, 1, 7, "T0HALDEN", None, "Halden", 3, BoundHow.MANAGER, NOW)
HALDEN_MAIL = CustomerOrg(2, 1, 7, None, "halden.example", None, 3, BoundHow.CRM_IMPORT, NOW)
ACCOUNT = Account(7, 1, "halden", "Halden", owner_id=10, deputy_id=11)
OURS, FREE = {"harborline.example"}, {"gmail.com", "yahoo.co.uk"}


@pytest.mark.parametrize(
    ("typed", "domain"),
    [
        ("halden.example", "halden.example"),
        ("  Halden.Example. ", "halden.example"),
        ("https://www.halden.example/about?x=1", "halden.example"),
        ("ingrid@mail.halden.example", "mail.halden.example"),
        ("halden.example:8443", "halden.example"),
        ("https://user@halden.example", "halden.example"),
        ("münchen.example", "xn--mnchen-3ya.example"),
        ("halden", None),
        ("", None),
        ("@", None),
        ("127.0.0.1", None),
        ("-halden.example", None),
        ("hal den.example", None),
        ("a." + "b" * 64 + ".example", None),
    ],
)
def test_the_domain_in_what_was_typed(typed: str, domain: str | None) -> None:
    assert mail_domain(typed) == domain


@given(st.text(max_size=60))
def test_whatever_is_typed_is_a_domain_or_none_and_reading_it_again_changes_nothing(typed: str) -> None:
    domain = mail_domain(typed)
    if domain is not None:
        assert domain == domain.lower() and "." in domain and "@" not in domain and "/" not in domain
        assert mail_domain(domain) == domain.removeprefix("www.")


def test_a_domain_belongs_to_itself_and_to_those_above_it() -> None:
    assert belongs_to("halden.example", {"halden.example"})
    assert belongs_to("mail.halden.example", {"halden.example"})
    assert not belongs_to("nothalden.example", {"halden.example"})
    assert not belongs_to("halden.example", {"mail.halden.example"})
    assert not belongs_to("halden.example", {"example"}), "a top level is nobody's"


@pytest.mark.parametrize(
    ("domain", "problem"),
    [
        ("halden.example", None),
        (None, Unbindable.NO_DOMAIN),
        ("gmail.com", Unbindable.FREE_MAIL),
        ("halden.gmail.com", Unbindable.FREE_MAIL),
        ("yahoo.co.uk", Unbindable.FREE_MAIL),
        ("harborline.example", Unbindable.OURS),
        ("cs.harborline.example", Unbindable.OURS),
    ],
)
def test_free_mail_and_our_own_domain_are_never_a_customers(domain: str | None, problem: Unbindable | None) -> None:
    assert why_unbindable(domain, OURS, FREE) == problem


def test_a_domain_above_ours_is_ours_too() -> None:
    assert why_unbindable("harborline.example", {"cs.harborline.example"}, FREE) is Unbindable.OURS


@pytest.mark.parametrize(
    ("member_id", "is_admin", "is_manager", "how"),
    [
        (12, True, False, BoundHow.ADMIN),
        (12, False, True, BoundHow.MANAGER),
        (12, True, True, BoundHow.ADMIN),
        (12, False, False, None),
        (10, False, True, None),
        (10, True, True, None),
        (11, True, False, None),
    ],
    ids=["admin", "manager", "both", "member", "manager who owns it", "admin who owns it", "admin who is the deputy"],
)
def test_the_account_team_never_vouches_for_its_own_record(
    member_id: int, is_admin: bool, is_manager: bool, how: BoundHow | None
) -> None:
    assert may_vouch(ACCOUNT, member_id, is_admin=is_admin, is_manager=is_manager) is how


@given(st.integers(1, 20), st.booleans(), st.booleans())
def test_owner_and_deputy_may_vouch_in_no_role(member_id: int, is_admin: bool, is_manager: bool) -> None:
    how = may_vouch(ACCOUNT, member_id, is_admin=is_admin, is_manager=is_manager)
    assert (how is not None) == (member_id not in (10, 11) and (is_admin or is_manager))


def test_an_organisation_counts_while_it_is_bound() -> None:
    assert org_of_team([HALDEN_MAIL, HALDEN], "T0HALDEN") is HALDEN
    assert org_of_team([HALDEN_MAIL, HALDEN], "T0OTHER") is None
    assert org_of_team([replace(HALDEN, ended_at=NOW)], "T0HALDEN") is None


def test_an_address_counts_under_a_bound_domain() -> None:
    assert has_domain([HALDEN, HALDEN_MAIL], "Ingrid@Halden.example")
    assert has_domain([HALDEN_MAIL], "ingrid@no.halden.example")
    assert not has_domain([HALDEN_MAIL], "ingrid@halden.example.evil.example")
    assert not has_domain([HALDEN_MAIL], "halden.example@evil.example")
    assert not has_domain([replace(HALDEN_MAIL, ended_at=NOW)], "ingrid@halden.example")
    assert not has_domain([HALDEN], "ingrid@halden.example")


def test_somebody_is_known_once_it_is_said_how_and_until_that_is_ended() -> None:
    said = SlackIdentity(1, 7, 5, "U0INGRID", "T0HALDEN", "Ingrid", 10, NOW)
    known = replace(said, known_how=KnownHow.MANAGER, known_by=12, known_at=NOW)
    assert not said.is_known and known.is_known and not replace(known, ended_at=NOW).is_known
