"""On a real MongoDB: the mirror has what the database has, follows it, and begins anew after a loss."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from libs.chassis.clock import SystemClock
from libs.chassis.crypto import MongoKeyStore, Vault
from libs.chassis.delivery import Delivery
from libs.chassis.ids import new_id
from libs.chassis.mongo import Database, connect, disconnect
from libs.chassis.mongo_aggregates import MongoAggregates
from libs.chassis.pausing import pause
from libs.contracts.certificates import (
    CertificateState,
    CertificateStatus,
    CertificateVersion,
    PrintedContent,
)
from libs.contracts.code import code_hash
from services.verification.adapters.mirror import Mirror
from services.verification.adapters.packed_table import PackedTable
from services.verification.adapters.row_sealer import RowSealer
from services.verification.adapters.store import CERTIFICATE_INDEXES, CERTIFICATES
from services.verification.domain.packed import Entry, pack, place_of, unpack
from services.verification.domain.typed import key_of
from services.verification.handlers.following import certificate_of
from tests.support.parts import MongoPart
from tests.support.verifying import PERSON, version

PATIENCE_S = 60
KEK = b"k" * 32
DATABASE = "mirrored"
OWNER = "person-1"


@dataclass
class HeardBeats:
    """The heartbeats that the mirror passed on."""

    heard: list[tuple[str, int, int]] = field(default_factory=list)

    def note_beat(self, topic: str, partition: int, watermark: int) -> None:
        self.heard.append((topic, partition, watermark))


@dataclass(frozen=True)
class Sealing:
    """As much of `Deps` as the handler of certificates' state asks for."""

    sealer: RowSealer


@dataclass
class Mirrored:
    """A database of copies and a mirror of it."""

    mongo: MongoPart
    database: Database
    store: MongoAggregates[Any]
    mirror: Mirror
    beats: HeardBeats
    sealing: Sealing

    async def tell(self, certificate: str, sequence: int, *versions: CertificateVersion) -> None:
        """Let a certificate's state be copied."""
        event = CertificateState(
            certificate_id=certificate,
            request_id=certificate,
            person_id=OWNER,
            centre="COAPH-061",
            versions=versions,
        )
        secret = PrintedContent(versions=(PERSON,) * len(versions))
        delivery: Delivery[Any] = Delivery(
            event, new_id(), "certificates.state", certificate, sequence, secret
        )
        await self.store.copy([certificate_of(self.sealing, delivery)])  # type: ignore[arg-type]

    def status(self, code: str) -> CertificateStatus | None:
        """What the mirror has of a code."""
        row = self.mirror.find(key_of(code_hash(code)))
        return None if row is None else place_of(row)[1]

    async def database_digest(self) -> str:
        """The digest of what the database has, read anew."""
        reading = Mirror(self.database, self.sealing.sealer, HeardBeats())
        await reading.load()
        return reading.table.digest()


def code(number: int) -> str:
    return f"{number:016}"


async def until(holds: Callable[[], bool]) -> None:
    never = asyncio.Event()
    async with asyncio.timeout(PATIENCE_S):
        while not holds():
            await pause(never, 0.02)


@pytest.fixture
async def mirrored(mongo: MongoPart) -> AsyncIterator[Mirrored]:
    database = connect(mongo.url_for(DATABASE), DATABASE)
    for name in ("certificates", "beats", "doubts", "owner_keys"):
        await database[name].drop()
    vault = Vault("verification", KEK, MongoKeyStore(database["owner_keys"]))
    await vault.create(OWNER)
    store = MongoAggregates(database, CERTIFICATES, vault, SystemClock(), asyncio.Event())
    await store.prepare(CERTIFICATE_INDEXES)
    sealing, beats = Sealing(RowSealer(KEK)), HeardBeats()
    mirror = Mirror(database, sealing.sealer, beats)
    yield Mirrored(mongo, database, store, mirror, beats, sealing)
    await disconnect(database)


@asynccontextmanager
async def running(mirrored: Mirrored) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(mirrored.mirror.run(stop))
    try:
        await until(lambda: mirrored.mirror.is_current)
        yield
    finally:
        stop.set()
        await task


async def test_what_was_there_is_loaded_and_what_comes_is_followed(mirrored: Mirrored) -> None:
    for number in range(20):
        await mirrored.tell(f"old-{number}", 1, version(code(number), status_index=number))
    async with running(mirrored):
        assert len(mirrored.mirror.table) == 20
        assert unpack(mirrored.mirror.find(key_of(code_hash(code(3)))) or b"").version.status_index == 3
        superseded = version(code(3), status=CertificateStatus.SUPERSEDED)
        await mirrored.tell("old-3", 2, superseded, version(code(100), version=2))
        await mirrored.tell("new", 1, version(code(101)))
        await until(lambda: mirrored.status(code(101)) is CertificateStatus.VALID)
        assert mirrored.status(code(3)) is CertificateStatus.SUPERSEDED
        assert mirrored.status(code(100)) is CertificateStatus.VALID
        assert mirrored.mirror.table.digest() == await mirrored.database_digest()
    assert not mirrored.mirror.is_current


async def test_masked_initials_do_not_stand_in_clear_in_the_database(mirrored: Mirrored) -> None:
    await mirrored.tell("one", 1, version(code(1)))
    document = await mirrored.database["certificates"].find_one({"_id": "one"})
    assert document is not None
    assert document["state"]["packed"]
    assert PERSON.latin_given_name not in str(document)
    assert "Y A O" not in str(document)


