"""A small server on a free port that hands out a ministry's keys and lists as verification does."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from khadamaty_verify.fetching import API
from services.verification.handlers.listing import uri_of
from tests.support.ministry import ORIGIN, Ministry


@dataclass
class Published:
    """What is handed out; a test changes it between two fetches.

    Attributes:
        files: By path.
        asked: The path and the tag of each request.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    origin: str = ""

    def publish(self, ministry: Ministry, tokens: dict[int, bytes]) -> None:
        """Hand out these lists and the ministry's keys."""
        uris = [uri_of(ORIGIN, number) for number in tokens]
        self.files = {
            f"{API}/keys": json.dumps(ministry.key_set).encode(),
            f"{API}/status-lists": json.dumps({"status_lists": uris, "lists": []}).encode(),
            **{f"{API}/status-lists/{number}": token for number, token in tokens.items()},
        }


@contextmanager
def serving() -> Iterator[Published]:
    """Hand things out until the end of the block."""
    published = Published()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            tag = self.headers.get("If-None-Match", "")
            published.asked.append((self.path, tag))
            body = published.files.get(self.path)
            if body is not None and body.startswith(b"Location: "):
                self.send_response(HTTPStatus.FOUND)
                self.send_header("Location", body.decode().removeprefix("Location: "))
                self.end_headers()
                return
            own = f'"{sha256(body or b"").hexdigest()}"'
            known = body is not None and tag == own
            status = HTTPStatus.OK if body is not None else HTTPStatus.NOT_FOUND
            self.send_response(HTTPStatus.NOT_MODIFIED if known else status)
            self.send_header("ETag", own)
            self.end_headers()
            if not known:
                self.wfile.write(body or b"")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002, ARG002 - the library's names
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    published.origin = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield published
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
