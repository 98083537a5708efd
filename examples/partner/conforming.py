"""Sends a receiver what it must take and what it must refuse, and says what it did."""

from __future__ import annotations

import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import httpx

from .cases import Case, cases_for
from .errors import KitError

#: The platform waits so long for an answer.
TIMEOUT_S: Final = 15.0
#: 410 ends a subscription for good: no answer to a delivery that somebody else may have sent.
GONE: Final = HTTPStatus.GONE


@dataclass(frozen=True)
class Outcome:
    """What a receiver did about one case.

    Attributes:
        did: Its status, or why there was none.
        is_right: Whether it did what it should.
    """

    case: str
    should: str
    did: str
    is_right: bool

    @property
    def line(self) -> str:
        """A row of the table."""
        return f"{'ok   ' if self.is_right else 'WRONG'}  {self.case:<38} {self.should:<12} {self.did}"


HEAD: Final = f"{'':<5}  {'delivery':<38} {'should':<12} did"


def conform(url: str, secret: str, clock_s: Callable[[], float] = time.time) -> Iterator[Outcome]:
    """Send all cases to a receiver.

    Args:
        url: Where it takes deliveries.
        secret: The test secret that it knows.
        clock_s: The time of day in seconds since 1970.
    """
    with httpx.Client(timeout=TIMEOUT_S, follow_redirects=False) as client:
        for case in cases_for(secret):
            yield _send(client, url, case, int(clock_s()))


def conform_with_store(
    url: str, secret: str, list_stored: Sequence[str], clock_s: Callable[[], float] = time.time
) -> Iterator[Outcome]:
    """Send all cases, then compare what the receiver stored: answers alone don't show that.

    Args:
        url: Where it takes deliveries.
        secret: The test secret that it knows.
        list_stored: A command that prints what is stored, one fact a line, its id before the first space.
        clock_s: The time of day in seconds since 1970.
    """
    before = _stored(list_stored)
    with httpx.Client(timeout=TIMEOUT_S, follow_redirects=False) as client:
        cases = cases_for(secret)
        for case in cases:
            yield _send(client, url, case, int(clock_s()))
    now = _stored(list_stored) - before
    wanted = {fact_id for case in cases for fact_id in case.stored}
    lost, twice = wanted - now.keys(), [fact_id for fact_id in wanted if now[fact_id] > 1]
    others = now.keys() - wanted
    for name, found in (("all that was taken", lost), ("each once", twice), ("nothing else", others)):
        did = f"{len(found)} wrong of {len(wanted)}" if found else "is so"
        yield Outcome(f"stored: {name}", "is so", did, not found)


def _send(client: httpx.Client, url: str, case: Case, at_s: int) -> Outcome:
    should = "2xx" if case.taken else "4xx, not 410"
    post = case.make(at_s)
    began_s = time.perf_counter()
    try:
        status = client.post(url, content=post.body, headers=dict(post.headers)).status_code
    except httpx.HTTPError as error:
        return Outcome(case.name, should, type(error).__name__, is_right=False)
    took_ms = (time.perf_counter() - began_s) * 1000
    refused = httpx.codes.is_client_error(status) and status != GONE
    is_right = httpx.codes.is_success(status) if case.taken else refused
    return Outcome(case.name, should, f"{status} in {took_ms:.0f} ms", is_right)


def _stored(command: Sequence[str]) -> Counter[str]:
    """How often each id is stored.

    Raises:
        KitError: The command failed.
    """
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise KitError(f"{command[0]} failed: {done.stderr.strip()[-500:]}")
    return Counter(line.split()[0] for line in done.stdout.splitlines() if line.strip())
