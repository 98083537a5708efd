"""A process that takes places in the status list until it is killed or has enough, and tells each one."""

from __future__ import annotations

import asyncio
import sys

import uvloop

from libs.chassis.mongo import connect, disconnect
from services.certificates.adapters.status_indices import MongoStatusIndices

AT_ONCE = 50


async def take(url: str, database_name: str, wanted: int) -> None:
    """Take so many, `AT_ONCE` at the same time, and write each on a line once it is known."""
    database = connect(url, database_name)
    indices = MongoStatusIndices(database)
    for _ in range(wanted // AT_ONCE):
        for index in await asyncio.gather(*(indices.take() for _ in range(AT_ONCE))):
            sys.stdout.write(f"{index}\n")
        sys.stdout.flush()
    await disconnect(database)


if __name__ == "__main__":
    uvloop.run(take(sys.argv[1], sys.argv[2], int(sys.argv[3])))
