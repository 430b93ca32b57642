"""What can be opened to check a piece of evidence: which links count, and when two are the same (docs/rules.md)."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

_TRACKING = re.compile(
    r"^(utm_.*|pk_.*|mtm_.*|hsa_.*|_hs.*|mc_.*|gclid|gclsrc|dclid|gbraid|wbraid|fbclid|msclkid|yclid|igshid|_ga|_gl"
    r"|mkt_tok)$"
)
"""Parameters that say where a visitor came from and nothing about the page."""

_SHORTENERS = frozenset(
    host
    for line in (
        "adf.ly amzn.to b.link bit.do bit.ly bitly.com bl.ink buff.ly clck.ru cli.gs cutt.ly db.tt dlvr.it",
        "fb.me goo.gl hubs.ly hubs.la is.gd j.mp kutt.it lc.chat lnk.bio lnkd.in mcaf.ee n9.cl ow.ly po.st",
        "qr.ae rb.gy rebrand.ly rebrandly.com rotf.lol s.id s.coop short.gy short.io shorte.st shorturl.at",
        "smarturl.it snip.ly soo.gd sptfy.com surl.li t.co t.ly tiny.cc tiny.one tinyurl.com tny.im tr.im",
        "trib.al u.nu urlz.fr v.gd w.wiki wp.me x.co x.gd y2u.be zpr.io",
    )
    for host in line.split()
)


_PLAIN = re.compile(r"https?://[a-z0-9][a-z0-9.-]*(?=[/?]|$)")
"""How nearly every link begins; it spares the whole parser, which a card would call for each outcome."""


def is_openable(link: str) -> bool:
    """Whether a link is one that a colleague could follow: http or https, and a host."""
    if _PLAIN.match(link):
        return True
    parts = _parts(link)
    return parts is not None and bool(_host(parts))


def is_shortened(link: str) -> bool:
    """Whether the link only leads on to another, so that nobody can see or compare where it goes."""
    parts = _parts(link)
    return parts is not None and _host(parts) in _SHORTENERS


def link_key(link: str) -> str | None:
    """The same for two links to one page, however they are written; `None` for what cannot be opened.

    Compared without scheme, `www.`, default port, fragment, tracking parameters, trailing slash, and the order of the
    parameters; the host in any case.
    """
    parts = _parts(link)
    if parts is None or not _host(parts):
        return None
    place = _host(parts) + (f":{parts.port}" if parts.port not in (None, 80, 443) else "")
    path = quote(unquote(parts.path), safe="/").rstrip("/")
    parameters = parse_qsl(parts.query, keep_blank_values=True)
    telling = sorted(pair for pair in parameters if not _TRACKING.match(pair[0].lower()))
    return _key("link", f"{place}{path}?{urlencode(telling)}".encode())


def file_key(content: bytes) -> str:
    """The same for two files of the same bytes, whatever they are called."""
    return _key("file", content)


def _key(kind: str, content: bytes) -> str:
    return f"{kind}:{hashlib.sha256(content).hexdigest()}"


def _parts(link: str) -> SplitResult | None:
    try:
        parts = urlsplit(link.encode("utf-8", "ignore").decode().strip())
        _ = parts.port  # a port that is no number raises only when it is asked for
    except ValueError:
        return None
    return parts if parts.scheme.lower() in ("http", "https") else None


def _host(parts: SplitResult) -> str:
    return (parts.hostname or "").rstrip(".").lower().removeprefix("www.")
