"""Answers simple questions before the framework sees them, in the very bytes in which it would answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from libs.chassis import metrics
from libs.chassis.ids import new_id
from libs.chassis.web.client import network_of_host
from libs.chassis.web.middleware import protecting_headers, well_formed_id

LONGEST_BODY: Final = 1024

_JSON: Final = b"application/json"
_HEAD: Final = (
    b"%b%d\r\ncontent-type: application/json\r\nvary: Cookie, Accept-Language\r\n%bx-request-id: %b\r\n\r\n"
)
_FORWARDED_FOR: Final = b"x-forwarded-for"
#: What may change an answer, or how a body is to be read: left to the application.
_UNUSUAL: Final = frozenset(
    {b"authorization", b"content-encoding", b"cookie", b"expect", b"transfer-encoding", b"upgrade"}
)


class Front(Protocol):
    """Knows the answers to one path's simple questions."""

    @property
    def path(self) -> str:
        """Where they are posted, as JSON."""
        ...

    def answer(self, body: bytes, network: str) -> bytes | None:
        """The JSON of a 200 answer that nobody may store, or None where the application is to answer.

        Args:
            body: As it was posted.
            network: Where it comes from, as `network_of` tells it.
        """
        ...


class Desk:
    """A front with the head of its answers: status line and headers are those of the application.

    Args:
        front: Knows the answers.
        https: Whether browsers are told to come by https only.
    """

    def __init__(self, front: Front, *, https: bool) -> None:
        self.target = front.path.encode()
        self.answer = front.answer
        self._protecting = _lines(protecting_headers(https=https))
        self._date: object = None
        self._begun = b""
        self._counted = metrics.HTTP_REQUESTS.labels("POST", front.path, "200")
        self._answered = 0

    def head(self, date: list[tuple[bytes, bytes]], size: int, request_id: str) -> bytes:
        """The head of an answer, which is counted.

        Args:
            date: What the server itself adds, a new list whenever it changes.
            size: Of the body.
            request_id: Goes back with it.
        """
        if date is not self._date:
            self._date = date
            # Counted once a second: the counter's lock costs more than finding an answer does.
            self._counted.inc(self._answered)
            self._answered = 0
            own = b"".join(b"%b: %b\r\n" % header for header in date)
            self._begun = b"HTTP/1.1 200 OK\r\n" + own + b"cache-control: no-store\r\ncontent-length: "
        self._answered += 1
        return _HEAD % (self._begun, size, self._protecting, request_id.encode())


class FrontedProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol that asks a desk first; all else, and all that is unusual, goes on as ever.

    A question is held until its body is complete. Where the desk has an answer it is written at once: no
    task and no message passes for it. Where it hasn't, the application gets the request as if it came now.

    Args:
        desk: Has the answers.
        given: What uvicorn hands to a protocol.
    """

    def __init__(self, *, desk: Desk, **given: Any) -> None:
        super().__init__(**given)
        self._desk = desk
        self._held: bytes | None = None
        self._trusted = False

    def connection_made(self, transport: Any) -> None:
        """Note whether the other end is a gateway, whose word on the client's address is believed."""
        super().connection_made(transport)
        # uvicorn's own outermost layer, so that both believe the same.
        gateways = cast("Any", self.app).trusted_hosts
        self._trusted = self.client is not None and self.client[0] in gateways

    def on_headers_complete(self) -> None:
        """Hold a question for the desk."""
        if self.url == self._desk.target and self._may_hold():
            self._held = b""
        else:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Hold its body."""
        if self._held is None:
            super().on_body(body)
            return
        self._held += body
        if len(self._held) > LONGEST_BODY:
            self._let_go(self._held)

    def on_message_complete(self) -> None:
        """Answer it, or let the application do so."""
        held = self._held
        if held is None:
            super().on_message_complete()
            return
        answer = self._answered(held)
        if answer is None:
            self._let_go(held)
            super().on_message_complete()
            return
        self._held = None
        self.transport.write(answer)
        self.on_response_complete()

    def _may_hold(self) -> bool:
        """Whether nothing else is under way on this connection, and it stays open."""
        cycle = cast("RequestResponseCycle | None", self.cycle)
        idle = cycle is None or cycle.response_complete
        return (
            idle
            and self.parser.get_method() == b"POST"
            and self.parser.get_http_version() == "1.1"
            and self.parser.should_keep_alive()
            and not self.flow.write_paused
        )

    def _let_go(self, held: bytes) -> None:
        self._held = None
        super().on_headers_complete()
        if held:
            super().on_body(held)

    def _answered(self, body: bytes) -> bytes | None:
        given = dict(self.headers)
        if len(given) != len(self.headers) or not _UNUSUAL.isdisjoint(given):
            return None
        if given.get(b"content-type") != _JSON:
            return None
        network = self._network(given)
        told = None if network is None else self._desk.answer(body, network)
        if told is None:
            return None
        sent = given.get(b"x-request-id")
        request_id = (sent and well_formed_id(sent.decode("latin-1"))) or new_id()
        return self._desk.head(self.server_state.default_headers, len(told), request_id) + told

    def _network(self, given: Mapping[bytes, bytes]) -> str | None:
        """Where the question comes from; None where more than one gateway says something."""
        if self.client is None:
            return None
        told = given.get(_FORWARDED_FOR) if self._trusted else None
        if told is None:
            return network_of_host(self.client[0])
        network = network_of_host(told.decode("latin-1"))
        return None if network == "unknown" else network


def fronted(desk: Desk) -> Callable[..., FrontedProtocol]:
    """Makes the protocol of each connection."""

    def made(**given: Any) -> FrontedProtocol:
        return FrontedProtocol(desk=desk, **given)

    return made


def _lines(headers: Mapping[str, str]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode()
