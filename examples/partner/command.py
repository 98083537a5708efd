"""The kit's commands."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

import httpx

from .api import PartnerApi
from .arguments import reader
from .cases import new_secret
from .conforming import HEAD, conform, conform_with_store
from .errors import KitError
from .folder import Folder, Settings
from .following import Follower
from .proving import prove
from .quickstart import quickstart
from .receiving import Inbox, secrets_of, served
from .reconciling import reconcile
from .signatures import is_shared_secret
from .statuses import status_of, statuses_of
from .store import EventStore, Taken
from .subscribing import subscribe, unsubscribe

FAILED: Final = 1
UNUSABLE: Final = 2

Command = Callable[[argparse.Namespace, Folder], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: Its words; None for those of this process.

    Returns:
        The exit code: 0 where all is well.
    """
    asked = reader().parse_args(arguments)
    try:
        return COMMANDS[asked.command](asked, Folder(asked.folder))
    except (KitError, httpx.HTTPError, OSError) as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return UNUSABLE
    except KeyboardInterrupt:
        return 0


def _set_up(asked: argparse.Namespace, folder: Folder) -> int:
    settings = Settings(
        asked.origin, asked.client_id, asked.kafka_bootstrap, asked.kafka_security, asked.kafka_ca
    )
    folder.set_up(settings)
    print(f"hand {folder.jwks} to the ministry; private-key.pem beside it stays here")
    return 0


def _token(asked: argparse.Namespace, folder: Folder) -> int:
    with PartnerApi(folder) as api:
        token = api.tokens.get()
    if asked.show:
        print(token.text)
    else:
        print(f"a token for {token.life_s} s, good for: {token.scope}")
    return 0


def _subscribe(asked: argparse.Namespace, folder: Folder) -> int:
    with PartnerApi(folder) as api:
        print(json.dumps(subscribe(api, folder, asked.url, asked.since, asked.mode), indent=1))
    return 0


def _unsubscribe(asked: argparse.Namespace, folder: Folder) -> int:
    with PartnerApi(folder) as api:
        unsubscribe(api, asked.webhook_id)
    return 0


def _receive(asked: argparse.Namespace, folder: Folder) -> int:
    inbox = Inbox(EventStore(folder.events), secrets_of(folder))
    with served(inbox, asked.host, asked.port, _say) as server:
        _say(f"receiving at http://{asked.host}:{server.server_port}/")
        threading.Event().wait()
    return 0


def _follow(asked: argparse.Namespace, folder: Folder) -> int:
    def tell(taken: Taken) -> None:
        _say(f"{taken.new} new, {taken.known} known, {len(taken.differing)} that differ")

    follower = Follower(folder, EventStore(folder.events), asked.since, asked.group, tell)
    follower.run(lambda: asked.until_end and follower.is_at_the_end)
    return 0


def _reconcile(asked: argparse.Namespace, folder: Folder) -> int:
    with PartnerApi(folder) as api:
        found = reconcile(api, EventStore(folder.events), asked.since, datetime.now(UTC))
    print(f"{found.compared} facts in the feed; {len(found.mended)} were missing here and are stored now")
    for name, ids in (("missing until now", found.mended), ("stored otherwise here", found.differing)):
        _list(name, ids)
    _list("not in the feed", found.unknown)
    _list("certificates with gaps", found.gaps)
    return 0 if found.agrees else FAILED


def _status(asked: argparse.Namespace, folder: Folder) -> int:
    given = [*asked.certificate, *(asked.file.read_text("utf-8").split() if asked.file else [])]
    # Numbers have a slash, codes never.
    questions = [{"number" if "/" in text else "code": text} for text in given]
    with PartnerApi(folder) as api:
        if len(questions) == 1:
            print(json.dumps(status_of(api, asked.purpose, questions[0]), ensure_ascii=False))
            return 0
        for status in statuses_of(api, asked.purpose, questions):
            print(json.dumps(status, ensure_ascii=False))
    return 0


def _prove(asked: argparse.Namespace, folder: Folder) -> int:
    fact = EventStore(folder.events).find(asked.event_id)
    if fact is None:
        raise KitError(f"no event {asked.event_id} is stored")
    with PartnerApi(folder) as api:
        head = prove(api, folder, fact)
    print(f"{fact.number}, version {fact.version}, {fact.status}: entry {fact.log_index} of {head.size}")
    return 0


def _stored(asked: argparse.Namespace, folder: Folder) -> int:
    store = EventStore(folder.events)
    if asked.number:
        for standing in store.standing(asked.number):
            print(f"{standing.number} version {standing.version} {standing.status} since {standing.since}")
        return 0
    for fact in store.all():
        ways = ",".join(sorted(store.ways_of(fact.id)))
        print(f"{fact.id} {fact.number} version {fact.version} {fact.status} sequence {fact.sequence} {ways}")
    return 0


def _conform(asked: argparse.Namespace, own: Folder) -> int:
    # A folder of its own: nothing invented comes near real events, nor their secrets near tests.
    folder = Folder(own.root / "conformance")
    if not folder.webhook_secrets.exists():
        folder.add_webhook_secret(new_secret())
        print(f"a test secret is in {folder.webhook_secrets}: give it to your receiver, then ask again")
        return UNUSABLE
    secret = next((text for text in secrets_of(folder)() if is_shared_secret(text)), None)
    if secret is None:
        raise KitError(f"{folder.webhook_secrets} holds no shared secret")
    stored = shlex.split(asked.stored) if asked.stored else None
    right = all_of = 0
    _say(HEAD)
    for outcome in conform_with_store(asked.url, secret, stored) if stored else conform(asked.url, secret):
        _say(outcome.line)
        right, all_of = right + outcome.is_right, all_of + 1
    _say(f"{right} of {all_of} right")
    return 0 if right == all_of else FAILED


def _quickstart(asked: argparse.Namespace, _folder: Folder) -> int:
    return quickstart(asked.platform, _say)


COMMANDS: Final[dict[str, Command]] = {
    "setup": _set_up,
    "token": _token,
    "subscribe": _subscribe,
    "unsubscribe": _unsubscribe,
    "receive": _receive,
    "follow": _follow,
    "reconcile": _reconcile,
    "stored": _stored,
    "status": _status,
    "prove": _prove,
    "conform": _conform,
    "quickstart": _quickstart,
}


def _list(name: str, ids: Sequence[str]) -> None:
    for each in ids:
        print(f"  {name}: {each}")


def _say(line: str) -> None:
    print(line, flush=True)
