"""Runs the operators' commands: `python -m deploy.cli`."""

from deploy.cli.events import app
from deploy.cli.list_keys import app as list_keys
from deploy.cli.partners import app as partners
from deploy.log_monitor.command import app as log

app.add_typer(list_keys, name="list-keys")
app.add_typer(log, name="log")
app.add_typer(partners, name="partners")
app()
