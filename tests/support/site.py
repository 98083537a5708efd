"""A small web server on loopback that shows rendered pages with the built static files beside them."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import urlsplit

from libs.ui.assets import STATIC_URL

POLICY = "default-src 'self'"


@contextmanager
def serve_site(pages: Mapping[str, str], static: Path) -> Iterator[str]:
    """Serve pages under the platform's content policy until the block ends.

    Args:
        pages: path to HTML.
        static: the folder of built assets.

    Yields:
        the origin, on a free port.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            asset = static / path.removeprefix(f"{STATIC_URL}/")
            if path in pages:
                self._answer(pages[path].encode(), "text/html; charset=utf-8")
            elif path.startswith(STATIC_URL) and asset.is_file():
                self._answer(asset.read_bytes(), guess_type(asset.name)[0] or "application/octet-stream")
            else:
                self.send_error(404)

        def _answer(self, body: bytes, media_type: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Security-Policy", POLICY)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()
