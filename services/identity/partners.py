"""Registers partners' systems and changes their standing: `python -m services.identity.partners`."""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from libs.chassis.logging import configure_logging
from libs.chassis.platform import Platform
from libs.chassis.runtime import run_command
from libs.contracts.partners import PartnerPurpose, PartnerScope
from services.identity.adapters.signing_key import load_or_create
from services.identity.domain.client_keys import ClientKey, read_keys
from services.identity.domain.partner import Partner, PartnerTerms
from services.identity.errors import ClientKeysUnusable
from services.identity.handlers.partners import (
    admit_to_kafka,
    list_partners,
    register_partner,
    resume_partner,
    rotate_keys,
    suspend_partner,
)
from services.identity.main import wire
from services.identity.ports import Deps
from services.identity.settings import IdentitySettings

app = typer.Typer(help="Partners' systems: who they are, what they may do.", no_args_is_help=True)

ClientId = Annotated[str, typer.Argument(help="Lower case, digits and hyphens.")]
Jwks = Annotated[Path, typer.Option(help="File with the partner's public keys, a JWK set.")]


@app.command()
def register(
    client_id: ClientId,
    name: Annotated[str, typer.Option(help="What people call it.")],
    scope: Annotated[list[PartnerScope], typer.Option(help="What its tokens may be good for; repeatable.")],
    purpose: Annotated[
        list[str], typer.Option(help="code=reference of the authorisation under law 09-08; repeatable.")
    ],
    jwks: Jwks,
    quota: Annotated[int, typer.Option(help="Certificates that it may ask about in a day.")] = 0,
    webhook_host: Annotated[list[str] | None, typer.Option(help="Host for its webhooks; repeatable.")] = None,
) -> None:
    """Register a partner."""
    purposes = tuple(_purpose(text) for text in purpose)
    terms = PartnerTerms(name, purposes, tuple(scope), tuple(webhook_host or ()), quota)
    keys = _keys(jwks)
    _tell(client_id, lambda deps: register_partner(deps, client_id, terms, keys))


@app.command("list")
def list_all() -> None:
    """Show all partners as JSON, one a line."""

    async def show(deps: Deps) -> None:
        for stored in await list_partners(deps):
            typer.echo(json.dumps(_shown(stored.id, stored.value), ensure_ascii=False))

    _run(show)


@app.command()
def suspend(client_id: ClientId) -> None:
    """Let a partner do nothing any more."""
    _tell(client_id, lambda deps: suspend_partner(deps, client_id))


@app.command()
def resume(client_id: ClientId) -> None:
    """End a suspension."""
    _tell(client_id, lambda deps: resume_partner(deps, client_id))


@app.command("rotate-keys")
def rotate(client_id: ClientId, jwks: Jwks) -> None:
    """Give a partner other keys; those of before that are not in the file end, and their tokens with them."""
    keys = _keys(jwks)
    _tell(client_id, lambda deps: rotate_keys(deps, client_id, keys))


@app.command()
def admit(client_id: ClientId) -> None:
    """Note that a partner has a user on the broker; `deploy.cli partners admit-kafka` makes that user."""
    _tell(client_id, lambda deps: admit_to_kafka(deps, client_id))


def _purpose(text: str) -> PartnerPurpose:
    code, _, authorisation = text.partition("=")
    try:
        return PartnerPurpose(code=code.strip(), authorisation=authorisation.strip())
    except ValidationError as error:
        raise typer.BadParameter(f"{text!r} is not code=reference") from error


def _keys(file: Path) -> tuple[ClientKey, ...]:
    try:
        read = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise typer.BadParameter(f"{file} holds no JSON that can be read") from error
    if not isinstance(read, dict):
        raise typer.BadParameter(f"{file} holds no JWK set")
    try:
        return read_keys(read)
    except ClientKeysUnusable as error:
        raise typer.BadParameter(str(error)) from error


def _tell(client_id: str, work: Callable[[Deps], Awaitable[Partner]]) -> None:
    async def change(deps: Deps) -> None:
        typer.echo(json.dumps(_shown(client_id, await work(deps)), ensure_ascii=False))

    _run(change)


def _shown(client_id: str, partner: Partner) -> dict[str, Any]:
    terms = partner.terms
    return {
        "client_id": client_id,
        "name": terms.display_name,
        "scopes": list(terms.scopes),
        "purposes": {purpose.code: purpose.authorisation for purpose in terms.purposes},
        "webhook_hosts": list(terms.webhook_hosts),
        "daily_quota": terms.daily_quota,
        "keys": [f"{key.key_id} ({key.algorithm})" for key in partner.keys],
        "kafka_principal": partner.kafka_principal,
        "suspended_at": partner.suspended_at and partner.suspended_at.isoformat(),
    }


def _run(work: Callable[[Deps], Awaitable[None]]) -> None:
    run_command("identity", IdentitySettings, lambda settings: _with_deps(settings, work))


async def _with_deps(settings: IdentitySettings, work: Callable[[Deps], Awaitable[None]]) -> None:
    platform = await Platform.open("identity", settings)
    wired = await wire(platform, settings, load_or_create(settings.signing_key_file))
    try:
        await work(wired.deps)
    finally:
        wired.close()
        await platform.close()


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; the log goes where errors go, so that what it prints is JSON and nothing else."""
    configure_logging("identity.partners", stream=sys.stderr)
    app(arguments)


if __name__ == "__main__":
    main()
