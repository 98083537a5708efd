"""Registers partners' systems with identity, and gives them a user on the broker or takes it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Final

import typer

from deploy.cli.running import ENVIRONMENTS, Environment, run_of, settings_of
from deploy.local.folders import write_private
from deploy.partner_access import admit_partner, dismiss_partner
from deploy.provision import admin_of
from libs.contracts.partners import CLIENT_ID_PATTERN, kafka_principal_of

app = typer.Typer(help="Partners' systems: who they are, what they may do.", no_args_is_help=True)

_FORWARDED: Final = {"allow_extra_args": True, "ignore_unknown_options": True}


def _client(text: str) -> str:
    if not re.fullmatch(CLIENT_ID_PATTERN, text):
        raise typer.BadParameter("no id of a partner")
    return text


ClientId = Annotated[str, typer.Argument(callback=_client, help="The partner's id.")]


@app.command(context_settings=_FORWARDED, add_help_option=False)
def register(context: typer.Context, env: Environment = ENVIRONMENTS) -> None:
    """Register a partner; `register --help` names the options."""
    _identity(env, "register", *context.args)


@app.command("list")
def list_all(env: Environment = ENVIRONMENTS) -> None:
    """Show all partners as JSON, one a line."""
    _identity(env, "list")


@app.command()
def suspend(client_id: ClientId, env: Environment = ENVIRONMENTS) -> None:
    """Let a partner do nothing any more, on the broker neither."""
    _identity(env, "suspend", client_id)
    dismiss_partner(admin_of(settings_of("provision", env)), client_id)


@app.command()
def resume(client_id: ClientId, env: Environment = ENVIRONMENTS) -> None:
    """End a suspension; a user on the broker is given anew by `admit-kafka`."""
    _identity(env, "resume", client_id)


@app.command("rotate-keys")
def rotate_keys(
    client_id: ClientId,
    jwks: Annotated[Path, typer.Option(help="File with the partner's public keys, a JWK set.")],
    env: Environment = ENVIRONMENTS,
) -> None:
    """Give a partner other keys; those that are not in the file end, and their tokens with them."""
    _identity(env, "rotate-keys", client_id, "--jwks", str(jwks))


@app.command("admit-kafka")
def admit_kafka(
    client_id: ClientId,
    env: Environment = ENVIRONMENTS,
    password_file: Annotated[
        Path | None, typer.Option(help="Write the password there, for you only, instead of showing it.")
    ] = None,
) -> None:
    """Give a partner a user on the broker that may read the public facts; the password is told once."""
    admin = admin_of(settings_of("provision", env))
    _identity(env, "admit", client_id)
    password = admit_partner(admin, client_id)
    try:
        _identity(env, "admit", client_id, quiet=True)
    except typer.Exit:
        # Somebody suspended it meanwhile: what came too late is taken back.
        dismiss_partner(admin, client_id)
        raise
    principal = kafka_principal_of(client_id)
    if password_file is None:
        typer.echo(f"user {principal}, password {password}, groups begin with {principal}.")
        return
    write_private(password_file, f"{password}\n")
    typer.echo(f"user {principal}, password in {password_file}, groups begin with {principal}.")


def _identity(env: Path, *arguments: str, quiet: bool = False) -> None:
    run_of("identity", "partners", env, *arguments, quiet=quiet)
