"""The gateway sends each path to its service, keeps its own errors friendly, and logs no query."""

import http.client
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from deploy.local.gateway import Gateway
from deploy.local.ports import choose_port
from libs.contracts.topics import SERVICES

DOWN = "notifications"


class Mirror(BaseHTTPRequestHandler):
    """Answers with what reached it."""

    protocol_version = "HTTP/1.1"
    name = ""

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        self._answer()

    def _answer(self) -> None:
        status = 404 if self.path.endswith("/gone") else 200
        seen = {"service": self.name, "path": self.path, "headers": dict(self.headers)}
        body = json.dumps(seen).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's own name
        pass


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    folder = tmp_path_factory.mktemp("gateway")
    static = folder / "static"
    (static / "errors").mkdir(parents=True)
    (static / "errors" / "404.html").write_text("nothing here")
    (static / "errors" / "503.html").write_text("come back soon")
    (static / "rtl-0123456789abcdef.css").write_text("a{}")
    (static / "plain.css").write_text("b{}")
    servers = {}
    for name in SERVICES:
        if name != DOWN:
            handler = type(f"Mirror{name}", (Mirror,), {"name": name})
            servers[name] = ThreadingHTTPServer(("127.0.0.1", 0), handler)
            threading.Thread(target=servers[name].serve_forever, daemon=True).start()
    ports = {name: server.server_port for name, server in servers.items()} | {DOWN: choose_port()}
    gateway = Gateway(folder, ports, static, guesses_per_second=2, guesses_at_once=10)
    gateway.start()
    yield gateway
    gateway.stop()
    for server in servers.values():
        server.shutdown()
        server.server_close()


class Answer:
    """One answer of the gateway, read to its end."""

    def __init__(
        self,
        gateway: Gateway,
        path: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=10)
        connection.request(method, path, body=body, headers=headers or {})
        response = connection.getresponse()
        self.status = response.status
        self.headers = response.headers
        self.body = response.read().decode()
        connection.close()

    @property
    def service(self) -> str:
        return str(json.loads(self.body)["service"])

    @property
    def seen_headers(self) -> dict[str, str]:
        return dict(json.loads(self.body)["headers"])


@pytest.mark.parametrize(
    ("service", "path"),
    [
        ("identity", "/"),
        ("identity", "/register"),
        ("identity", "/register/done"),
        ("identity", "/login"),
        ("identity", "/logout"),
        ("identity", "/session"),
        ("identity", "/account/code"),
        ("identity", "/staff/login"),
        ("identity", "/staff/confirm"),
        ("identity", "/terms"),
        ("identity", "/privacy"),
        ("identity", "/api/identity/v1/me"),
        ("identity", "/.well-known/oauth-authorization-server"),
        ("identity", "/.well-known/jwks.json"),
        ("requests", "/space"),
        ("requests", "/requests/new"),
        ("requests", "/centres?region=3"),
        ("requests", "/forms"),
        ("requests", "/staff"),
        ("requests", "/staff/requests/7"),
        ("certificates", "/certificates"),
        ("certificates", "/staff/certificates"),
        ("certificates", "/log"),
        ("verification", "/verify"),
        ("verification", "/v"),
        ("verification", "/V"),
        ("verification", "/api/verification/v1/certificates"),
    ],
)
def test_a_path_reaches_its_service(gateway: Gateway, service: str, path: str) -> None:
    assert Answer(gateway, path).service == service


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/.well-known/other", "/loginx", "/staff/other", "/vx", "/readyz", "/metrics", "/livez"],
)
def test_an_unknown_path_gets_the_friendly_page(gateway: Gateway, path: str) -> None:
    answer = Answer(gateway, path)
    assert (answer.status, answer.body) == (404, "nothing here")


def test_a_services_own_404_passes_as_it_is(gateway: Gateway) -> None:
    answer = Answer(gateway, "/requests/gone")
    assert (answer.status, answer.service) == (404, "requests")


def test_a_service_that_is_down_gets_a_page_or_a_problem(gateway: Gateway) -> None:
    page, problem = Answer(gateway, "/messages"), Answer(gateway, "/api/notifications/v1/messages")
    assert (page.status, page.body) == (503, "come back soon")
    assert (problem.status, problem.headers["Content-Type"]) == (503, "application/problem+json")
    assert problem.headers["Retry-After"] == "5"


def test_what_a_client_claims_about_itself_is_replaced(gateway: Gateway) -> None:
    claims = {"X-Forwarded-For": "9.9.9.9", "X-Request-Id": "mine", "X-Forwarded-Proto": "https"}
    seen = Answer(gateway, "/", headers=claims).seen_headers
    assert seen["X-Forwarded-For"] == "127.0.0.1"
    assert seen["X-Forwarded-Proto"] == "http"
    assert len(seen["X-Request-Id"]) == 32


def test_a_body_over_the_cap_is_refused(gateway: Gateway) -> None:
    assert Answer(gateway, "/requests", "POST", b"x" * (11 * 1024 * 1024)).status == 200
    refused = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=10)
    refused.putrequest("POST", "/requests")
    refused.putheader("Content-Length", str(13 * 1024 * 1024))
    refused.endheaders()
    assert refused.getresponse().status == 413
    refused.close()


def test_a_hashed_file_is_kept_for_ever_and_another_is_not(gateway: Gateway) -> None:
    hashed, plain = Answer(gateway, "/static/rtl-0123456789abcdef.css"), Answer(gateway, "/static/plain.css")
    assert "immutable" in hashed.headers["Cache-Control"]
    assert plain.headers["Cache-Control"] == "public, max-age=300"
    assert hashed.headers["Content-Type"].startswith("text/css")


def test_guessing_is_slowed_down(gateway: Gateway) -> None:
    statuses = {Answer(gateway, "/login", "POST", b"").status for _ in range(60)}
    assert statuses == {200, 429}


def test_partners_with_tokens_are_not_taken_for_guessers(gateway: Gateway) -> None:
    path = "/api/verification/v1/statuses"
    assert {Answer(gateway, path, "POST", b"").status for _ in range(40)} == {200}
    assert 429 in {Answer(gateway, f"{path}-not", "POST", b"").status for _ in range(40)}


def test_the_log_has_paths_and_no_queries(gateway: Gateway) -> None:
    Answer(gateway, "/verify?code=CANARY-1")
    Answer(gateway, "/messages?name=CANARY-2")
    Answer(gateway, "/nothing?x=CANARY-3")
    log = (gateway.folder / "gateway.log").read_text()
    paths = [json.loads(line)["path"] for line in log.splitlines() if line.startswith("{")]
    assert {"/verify", "/messages", "/nothing"} <= set(paths)
    assert "CANARY" not in log
    assert Path(gateway.folder / "nginx.pid").exists()
