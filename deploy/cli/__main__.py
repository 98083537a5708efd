"""Runs the operators' commands: `python -m deploy.cli`."""

from deploy.cli.events import app
from deploy.log_monitor.command import app as log

app.add_typer(log, name="log")
app()
