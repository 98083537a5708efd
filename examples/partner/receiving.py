"""Receives webhooks: believes what is signed, stores it, and only then answers with success."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from .errors import EventUnreadable, NotSetUp
from .events import events_in, find_fact
from .folder import Folder
from .signatures import SignatureWrong, check
from .store import EventStore

WAY: Final = "webhook"
LARGEST_BYTES: Final = 1_048_576
SILENCE_S: Final = 15.0


@dataclass(frozen=True)
class Reply:
    """What a delivery is answered, and why, for our own log."""

    status: HTTPStatus
    why: str


class Inbox:
    """Decides about deliveries; put it behind whatever serves HTTP in your house.

    Args:
        store: Where facts go.
        secrets: Tells what deliveries may be signed with, anew each time: secrets are exchanged while we run.
        clock_s: The time of day in seconds since 1970.
    """

    def __init__(
        self,
        store: EventStore,
        secrets: Callable[[], Sequence[str]],
        clock_s: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._secrets = secrets
        self._clock_s = clock_s

    def take(self, headers: Mapping[str, str], body: bytes) -> Reply:
        """Take one delivery.

        Args:
            headers: Names in lower case.
            body: The very bytes that came.
        """
        try:
            message_id = check(headers, body, self._secrets(), self._clock_s())
        except SignatureWrong as error:
            return Reply(HTTPStatus.UNAUTHORIZED, str(error))
        try:
            found = [find_fact(event) for event in events_in(headers.get("content-type", ""), body)]
        except EventUnreadable as error:
            return Reply(HTTPStatus.BAD_REQUEST, f"{message_id}: {error}")
        try:
            taken = self._store.take([fact for fact in found if fact is not None], WAY)
        except sqlite3.Error as error:
            # Not stored, so not taken: it is sent again.
            return Reply(HTTPStatus.SERVICE_UNAVAILABLE, f"{message_id}: {error}")
        strange = f", {len(taken.differing)} that differ" if taken.differing else ""
        return Reply(HTTPStatus.NO_CONTENT, f"{message_id}: {taken.new} new, {taken.known} known{strange}")


def secrets_of(folder: Folder) -> Callable[[], Sequence[str]]:
    """Reads the folder's secrets at each call; there's no file before the first subscription."""

    def read() -> Sequence[str]:
        try:
            return folder.read(folder.webhook_secrets.name, "").split()
        except NotSetUp:
            return []

    return read


@contextmanager
def served(
    inbox: Inbox, host: str, port: int, tell: Callable[[str], None] | None = None
) -> Iterator[ThreadingHTTPServer]:
    """Serve an inbox until the block ends.

    Args:
        inbox: Takes what is posted, at any path.
        host: To listen on; the internet's side with its TLS stands before it.
        port: 0 for any free one, which `server_port` then tells.
        tell: Receives a line for each delivery.
    """
    server = ThreadingHTTPServer((host, port), _handler(inbox, tell))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, name="webhooks", daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(inbox: Inbox, tell: Callable[[str], None] | None) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = SILENCE_S
        disable_nagle_algorithm = True

        def do_POST(self) -> None:  # http.server looks for this name
            reply = self._reply()
            if tell is not None:
                tell(f"{reply.status.value} {reply.why}")
            self.send_response(reply.status)
            self.send_header("content-length", "0")
            self.end_headers()

        def _reply(self) -> Reply:
            length = self.headers.get("content-length", "")
            # A number of more digits is too large whatever they are.
            readable = length.isascii() and length.isdigit() and len(length) <= len(str(LARGEST_BYTES))
            if not readable or int(length) > LARGEST_BYTES:
                self.close_connection = True
                return Reply(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too long, or of unknown length")
            body = self.rfile.read(int(length))
            return inbox.take({name.lower(): value for name, value in self.headers.items()}, body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class' name
            """Say nothing: `tell` does."""

    return Handler
