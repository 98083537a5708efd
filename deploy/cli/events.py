"""Lists and replays parked events and dead letters, and follows the topics as events pass."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from libs.chassis.clock import SystemClock
from libs.chassis.dead_letters import read_dead_letters, replay
from libs.chassis.ids import new_id
from libs.chassis.kafka import KafkaAccess, KafkaReader
from libs.chassis.mongo import connect, disconnect
from libs.chassis.parking import MongoParking, Parked
from libs.contracts.event import Heartbeat
from libs.contracts.registry import EVENTS
from libs.contracts.topics import SERVICES, TOPICS, dead_letter_topic

app = typer.Typer(help="What waits, what died, how it is tried again, what passes by.", no_args_is_help=True)
console = Console()

#: They would bury what happens under what doesn't.
_HEARTBEATS = frozenset(name for name, event in EVENTS.items() if issubclass(event, Heartbeat))

ENVIRONMENTS = Path(".local/run")

ServiceName = Annotated[str, typer.Option(help=f"One of {', '.join(SERVICES)}.")]
Environment = Annotated[
    Path, typer.Option("--env", help="Folder with <service>.env files, as `make up` writes them.")
]


@dataclass(frozen=True)
class Access:
    """One service's datastore and broker, as its own settings name them."""

    service: str
    mongo_url: str
    database: str
    kafka: KafkaAccess

    @classmethod
    def read(cls, service: str, folder: Path) -> Access:
        """Read `<folder>/<service>.env`.

        Raises:
            typer.BadParameter: There's no such file.
        """
        file = folder / f"{service}.env"
        if not file.exists():
            raise typer.BadParameter(f"{file} is not there: is the platform up, and is --env right?")
        lines = (line.split("=", 1) for line in file.read_text().splitlines() if "=" in line)
        found = {name: value.strip("'\"") for name, value in lines}
        of = f"{service.upper()}_"
        kafka = KafkaAccess(
            found[f"{of}KAFKA_BOOTSTRAP"],
            found[f"{of}KAFKA_USER"],
            found[f"{of}KAFKA_PASSWORD"],
            found.get(f"{of}KAFKA_SECURITY", "SASL_SSL"),
        )
        return cls(service, found[f"{of}MONGO_URL"], found[f"{of}MONGO_DATABASE"], kafka)


@app.command()
def parked(service: ServiceName, env: Environment = ENVIRONMENTS) -> None:
    """List what a service can't apply yet."""
    waiting = _run(_parked(Access.read(service, env)))
    table = Table("event", "place", "since", "tries", "next try", "reason", title=f"parked in {service}")
    for item in waiting:
        headers = dict(item.record.headers)
        table.add_row(
            headers.get("ce_type", b"?").decode(),
            item.record.place,
            f"{item.parked_at:%Y-%m-%d %H:%M:%S}",
            str(item.attempts),
            f"{item.next_at:%H:%M:%S}",
            item.reason,
        )
    console.print(table)


@app.command()
def dead(service: ServiceName, env: Environment = ENVIRONMENTS) -> None:
    """List what a service gave up."""
    letters = _run(_dead(Access.read(service, env)))
    table = Table("id", "event", "origin", "reason", title=f"dead letters of {service}")
    for letter in letters:
        table.add_row(letter.event_id, letter.event_type, letter.origin, letter.reason)
    console.print(table)


@app.command()
def again(
    service: ServiceName,
    event_id: Annotated[str, typer.Argument(help="The id from `dead`, or `all`.")],
    env: Environment = ENVIRONMENTS,
) -> None:
    """Let a service try dead letters again."""
    count = _run(_again(Access.read(service, env), event_id))
    console.print(f"{count} to be tried again; `parked --service {service}` shows what still waits")


@app.command()
def tail(
    env: Environment = ENVIRONMENTS,
    seconds: Annotated[float, typer.Option(help="Stop after so many seconds; 0 follows on.")] = 0,
) -> None:
    """Show events but heartbeats as they pass: type, aggregate and sequence, never what they say."""
    readable = [(name, _topics_readable_by(name)) for name in SERVICES]
    _run(_tail([(Access.read(name, env), topics) for name, topics in readable if topics], seconds))


def _topics_readable_by(service: str) -> list[str]:
    """Each topic is followed through one of its readers: the first in the table."""
    return [
        topic.name
        for topic in TOPICS
        if topic.readers and topic.readers[0] == service and not topic.name.endswith(".dead")
    ]


async def _parked(access: Access) -> Sequence[Parked]:
    database = connect(access.mongo_url, access.database)
    try:
        return await MongoParking(database["parked"]).all()
    finally:
        await disconnect(database)


async def _dead(access: Access) -> Sequence[Any]:
    reader = KafkaReader(
        access.kafka, f"{access.service}-cli-{new_id()}", [dead_letter_topic(access.service)]
    )
    try:
        return await read_dead_letters(reader)
    finally:
        await reader.close()


async def _again(access: Access, event_id: str) -> int:
    letters = [letter for letter in await _dead(access) if event_id in {"all", letter.event_id}]
    database = connect(access.mongo_url, access.database)
    try:
        parking = MongoParking(database["parked"])
        for letter in letters:
            await replay(letter, parking, SystemClock().now())
    finally:
        await disconnect(database)
    return len(letters)


async def _tail(sources: Sequence[tuple[Access, list[str]]], seconds: float) -> None:
    deadline = time.monotonic() + seconds if seconds else None
    everybody = asyncio.Barrier(len(sources))
    async with asyncio.TaskGroup() as group:
        for access, topics in sources:
            group.create_task(_follow(access, topics, deadline, everybody))


class _Follower(KafkaReader):
    """Knows when it has found the ends of its topics: what comes after that is shown."""

    is_at_the_end = False

    async def on_partitions_assigned(self, assigned: object) -> None:
        """Note that the ends are looked up by the next poll."""
        await super().on_partitions_assigned(assigned)
        self.is_at_the_end = True


async def _follow(
    access: Access, topics: list[str], deadline: float | None, everybody: asyncio.Barrier
) -> None:
    reader = _Follower(access.kafka, f"{access.service}-tail-{new_id()}", topics, from_end=True)
    told = False
    try:
        while deadline is None or time.monotonic() < deadline:
            for record in await reader.poll(0.5, 200):
                if record.type in _HEARTBEATS:
                    continue
                headers = {name: value.decode() for name, value in record.headers}
                shown = {name: headers.get(f"ce_{name}", "") for name in ("type", "subject", "sequence")}
                print(json.dumps({"topic": record.topic, **shown}), flush=True)
            if reader.is_at_the_end and not told:
                told = True
                if await everybody.wait() == 0:
                    print(json.dumps({"following": everybody.parties}), flush=True)
    finally:
        await reader.close()


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        raise typer.Exit from None
