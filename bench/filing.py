"""Requests through the real services: how many are accepted per second, and how soon each mail is out."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import httpx

from deploy.local.demo.people import Applicant
from deploy.local.stack import Stack
from libs.chassis.clock import SystemClock
from libs.chassis.ids import new_id, new_secret
from libs.chassis.kafka import KafkaAccess, KafkaReader
from libs.chassis.mongo import connect, disconnect
from libs.chassis.web.caller import Caller
from libs.chassis.web.sessions import TokenSigner
from libs.contracts.people import Role
from services.identity.adapters.signing_key import load_or_create

AT_ONCE = 16
DEADLINE_S = 120.0
MAIL = "E1"


@dataclass(frozen=True)
class Filing:
    """What filing requests showed.

    Attributes:
        per_s: Requests accepted per second, by `AT_ONCE` clients together.
        mail_p50_ms: From a paced request's acceptance until a mail server took its mail, median.
        mail_p99_ms: The same, 99th percentile.
    """

    per_s: float
    mail_p50_ms: float
    mail_p99_ms: float


async def measure(stack: Stack, paced: int, pace_per_s: float, burst: int) -> Filing:
    """Register people, then file `paced` requests at a steady pace and `burst` at full speed."""
    people = await _registered(stack, paced + burst)
    tokens = _tokens(stack, people)
    async with httpx.AsyncClient(base_url=_address(stack, "requests"), timeout=30) as client:
        reader = await _reader(stack, ["requests.facts", "notifications.facts"], from_end=True)
        mails = asyncio.create_task(_mail_latencies_ms(reader, paced))
        for token in tokens[:paced]:
            await asyncio.gather(_file(client, token), asyncio.sleep(1 / pace_per_s))
        latencies_ms = await asyncio.wait_for(mails, DEADLINE_S)
        await reader.close()
        began = time.perf_counter()
        await _at_once([_later(_file, client, token) for token in tokens[paced:]])
        took_s = time.perf_counter() - began
    ranks = statistics.quantiles(latencies_ms, n=100)
    return Filing(burst / took_s, ranks[49], ranks[98])


async def _registered(stack: Stack, count: int) -> list[str]:
    """Register invented people; their ids, once requests knows them all."""
    reader = await _reader(stack, ["identity.persons"], from_end=True)
    origin = {"Origin": stack.origin}
    async with httpx.AsyncClient(base_url=_address(stack, "identity"), timeout=60, headers=origin) as client:
        first = 1_000_000 + time.time_ns() % 8_000_000
        await _at_once([_later(_register, client, f"ZZ{first + place}") for place in range(count)])
    people: set[str] = set()
    while len(people) < count:
        people.update((record.key or b"").decode() for record in await reader.poll(0.5, 500))
    await reader.close()
    await _known_to_requests(stack, people)
    return sorted(people)


async def _register(client: httpx.AsyncClient, number: str) -> None:
    answers = {
        "kind": "cin",
        "number": number,
        "birth_date": "1980-02-01",
        "email": f"{number.lower()}@example.ma",
        "consent": True,
    }
    (await client.post("/api/identity/v1/registrations", json=answers)).raise_for_status()


async def _known_to_requests(stack: Stack, people: set[str]) -> None:
    database = connect(stack.mongod.url_for("requests"), "requests")
    known = 0
    async with asyncio.timeout(DEADLINE_S):
        while known < len(people):
            known = await database["persons"].count_documents({"_id": {"$in": list(people)}})
            await asyncio.sleep(0.2)
    await disconnect(database)


async def _file(client: httpx.AsyncClient, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": new_id()}
    person = Applicant.read("adult")
    names = {"family_name": person.arabic_family_name, "given_name": person.arabic_given_name}
    answers = {"centre": person.centre, **names}
    (await client.post("/api/requests/v1/requests", json=answers, headers=headers)).raise_for_status()


def _tokens(stack: Stack, people: Sequence[str]) -> list[str]:
    pair = load_or_create(stack.folders.data / "keys" / "identity-signing.pem")
    clock = SystemClock()
    signer = TokenSigner(pair.key_id, pair.private_key, clock)
    applicant = frozenset({Role.APPLICANT.value})
    return [
        signer.issue(Caller("person", person, applicant, frozenset(), new_secret(), clock.now()))
        for person in people
    ]


async def _mail_latencies_ms(reader: KafkaReader, count: int) -> list[float]:
    accepted: dict[str, datetime] = {}
    sent: dict[str, datetime] = {}
    while len(sent.keys() & accepted.keys()) < count:
        for record in await reader.poll(0.5, 500):
            kind = dict(record.headers).get("ce_type")
            data = json.loads(record.value or b"{}")
            if kind == b"RequestSubmitted":
                accepted[data["request_id"]] = datetime.fromisoformat(data["submitted_at"])
            if kind == b"MessageSent" and data["template"] == MAIL:
                sent[data["request_id"]] = datetime.fromisoformat(data["sent_at"])
    both = sent.keys() & accepted.keys()
    return [(sent[request] - accepted[request]).total_seconds() * 1e3 for request in both]


async def _reader(stack: Stack, topics: Sequence[str], *, from_end: bool) -> KafkaReader:
    user, password = stack.kafka.credentials("requests")
    access = KafkaAccess(stack.kafka.bootstrap, user, password)
    reader = KafkaReader(access, f"requests-bench-{new_id()}", topics, from_end=from_end)
    await reader.poll(3.0, 1)
    return reader


def _later(
    act: Callable[[httpx.AsyncClient, str], Awaitable[None]], client: httpx.AsyncClient, text: str
) -> Callable[[], Awaitable[None]]:
    return lambda: act(client, text)


async def _at_once(acts: Sequence[Callable[[], Awaitable[None]]]) -> None:
    left = iter(acts)

    async def worker() -> None:
        for act in left:
            await act()

    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))


def _address(stack: Stack, service: str) -> str:
    return f"http://127.0.0.1:{stack.ports[service]}"
