"""A process that takes numbers for a range of certificates, many at once, and tells each one it was given."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime

import uvloop

from libs.chassis.mongo import connect, disconnect
from services.certificates.adapters.numbers import MongoNumbers

AT_ONCE = 2000


def certificate(count: int) -> str:
    """The id of the `count`-th certificate."""
    return f"certificate-{count:06d}"


async def take(url: str, database_name: str, at: datetime, first: int, last: int) -> None:
    """Take the number of each certificate from `first` to `last`, upwards or downwards."""
    database = connect(url, database_name)
    numbers = MongoNumbers(database)
    left = iter(range(first, last + 1) if first <= last else range(first, last - 1, -1))

    async def taker() -> None:
        for count in left:
            number = await numbers.take(at.year, certificate(count), at)
            sys.stdout.write(f"{certificate(count)} {number}\n")

    await asyncio.gather(*(taker() for _ in range(AT_ONCE)))
    sys.stdout.flush()
    await disconnect(database)


if __name__ == "__main__":
    given_url, given_name, given_at, *ends = sys.argv[1:]
    uvloop.run(take(given_url, given_name, datetime.fromisoformat(given_at), *map(int, ends)))
