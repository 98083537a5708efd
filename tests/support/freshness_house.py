"""Certificates that are revoked, two processes that answer for them, and those who keep asking."""

from __future__ import annotations

import asyncio
import base64
import os
import random
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from deploy.local.children import Child, Program
from deploy.local.folders import REPOSITORY
from deploy.local.ports import choose_port
from deploy.local.service import ServiceProcess
from libs.chassis.aggregates import Aggregates, Stored
from libs.chassis.delivery import Fact
from libs.chassis.ids import new_id
from libs.chassis.pausing import pause
from libs.chassis.platform import Platform
from libs.contracts.certificates import CertificateState, CertificateStatus, PrintedContent
from libs.contracts.code import code_of
from tests.support.checking_client import Client, Told
from tests.support.neighbours import PATIENCE_S, Neighbours
from tests.support.parts import KafkaPart, MongoPart
from tests.support.skewed_service import SkewedClock
from tests.support.telling_process import TellerSettings, opened
from tests.support.telling_process import Told as State
from tests.support.verifying import PERSON, version

ORIGIN: Final = "http://localhost:8080"
DATABASE: Final = "freshness"
HOUR_S: Final = 3600.0
CLIENTS_PER_PROCESS: Final = 2


@dataclass(frozen=True)
class Times:
    """How long the model's word holds, and how long a wrong one may be said: a part of 45 s and 60 s."""

    fresh_for_s: float
    bound_s: float


@dataclass
class House:
    """The processes and what was done to their certificates.

    Attributes:
        codes: All certificates', by their ids.
        revoked_at: When each revocation was committed for certain, by code, on the monotonic clock.
        platform: Certificates' own, in this process, to commit with.
        relay: Certificates' relay; what is committed reaches nobody while it stands still.
        answering: Two processes of verification, one an hour early and one an hour late.
        careless: One more that takes its model for fresh far longer, so that the fault shows.
    """

    kafka: KafkaPart
    platform: Platform
    certificates: Aggregates[State]
    owner: str
    relay: Child
    answering: Sequence[ServiceProcess]
    careless: ServiceProcess
    clients: Sequence[Client]
    neighbours: Neighbours
    stored: dict[str, Stored[State]] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    revoked_at: dict[str, float] = field(default_factory=dict)
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def issue(self, count: int, owner: str | None = None) -> Sequence[str]:
        """Let there be certificates in force; their ids."""
        return [await self._issue(owner or self.owner) for _ in range(count)]

    async def _issue(self, owner: str) -> str:
        certificate_id = new_id()
        self.codes[certificate_id] = code_of(os.urandom(10))
        facts = [self._fact(certificate_id, CertificateStatus.VALID, owner)]
        state = State(CertificateStatus.VALID)
        self.stored[certificate_id] = await self.certificates.insert(certificate_id, state, facts)
        return certificate_id

    async def garble(self, certificate_id: str) -> None:
        """Let a state of a certificate be told that nobody can read."""
        kind = [("ce_type", CertificateState.type_name().encode())]
        topic = CertificateState.topics[0]
        await self.platform.publisher.publish_raw(topic, certificate_id.encode(), b"{", kind)

    async def revoke(self, certificate_id: str = "") -> str:
        """Revoke that one, or any that is in force; its code."""
        left = [each for each in self.codes if self.codes[each] not in self.revoked_at]
        certificate_id = certificate_id or left[0]
        facts = [self._fact(certificate_id, CertificateStatus.REVOKED)]
        state = State(CertificateStatus.REVOKED)
        await self.certificates.save(self.stored[certificate_id], state, facts)
        self.revoked_at[self.codes[certificate_id]] = time.monotonic()
        return self.codes[certificate_id]

    def _fact(self, certificate_id: str, status: CertificateStatus, owner: str = "") -> Fact:
        event = CertificateState(
            certificate_id=certificate_id,
            request_id=certificate_id,
            person_id=owner or self.owner,
            centre="COAPH-061",
            versions=(version(self.codes[certificate_id], status=status),),
        )
        return Fact(event, PrintedContent(versions=(PERSON,)))

    async def keep_asking(self, client: Client) -> None:
        """Ask for this and that until told to stop, mostly for what was revoked of late."""
        chance = random.Random(client.port)  # noqa: S311 - a seed that can be told again, no secret
        while not self.stop.is_set():
            revoked = list(self.revoked_at)[-6:]
            of_these = revoked if revoked and chance.random() < 0.7 else list(self.codes.values())
            await client.ask(chance.choice(of_these))

    async def until_all_is_told_right(self) -> None:
        """Wait until each process says of every certificate what is true."""
        truth = {code: "revoked" if code in self.revoked_at else "valid" for code in self.codes.values()}
        await self.until_told(truth)

    async def until_told(self, truth: Mapping[str, str]) -> None:
        """Wait until each process says this of these codes."""
        never = asyncio.Event()
        async with asyncio.timeout(PATIENCE_S):
            for process in self.answering:
                client = Client(ORIGIN, process.port)
                for code, said in truth.items():
                    while await client.ask(code) != said:
                        await pause(never, 0.05)
                client.close()

    @property
    def told(self) -> Sequence[Told]:
        """All answers so far."""
        return [told for client in self.clients for told in client.told]

    def lies(self, bound_s: float, *, careless: bool = False) -> Sequence[Told]:
        """Every "valid" for a question that was asked longer than that after the revocation was committed."""
        revoked = [told for told in self.told if told.said == "valid" and told.code in self.revoked_at]
        late = [told for told in revoked if told.asked_at > self.revoked_at[told.code] + bound_s]
        return [told for told in late if (told.port == self.careless.port) is careless]

    def hesitations(self, since: float, codes: Sequence[str]) -> int:
        """How often since then nobody could say whether these are revoked."""
        of_these = [told for told in self.told if told.code in codes and told.asked_at >= since]
        return [told.said for told in of_these].count("cannot-say-now")

    @asynccontextmanager
    async def questions(self) -> AsyncIterator[None]:
        """While this lasts, everybody keeps asking."""
        async with asyncio.TaskGroup() as group:
            for client in self.clients:
                group.create_task(self.keep_asking(client))
            try:
                yield
            finally:
                self.stop.set()


