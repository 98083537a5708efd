"""Shows and withdraws the keys that sign status lists."""

from __future__ import annotations

from typing import Annotated

import typer

from deploy.cli.running import ENVIRONMENTS, Environment, run_of

app = typer.Typer(
    help="Keys that sign status lists: which there are, which is withdrawn.", no_args_is_help=True
)


@app.command("list")
def list_all(env: Environment = ENVIRONMENTS) -> None:
    """Show all keys that ever signed as JSON, one a line, the newest first."""
    run_of("verification", "list_keys", env, "list")


@app.command()
def withdraw(
    key_id: Annotated[str, typer.Argument(help="Its `kid` in the key set.")],
    env: Environment = ENVIRONMENTS,
) -> None:
    """Let nobody believe a key any more; then move its file away and start verification anew."""
    run_of("verification", "list_keys", env, "withdraw", "--", key_id)
