"""Asks how certificates stand: one, or as many as there are, a thousand in each question."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from .api import API, PartnerApi

MOST_AT_ONCE: Final = 1000


def status_of(api: PartnerApi, purpose: str, certificate: dict[str, str]) -> dict[str, Any]:
    """How one certificate stands.

    Args:
        api: The platform.
        purpose: The code of the reason, as it was registered (law 09-08).
        certificate: `{"code": ...}` or `{"number": ...}`.

    Raises:
        ApiRefused: The purpose isn't ours, the day's quota is used up, or nobody can say now (503).
    """
    asked = {"purpose": purpose, **certificate}
    told: dict[str, Any] = api.call("POST", f"{API}/statuses", json=asked).json()
    return told


def statuses_of(
    api: PartnerApi, purpose: str, certificates: Sequence[dict[str, str]]
) -> Iterator[dict[str, Any]]:
    """How certificates stand, in their order, each with the moment up to which all is heeded.

    Raises:
        ApiRefused: As for one; what was told before holds.
    """
    for begin in range(0, len(certificates), MOST_AT_ONCE):
        part = certificates[begin : begin + MOST_AT_ONCE]
        asked = {"purpose": purpose, "certificates": part}
        told = api.call("POST", f"{API}/statuses/batch", json=asked).json()
        for status in told["statuses"]:
            yield {**status, "as_of": told["as_of"]}