@asynccontextmanager
async def opened_house(
    mongo: MongoPart, kafka: KafkaPart, folder: Path, times: Times
) -> AsyncIterator[House]:
    """The house with its processes up."""
    secret = {name: base64.b64encode(os.urandom(32)).decode() for name in ("CERTIFICATES", "VERIFICATION")}
    shared = {name: _shared(name, secret[name], mongo, kafka) for name in secret}
    relay = _child("tests.support.telling_process", (), folder / "relay.log", shared["CERTIFICATES"])
    early, late, careless = (
        _answering(folder / f"verification-{skew_s:+.0f}", shared["VERIFICATION"], skew_s, fresh_for_s)
        for skew_s, fresh_for_s in ((HOUR_S, times.fresh_for_s), (-HOUR_S, times.fresh_for_s), (0.0, 45.0))
    )
    processes = [early, late, careless]
    settings = TellerSettings.model_validate(
        {name.removeprefix("CERTIFICATES_").lower(): value for name, value in shared["CERTIFICATES"].items()}
    )
    # Whoever commits is an hour late, too; the relay's clock is right.
    platform = await Platform.open("certificates", settings, SkewedClock(-HOUR_S))
    neighbours = Neighbours(kafka, "verification", base64.b64decode(secret["VERIFICATION"]), platform.vault)
    owner = new_id()
    await platform.vault.create(owner)
    clients = [Client(ORIGIN, each.port) for each in processes for _ in range(CLIENTS_PER_PROCESS)]
    house = House(
        kafka, platform, await opened(platform), owner, relay, [early, late], careless, clients, neighbours
    )
    children = [relay, *(each.child for each in processes)]
    try:
        for child in children:
            child.start()
        for each in processes:
            await asyncio.to_thread(each.wait_ready)
        await neighbours.share_key(owner)
        yield house
    finally:
        for child in children:
            await asyncio.to_thread(child.stop)
        await platform.publisher.close()
        await platform.close()


def _shared(name: str, kek: str, mongo: MongoPart, kafka: KafkaPart) -> Mapping[str, str]:
    database = f"{name.lower()}_{DATABASE}"
    user, password = kafka.credentials(name.lower())
    told = {
        "ENVIRONMENT": "test",
        "HTTP_PORT": "0",
        "PUBLIC_ORIGIN": ORIGIN,
        "MONGO_URL": mongo.url_for(database),
        "MONGO_DATABASE": database,
        "KAFKA_BOOTSTRAP": kafka.bootstrap,
        "KAFKA_USER": user,
        "KAFKA_PASSWORD": password,
        "KAFKA_SECURITY": "SASL_PLAINTEXT",
        "KEK": kek,
        "LOOKUP_KEY": kek,
    }
    return {f"{name}_{key}": value for key, value in told.items()}


def _answering(
    folder: Path, environment: Mapping[str, str], skew_s: float, fresh_for_s: float
) -> ServiceProcess:
    port = choose_port()
    folder.mkdir()
    more = {
        "VERIFICATION_HTTP_PORT": str(port),
        "VERIFICATION_STATUS_KEY_FILE": str(folder / "status.pem"),
        "VERIFICATION_FRESH_FOR_S": str(fresh_for_s),
        "VERIFICATION_ASK_EVERY_S": "0.2",
    }
    process = ServiceProcess("verification", port, environment, folder / "log")
    words = ("verification", str(skew_s))
    process.child = _child("tests.support.skewed_service", words, folder / "log", {**environment, **more})
    return process


def _child(module: str, words: Sequence[str], log: Path, environment: Mapping[str, str]) -> Child:
    command = (sys.executable, "-m", module, *words)
    return Child(Program(module, command, REPOSITORY, log, {**environment, "PYTHONUNBUFFERED": "1"}))
