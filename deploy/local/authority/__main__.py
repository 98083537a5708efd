"""Serves the local test authority on loopback: time-stamps by HTTP, and revocation lists that it renews."""

from __future__ import annotations

import argparse
import os
import sys
import threading
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar, Final

from deploy.local.authority.ca import Authority
from deploy.local.authority.clock import LocalClock
from deploy.local.authority.credentials import renew_lists
from deploy.local.authority.part import certify_locally
from deploy.local.ports import LOOPBACK

# Well within the day for which a list is meant to be new.
RENEW_EVERY_S: Final = 6 * 3600.0
_LONGEST_REQUEST: Final = 4096


class TimeStamps(BaseHTTPRequestHandler):
    """Time-stamps over HTTP (RFC 3161, section 3.4)."""

    clock: ClassVar[LocalClock]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Say that it's there."""
        self._reply(HTTPStatus.OK, "text/plain", b"ready\n")

    def do_POST(self) -> None:
        """Answer a request for a time-stamp."""
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 < length <= _LONGEST_REQUEST:
            self.close_connection = True
            self._reply(HTTPStatus.BAD_REQUEST, "text/plain", b"no request\n")
            return
        answer = self.clock.answer(self.rfile.read(length))
        self._reply(HTTPStatus.OK, "application/timestamp-reply", answer)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the server names it so
        """Nothing: a request tells only a digest, and nobody reads these lines."""

    def _reply(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def serve(folder: Path, credentials: Path, port: int, host: str = LOOPBACK) -> ThreadingHTTPServer:
    """A server that answers, not yet started.

    Args:
        folder: The authority's.
        credentials: Where it renews the revocation lists.
        port: To listen on; 0 for any that is free.
        host: To listen on: loopback, or a container's own network.
    """
    authority = Authority(folder, _now())
    handler = type("LocalTimeStamps", (TimeStamps,), {"clock": LocalClock(authority.clock, _now)})
    server = ThreadingHTTPServer((host, port), handler)
    _renew(authority, credentials)
    return server


def main() -> int:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="the authority's keys and certificates")
    parser.add_argument("--credentials", type=Path, required=True, help="where the revocation lists go")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--host", default=LOOPBACK)
    parser.add_argument(
        "--certify", action="store_true", help="first certify the seal of the service's settings"
    )
    chosen = parser.parse_args()
    if chosen.certify:
        certify_locally(os.environ, chosen.folder)
    serve(chosen.folder, chosen.credentials, chosen.port, chosen.host).serve_forever()
    return 0


def _renew(authority: Authority, credentials: Path) -> None:
    renew_lists(authority, credentials, _now())
    again = threading.Timer(RENEW_EVERY_S, _renew, (authority, credentials))
    again.daemon = True
    again.start()


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


if __name__ == "__main__":
    sys.exit(main())
