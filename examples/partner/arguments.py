"""The words of the kit's commands."""

from __future__ import annotations

import argparse
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Final

USUAL_FOLDER: Final = Path(".partner")

_Commands = Any  # argparse names the type of its list of commands only in private


def reader() -> argparse.ArgumentParser:
    """Reads a command line; `command` is the command's name."""
    parser = argparse.ArgumentParser(
        prog="python -m examples.partner", description="A partner's side: subscribe, verify, reconcile."
    )
    parser.add_argument(
        "--folder",
        type=Path,
        default=USUAL_FOLDER,
        help="settings, keys, secrets, events; .partner by default",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    _add_first_steps(commands)
    _add_events(commands)
    _add_questions(commands)
    _add_checks(commands)
    return parser


def moment(text: str) -> datetime:
    """A moment, or a day, which begins at midnight UTC.

    Raises:
        ValueError: It is neither.
    """
    if "T" not in text:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _add_first_steps(commands: _Commands) -> None:
    setup = commands.add_parser("setup", help="write the settings and make the key pair")
    setup.add_argument("--origin", required=True, help="the platform's address")
    setup.add_argument("--client-id", required=True, help="as the ministry registers it")
    setup.add_argument("--kafka-bootstrap", default="", help="brokers, where events are followed by Kafka")
    setup.add_argument("--kafka-security", default="SASL_SSL", help="SASL_SSL unless on one machine")
    setup.add_argument("--kafka-ca", default="", help="file with the brokers' certificate authority")
    token = commands.add_parser("token", help="get an access token and say what it is good for")
    token.add_argument("--show", action="store_true", help="print it")


def _add_events(commands: _Commands) -> None:
    subscribe = commands.add_parser("subscribe", help="make a webhook subscription and keep its secret")
    subscribe.add_argument("url", help="https, at a registered host")
    _add_since(subscribe, "also what happened from then on")
    subscribe.add_argument("--mode", choices=("single", "batch"), default="single")
    unsubscribe = commands.add_parser("unsubscribe", help="end a subscription")
    unsubscribe.add_argument("webhook_id")
    receive = commands.add_parser("receive", help="receive webhooks until Ctrl-C")
    receive.add_argument("--host", default="127.0.0.1", help="put TLS before it; 127.0.0.1 by default")
    receive.add_argument("--port", type=int, default=8900, help="0 for any free one")
    follow = commands.add_parser("follow", help="follow certificates.public on Kafka")
    _add_since(follow, "begin there, wherever the group was")
    follow.add_argument("--group", default="kit", help="the group's name behind partner-<client id>.")
    follow.add_argument("--until-end", action="store_true", help="stop when all that there is was read")
    reconcile = commands.add_parser("reconcile", help="compare with the feed, and mend what is missing")
    _add_since(reconcile, "compare from then on; everything where it is left out")
    stored = commands.add_parser("stored", help="print the stored facts, one a line")
    stored.add_argument("--number", default="", help="what holds of this certificate instead")


def _add_questions(commands: _Commands) -> None:
    status = commands.add_parser("status", help="ask how certificates stand, a thousand at once")
    status.add_argument("certificate", nargs="*", help="a verification code, or a number such as 2026/000001")
    status.add_argument("--purpose", required=True, help="code of a registered reason (law 09-08)")
    status.add_argument("--file", type=Path, help="more of them, with white space between")
    prove = commands.add_parser("prove", help="check a stored fact against the public issuance log")
    prove.add_argument("event_id")


def _add_checks(commands: _Commands) -> None:
    conform = commands.add_parser("conform", help="check a receiver of yours")
    conform.add_argument("url", help="where it takes deliveries; use one that serves tests only")
    conform.add_argument(
        "--stored", default="", help="command that prints what it stored, one fact a line, the id first"
    )
    quickstart = commands.add_parser("quickstart", help="all of it against a platform on this machine, timed")
    quickstart.add_argument("--platform", type=Path, help="folder of the platform; .local by default")


def _add_since(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument("--from", dest="since", type=moment, metavar="DATE", help=what)
