"""Shows and withdraws the keys that sign status lists: `python -m services.verification.list_keys`."""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated

import typer

from libs.chassis.logging import configure_logging
from libs.chassis.platform import Platform
from libs.chassis.runtime import run_command
from services.verification.adapters.list_store import MongoStatusLists
from services.verification.adapters.store import VerificationStore
from services.verification.handlers.listing import withdraw_list_key
from services.verification.settings import VerificationSettings

app = typer.Typer(help="Keys that sign status lists.", no_args_is_help=True)


@app.command("list")
def list_all() -> None:
    """Show all keys that ever signed as JSON, one a line, the newest first."""

    async def show(_platform: Platform, store: VerificationStore) -> None:
        for stored in await store.list_keys.find_by({}, order_by="-published_at"):
            key = stored.value
            told = {"kid": stored.id, "published_at": key.published_at, "withdrawn_at": key.withdrawn_at}
            typer.echo(json.dumps(told, default=str))

    _run(show)


@app.command()
def withdraw(key_id: Annotated[str, typer.Argument(help="Its `kid` in the key set.")]) -> None:
    """Let nobody believe a key any more; all status lists are gone until another key has signed them."""

    async def work(platform: Platform, store: VerificationStore) -> None:
        lists = MongoStatusLists(platform.database)
        await withdraw_list_key(store.list_keys, lists, key_id, platform.clock.now())

    _run(work)
    typer.echo(f"{key_id} is withdrawn: move its file away and start verification anew, each process of it")


def _run(work: Callable[[Platform, VerificationStore], Awaitable[None]]) -> None:
    run_command("verification", VerificationSettings, lambda settings: _opened(settings, work))


async def _opened(
    settings: VerificationSettings, work: Callable[[Platform, VerificationStore], Awaitable[None]]
) -> None:
    platform = await Platform.open("verification", settings)
    try:
        await work(platform, await VerificationStore.open(platform, platform.vault))
    finally:
        await platform.close()


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; the log goes where errors go, so that what it prints is JSON and nothing else."""
    configure_logging("verification.list_keys", stream=sys.stderr)
    app(arguments)


if __name__ == "__main__":
    main()