async def test_a_copy_from_before_there_were_rows_is_told_without_a_name(mirrored: Mirrored) -> None:
    told = version(code(1), status=CertificateStatus.REVOKED, status_index=4)
    await mirrored.tell("one", 1, told)
    await mirrored.database["certificates"].update_one({"_id": "one"}, {"$unset": {"state.packed": ""}})
    async with running(mirrored):
        row = mirrored.mirror.find(key_of(told.code_hash)) or b""
        assert (unpack(row).arabic_initials, place_of(row)) == ("", (4, CertificateStatus.REVOKED))


async def test_rows_that_do_not_open_are_told_without_a_name(mirrored: Mirrored) -> None:
    await mirrored.tell("one", 1, version(code(1)))
    await mirrored.tell("two", 1, version(code(2)))
    two = await mirrored.database["certificates"].find_one({"_id": "two"})
    assert two is not None
    exchanged = {"$set": {"state.packed": two["state"]["packed"]}}
    await mirrored.database["certificates"].update_one({"_id": "one"}, exchanged)
    async with running(mirrored):
        one = unpack(mirrored.mirror.find(key_of(code_hash(code(1)))) or b"")
        assert (one.version.status, one.latin_initials) == (CertificateStatus.VALID, "")
        named = unpack(mirrored.mirror.find(key_of(code_hash(code(2)))) or b"")
        assert named == unpack(pack(Entry.of(named.version, "ياسين أيت وَعزيز", "Yassine Aït Ouâziz")))


async def test_doubts_come_and_go(mirrored: Mirrored) -> None:
    codes = [code_hash(code(1)), "not a digest"]
    doubt = {"lane": "certificates-state/one", "sequence": 1, "offset": 1, "code_hashes": codes}
    await mirrored.database["doubts"].insert_one({"_id": "place-1", **doubt})
    await mirrored.database["doubts"].insert_one({"_id": "of another topic", "lane": "x/y"})
    key, other = key_of(codes[0]), key_of(code_hash(code(2)))
    async with running(mirrored):
        assert mirrored.mirror.is_doubted(key)
        await mirrored.database["doubts"].insert_one(
            {"_id": "place-2", **doubt, "code_hashes": [code_hash(code(2))]}
        )
        await until(lambda: mirrored.mirror.is_doubted(other))
        await mirrored.database["doubts"].delete_many({"_id": "place-1"})
        await until(lambda: not mirrored.mirror.is_doubted(key))
        assert mirrored.mirror.is_doubted(other)


async def test_a_heartbeat_is_heard_after_what_was_written_before_it(mirrored: Mirrored) -> None:
    beats = mirrored.database["beats"]
    stood: dict[int, CertificateStatus | None] = {}

    def note(topic: str, partition: int, watermark: int) -> None:
        assert (topic, partition) == ("certificates.state", 0)
        stood[watermark] = mirrored.status(code(watermark))

    mirrored.beats.note_beat = note  # type: ignore[method-assign]
    await beats.insert_one({"_id": "t:0", "topic": "certificates.state", "partition": 0, "watermark": -1})
    async with running(mirrored):
        for watermark in range(30):
            await mirrored.tell(f"certificate-{watermark}", 1, version(code(watermark)))
            beat = {"topic": "certificates.state", "partition": 0, "watermark": watermark}
            await beats.replace_one({"_id": "t:0"}, beat)
        await until(lambda: 29 in stood)
    assert set(stood.values()) == {CertificateStatus.VALID}
    assert -1 not in stood


@pytest.mark.parametrize("lost", ["a certificate is deleted", "the collection is dropped"])
async def test_when_changes_are_lost_nothing_is_current_until_all_is_read_again(
    mirrored: Mirrored, lost: str
) -> None:
    for number in range(3):
        await mirrored.tell(f"certificate-{number}", 1, version(code(number)))
    async with running(mirrored):
        if lost == "a certificate is deleted":
            await mirrored.database["certificates"].delete_one({"_id": "certificate-1"})
        else:
            await mirrored.database["certificates"].drop()
        await until(lambda: not mirrored.mirror.is_current)
        await until(lambda: mirrored.mirror.is_current)
        assert mirrored.status(code(1)) is None
        await mirrored.tell("later", 1, version(code(9)))
        await until(lambda: mirrored.status(code(9)) is not None)
        assert mirrored.mirror.table.digest() == await mirrored.database_digest()


async def test_a_killed_database_costs_no_change(mirrored: Mirrored) -> None:
    await mirrored.tell("before", 1, version(code(1)))
    async with running(mirrored):
        mirrored.mongo.kill()
        await asyncio.to_thread(mirrored.mongo.restart)
        async with asyncio.timeout(PATIENCE_S):
            await mirrored.tell("before", 2, version(code(1), status=CertificateStatus.REVOKED))
        await until(
            lambda: mirrored.mirror.is_current and mirrored.status(code(1)) is CertificateStatus.REVOKED
        )
        assert mirrored.mirror.table.digest() == await mirrored.database_digest()


async def test_a_copy_that_is_built_anew_has_the_same_digest_in_whatever_order(mirrored: Mirrored) -> None:
    states: list[tuple[str, int, Sequence[CertificateVersion]]] = [
        (f"certificate-{number}", 1, [version(code(number), status_index=number)]) for number in range(15)
    ]
    states += [
        (
            name,
            2,
            [told[0].model_copy(update={"status": CertificateStatus.SUPERSEDED}), version(code(50 + place))],
        )
        for place, (name, _, told) in enumerate(states[:5])
    ]
    for name, sequence, versions in states:
        await mirrored.tell(name, sequence, *versions)
    first = await mirrored.database_digest()
    await mirrored.database["certificates"].drop()
    assert await mirrored.database_digest() == PackedTable().digest()
    # A replay in another order, some of it twice: an older state never takes a newer one's place.
    for name, sequence, versions in [*reversed(states), *states[3:9]]:
        await mirrored.tell(name, sequence, *versions)
    assert await mirrored.database_digest() == first
