"""Entries of the issuance log that never took effect: voided once, and never while somebody tries again."""

from __future__ import annotations

from datetime import timedelta

from libs.chassis.mongo import Database
from libs.contracts.issuance_log.entry import LogEntry, LogKind
from services.certificates.adapters.log_store import MongoLogEntries
from services.certificates.adapters.log_voids import MongoLogVoids
from services.certificates.domain.log import LogIntent, LogReceipt
from tests.support.logging_process import START, invented, stored

AT = START + timedelta(minutes=10)


async def voids_of(database: Database, entries: MongoLogEntries) -> MongoLogVoids:
    return MongoLogVoids(database, entries, "certificates")


def change(kind: LogKind, before: LogReceipt | None, number: int = 1) -> LogIntent:
    """A further change of the certificate of that number."""
    intent = invented(number, START)
    last = "first" if before is None else before.index
    return LogIntent(f"certificate-{number}/1/{kind}/{last}", kind, intent.statement)


async def hold(database: Database, *indices: int | None, number: int = 1) -> None:
    """Store a file as the aggregates are stored, with the newest entry of each version."""
    versions = [{"log_index": index} for index in indices]
    await database["certificates"].replace_one(
        {"_id": f"certificate-{number}"}, {"state": {"versions": versions}}, upsert=True
    )


async def void_entries(database: Database) -> list[int | None]:
    leaves = [LogEntry.decoded(bytes(found["leaf"])) for found in await stored(database)]
    return [leaf.of for leaf in leaves if leaf.kind is LogKind.VOIDED]


async def test_an_entry_that_took_no_effect_is_voided_once_and_the_others_stay(
    log_database: Database, entries: MongoLogEntries
) -> None:
    issued = await entries.append(change(LogKind.ISSUED, None))
    suspended = await entries.append(change(LogKind.SUSPENDED, issued))
    lost = await entries.append(change(LogKind.REVOKED, issued))
    resumed = await entries.append(change(LogKind.RESUMED, suspended))
    unheard = await entries.append(invented(2))
    await hold(log_database, resumed.index, None)
    voids = await voids_of(log_database, entries)
    assert await voids.void_unused(START, AT) == 0
    assert await voids.void_unused(START + timedelta(minutes=1), AT) == 2
    assert await voids.void_unused(AT + timedelta(minutes=1), AT) == 0
    assert await void_entries(log_database) == [lost.index, unheard.index]


async def test_what_was_voided_is_logged_anew_when_it_happens_after_all(
    log_database: Database, entries: MongoLogEntries
) -> None:
    first = await entries.append(invented(1, START))
    voids = await voids_of(log_database, entries)
    assert await voids.void_unused(AT, AT) == 1
    again = await entries.append(invented(1, AT))
    assert (again.index, again.at) == (2, AT)
    assert first.index == 0
    await hold(log_database, again.index)
    assert await voids.void_unused(AT + timedelta(minutes=1), AT) == 0


async def test_what_is_tried_again_is_not_voided_meanwhile(
    log_database: Database, entries: MongoLogEntries
) -> None:
    first = await entries.append(invented(1, START))
    assert await entries.append(invented(1, AT)) == first
    voids = await voids_of(log_database, entries)
    assert await voids.void_unused(AT, AT) == 0
    await hold(log_database, first.index)
    assert await voids.void_unused(AT + timedelta(minutes=1), AT) == 0
    assert await void_entries(log_database) == []


async def test_a_crash_between_losing_the_key_and_the_void_entry_is_finished(
    log_database: Database, entries: MongoLogEntries
) -> None:
    await entries.append(invented(1, START))
    await log_database["log_entries"].update_one(
        {"_id": 0}, {"$set": {"key": "certificate-1/1/issued/first/0/void"}}
    )
    assert await (await voids_of(log_database, entries)).void_unused(AT, AT) == 1
    assert await void_entries(log_database) == [0]
