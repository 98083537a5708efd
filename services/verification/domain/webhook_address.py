"""To which addresses events may be sent: https, registered hosts, the public internet."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from services.verification.errors import WebhookUrlRefused

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
#: RFC 6052.
_TRANSLATED: Final = ipaddress.IPv6Network("64:ff9b::/96")


def host_of(url: str) -> str:
    """The host of a URL, lower case, without port and brackets."""
    return urlsplit(url).hostname or ""


def check_url(url: str, hosts: Sequence[str], *, loopback_allowed: bool) -> str:
    """A URL to which events may be sent.

    Args:
        url: What a partner wants.
        hosts: Those that were registered for it.
        loopback_allowed: Whether http and this machine may be named, as outside production.

    Raises:
        WebhookUrlRefused: `details["why"]` says what is wrong with it.
    """
    try:
        split = urlsplit(url)
        host, _port = (split.hostname or "").lower(), split.port
    except ValueError:
        raise WebhookUrlRefused(why="not a URL") from None
    here = loopback_allowed and host in _LOOPBACK
    wrong = {
        "not https": split.scheme != "https" and not (here and split.scheme == "http"),
        "has a user or a fragment": "@" in split.netloc or bool(split.fragment) or url.endswith("#"),
        "not in printable ASCII": not url.isascii() or any(not "!" <= letter <= "~" for letter in url),
        "not a registered host": not host or host not in {known.lower() for known in hosts},
        "an address of no public network": not here and _is_private(host),
    }
    for why, applies in wrong.items():
        if applies:
            raise WebhookUrlRefused(why=why)
    return url


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet and to one machine.

    Addresses of version 6 by which a gateway reaches one of version 4 are refused: where they end isn't said.
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return is_public(str(found.ipv4_mapped))
        if found.sixtofour is not None or found.teredo is not None or found in _TRANSLATED:
            return False
    return found.is_global and not found.is_multicast


def _is_private(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return not is_public(host)
