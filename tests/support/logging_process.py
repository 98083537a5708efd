"""A process that appends invented changes to the issuance log until it is killed: for tests of crashes."""

from __future__ import annotations

import asyncio
import secrets
import sys
from datetime import UTC, date, datetime, timedelta
from typing import Any

from libs.chassis.mongo import Database, connect, disconnect
from libs.contracts.certificates import CertificateStatus
from libs.contracts.issuance_log.entry import LogKind, Statement
from services.certificates.adapters.log_store import MongoLogEntries
from services.certificates.domain.log import LogIntent, LogReceipt

NAME = "certificates_log"
START = datetime(2026, 11, 23, 9, tzinfo=UTC)


def invented(number: int, at: datetime | None = None) -> LogIntent:
    """The issue of an invented certificate."""
    statement = Statement(
        certificate_id=f"certificate-{number}",
        number=f"2026/{number:06d}",
        version=1,
        status=CertificateStatus.VALID,
        document_sha256=f"{number:064x}",
        issued_on=START.date(),
        valid_until=date(2033, 11, 23) if number % 2 else None,
        changed_at=at or START + timedelta(milliseconds=number * 7919 % 10_000),
    )
    return LogIntent(f"certificate-{number}/1/issued/first", LogKind.ISSUED, statement)


async def opened(database: Database) -> MongoLogEntries:
    """The log's entries of a database, ready."""
    entries = MongoLogEntries(database, secrets.token_bytes)
    await entries.prepare()
    return entries


async def append(database: Database, numbers: range, at_once: int) -> list[LogReceipt]:
    """Append changes, so many tasks at once, each telling on standard output what was acknowledged."""
    entries = await opened(database)
    waiting = list(numbers)
    receipts: list[LogReceipt] = []

    async def worker() -> None:
        while waiting:
            number = waiting.pop(0)
            receipt = await entries.append(invented(number))
            receipts.append(receipt)
            sys.stdout.write(f"{number} {receipt.index} {receipt.salt} {receipt.at.isoformat()}\n")
            sys.stdout.flush()

    await asyncio.gather(*(worker() for _ in range(at_once)))
    return receipts


async def stored(database: Database) -> list[dict[str, Any]]:
    """All entries, in their order."""
    return [found async for found in database["log_entries"].find(sort=[("_id", 1)])]


async def main(url: str, name: str, begin: int, end: int) -> None:
    database = connect(url, name)
    try:
        await append(database, range(begin, end), at_once=20)
    finally:
        await disconnect(database)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
