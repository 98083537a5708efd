"""Runs the operators' commands: `python -m deploy.cli`."""

from deploy.cli.events import app

app()
