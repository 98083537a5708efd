"""How large status lists are and what they cost to make and to read."""

from __future__ import annotations

import json
import random
import time
import zlib
from dataclasses import dataclass
from typing import Final

from deploy.local.progress import say
from khadamaty_verify import KeySet, StatusList, StatusLists, verify
from services.verification.domain.status_list import ListStatus
from tests.support.ministry import AS_OF, CLAIMS, Ministry

MILLION: Final = 1_000_000
LARGEST_KB: Final = 125
CHECKS: Final = 2000
#: Of all versions that were ever issued; the rest is in force or expired, which a list doesn't tell apart.
SHARES: Final = {ListStatus.INVALID: 0.01, ListStatus.SUPERSEDED: 0.03, ListStatus.SUSPENDED: 0.001}


@dataclass(frozen=True)
class Figures:
    """What one run showed for some number of certificates; times are those of the processor.

    Attributes:
        noted_us: For one status to be put in its place.
        kilobytes: Of all lists as they are fetched, in thousands of bytes.
        made_ms: To compress and sign one list.
        smallest_kilobytes: Of the first one, were it made as small as ZLIB makes it.
        smallest_ms: What that would take.
        read_ms: For a verifier to take one: signature and inflation.
        checked_us: For a verifier to check one code against them, without a network.
    """

    certificates: int
    noted_us: float
    kilobytes: float
    made_ms: float
    smallest_kilobytes: float
    smallest_ms: float
    read_ms: float
    checked_us: float


def measure(certificates: int) -> Figures:
    """Make and read the lists of so many certificates."""
    chance = random.Random(5)  # noqa: S311 - repeatable, no secret
    statuses = chance.choices(
        [*SHARES, ListStatus.VALID], [*SHARES.values(), 1 - sum(SHARES.values())], k=certificates
    )
    ministry = Ministry()
    began = time.process_time()
    for index, status in enumerate(statuses):
        ministry.bits.note(index, status)
    noted_s = time.process_time() - began
    began = time.process_time()
    smallest = zlib.compress(ministry.bits.packed()[0], level=9)
    smallest_s = time.process_time() - began
    began = time.process_time()
    tokens = list(ministry.tokens(AS_OF).values())
    made_s = time.process_time() - began
    keys = KeySet.from_json(json.dumps(ministry.key_set))
    began = time.process_time()
    lists = StatusLists.of(StatusList.from_bytes(token, keys) for token in tokens)
    read_s = time.process_time() - began
    return Figures(
        certificates=certificates,
        noted_us=noted_s / certificates * 1e6,
        kilobytes=sum(len(token) for token in tokens) / 1000,
        made_ms=made_s / len(tokens) * 1000,
        smallest_kilobytes=len(smallest) / 1000,
        smallest_ms=smallest_s * 1000,
        read_ms=read_s / len(tokens) * 1000,
        checked_us=_checked_us(ministry, keys, lists),
    )


def _checked_us(ministry: Ministry, keys: KeySet, lists: StatusLists) -> float:
    code, began = ministry.code(CLAIMS), time.process_time()
    for _ in range(CHECKS):
        verify(code, keys, lists, AS_OF)
    return (time.process_time() - began) / CHECKS * 1e6


def run() -> None:
    """Measure a million certificates, then ten, and tell what came out."""
    say("\nStatus lists (1 % revoked, 3 % superseded, 0.1 % suspended)")
    for certificates in (MILLION, 10 * MILLION):
        told = measure(certificates)
        a_million = told.kilobytes / certificates * MILLION
        say(f"  {certificates:,} certificates: {told.kilobytes:,.1f} KB, {a_million:.1f} KB a million")
        say(f"    goal: at most {LARGEST_KB} KB a million")
        say(f"    CPU: {told.made_ms:.1f} ms to compress and sign a list, {told.read_ms:.1f} ms to take one,")
        say(f"    {told.noted_us:.2f} us to note a status, {told.checked_us:.0f} us to check a code offline")
        smallest = f"{told.smallest_kilobytes:.1f} KB in {told.smallest_ms:.0f} ms"
        say(f"    the smallest that ZLIB makes of a list: {smallest}")
