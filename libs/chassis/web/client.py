"""Where a request comes from, as coarsely as a limit needs to know."""

from __future__ import annotations

import socket
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from fastapi import Request

_HOUSEHOLD_BITS: Final = 64


def network_of(request: Request) -> str:
    """The client's IPv4 address, or for IPv6 the /64 network in which one household can choose any address.

    It is only for limits, which keep a keyed digest of it; never log or store it.
    """
    return network_of_host(request.client.host if request.client else "")


def network_of_host(host: str) -> str:
    """The network of a client's address, as `network_of` tells it; any other text is `unknown`."""
    if _is_ipv4(host):
        return host
    try:
        address = ip_address(host)
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ip_network((int(address), _HOUSEHOLD_BITS), strict=False))
    return str(address)


def _is_ipv4(host: str) -> bool:
    """Whether it is an IPv4 address as `ipaddress` writes it, told ten times sooner."""
    try:
        socket.inet_pton(socket.AF_INET, host)
    except (OSError, ValueError):
        return False
    return True
