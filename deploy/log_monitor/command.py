"""`python -m deploy.cli log`: watches the issuance log, and checks a holder's receipt."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from deploy.log_monitor.fetching import LogReader, Unreadable
from deploy.log_monitor.findings import Finding, Rules
from deploy.log_monitor.memory import Memory
from deploy.log_monitor.public_facts import BrokerAccess, FactReader, FactsUnreadable
from deploy.log_monitor.receipts import faults_of
from deploy.log_monitor.watching import Watch
from libs.chassis.clock import SystemClock
from libs.chassis.notes import NoteVerifier

app = typer.Typer(help="The public log of what happens to certificates.", no_args_is_help=True)
console = Console()

SETTINGS: Final = Path(".local/run/monitor.env")
STATE: Final = Path(".local/run/log-monitor.json")
FOUND: Final = 1
UNREADABLE: Final = 2

StateFile = Annotated[Path, typer.Option("--state", help="Where the log's key and last head are kept.")]


@app.command()
def monitor(
    settings: Annotated[Path, typer.Option("--env", help="File with the MONITOR_... settings.")] = SETTINGS,
    state: StateFile = STATE,
    key: Annotated[str, typer.Option(help="The log's key; by default the one that was seen first.")] = "",
    *,
    once: Annotated[bool, typer.Option(help="One round instead of following on.")] = False,
    every_s: Annotated[float, typer.Option(help="Seconds between two rounds.")] = 5.0,
    reread_every_s: Annotated[float, typer.Option(help="Seconds until all is read again.")] = 3600.0,
    grace_s: Annotated[float, typer.Option(help="Seconds between entry, head and fact.")] = 120.0,
    since: Annotated[str, typer.Option(help="Pass over facts before this moment (ISO 8601).")] = "",
) -> None:
    """Compare the log with itself, with what was seen before and with the public facts.

    Ends with 1 when something was found and with 2 when log or broker can't be read.
    """
    moment = datetime.fromisoformat(since).astimezone(UTC) if since else None
    rules = Rules(grace=timedelta(seconds=grace_s), since=moment)
    rest = None if once else (every_s, reread_every_s)
    with suppress(KeyboardInterrupt):
        raise typer.Exit(asyncio.run(_monitor(_read(settings), state, key, rules, rest)))


@app.command()
def verify(
    receipt: Annotated[Path, typer.Argument(help="A receipt, as its holder downloaded it.")],
    key: Annotated[str, typer.Option(help="The log's key; by default the one that the monitor keeps.")] = "",
    state: StateFile = STATE,
) -> None:
    """Check a holder's receipt without asking the platform; ends with 1 where it doesn't hold."""
    memory = None if key else Memory.find(state)
    if not key and memory is None:
        raise typer.BadParameter("name the log's key with --key: no monitor has kept one here")
    verifier = memory.verifier if memory else NoteVerifier.read(key)
    faults = faults_of(json.loads(receipt.read_text(encoding="utf-8")), verifier)
    for fault in faults:
        console.print(f"[red]{fault}[/red]", soft_wrap=True)
    if faults:
        raise typer.Exit(FOUND)
    console.print(f"the receipt holds: logged and signed by {verifier.name}", soft_wrap=True)


async def _monitor(
    settings: dict[str, str], state: Path, key: str, rules: Rules, rest: tuple[float, float] | None
) -> int:
    log = LogReader.at(settings["MONITOR_PUBLIC_ORIGIN"])
    facts = FactReader(
        BrokerAccess(
            settings["MONITOR_KAFKA_BOOTSTRAP"],
            settings["MONITOR_KAFKA_USER"],
            settings["MONITOR_KAFKA_PASSWORD"],
            settings.get("MONITOR_KAFKA_SECURITY", "SASL_SSL"),
        )
    )
    try:
        memory = await _remembered(log, state, key)
        watch = Watch(log, facts, memory, state, rules, SystemClock(), console.print)
        return await _follow(watch, rest)
    except (Unreadable, FactsUnreadable) as error:
        console.print(f"[red]can't read: {error}[/red]", soft_wrap=True)
        return UNREADABLE
    finally:
        facts.close()
        await log.close()


async def _remembered(log: LogReader, state: Path, key: str) -> Memory:
    """What was kept; a log that is seen for the first time is believed its key, unless one is given."""
    memory = Memory.find(state)
    if memory is None:
        given = key or await log.key()
        memory = Memory(NoteVerifier.read(given))
        console.print(f"a log seen for the first time: {given}", soft_wrap=True)
    elif key and NoteVerifier.read(key) != memory.verifier:
        raise typer.BadParameter("another key than the one that was seen first")
    memory.keep(state)
    return memory


async def _follow(watch: Watch, rest: tuple[float, float] | None) -> int:
    count = _show(await watch.round())
    console.print(f"{watch.summary}, {count} findings", soft_wrap=True)
    if rest is None:
        return FOUND if count else 0
    every_s, reread_every_s = rest
    loop = asyncio.get_running_loop()
    last_reading_s, last_told = loop.time(), watch.summary
    while True:
        try:
            await asyncio.sleep(every_s)
        except asyncio.CancelledError:
            # Ctrl-C ends a monitor; what it found stays found.
            return FOUND if count else 0
        is_due = loop.time() - last_reading_s >= reread_every_s
        last_reading_s = loop.time() if is_due else last_reading_s
        try:
            count += _show(await (watch.reread() if is_due else watch.round()))
        except (Unreadable, FactsUnreadable) as error:
            console.print(f"can't read: {error}; trying again", soft_wrap=True)
        if watch.summary != last_told:
            last_told = watch.summary
            console.print(f"{last_told}, {count} findings", soft_wrap=True)


def _show(found: list[Finding]) -> int:
    for finding in found:
        console.print(f"[red]{finding}[/red]", soft_wrap=True)
    return len(found)


def _read(file: Path) -> dict[str, str]:
    if not file.exists():
        raise typer.BadParameter(f"{file} is not there: is the platform up, and is --env right?")
    lines = (line.split("=", 1) for line in file.read_text(encoding="utf-8").splitlines() if "=" in line)
    return {name: value.strip("'\"") for name, value in lines}
