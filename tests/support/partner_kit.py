"""A partner's kit under test: receivers that err, and a platform that answers from memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from examples.partner.errors import ApiRefused
from examples.partner.receiving import Inbox, Reply, served
from examples.partner.store import EventStore

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="
OTHER_SECRET = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

Answer = Callable[[Inbox, Mapping[str, str], bytes], Reply]


@dataclass
class Erring:
    """A receiver that does something else than the kit's.

    Attributes:
        answer: Takes the right receiver with the delivery, and answers in its own way.
    """

    right: Inbox
    answer: Answer

    def take(self, headers: Mapping[str, str], body: bytes) -> Reply:
        return self.answer(self.right, headers, body)


@contextmanager
def receiver(path: Path, answer: Answer | None = None) -> Iterator[str]:
    """The address of the kit's receiver with its store at `path`, or of one that errs."""
    store = EventStore(path)
    right = Inbox(store, lambda: [SECRET])
    inbox: Any = right if answer is None else Erring(right, answer)
    with served(inbox, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.server_port}/hooks"
    store.close()


@dataclass
class PublicPages:
    """Stands for the platform's public addresses."""

    pages: dict[str, bytes] = field(default_factory=dict)

    def read_public(self, path: str, **options: Any) -> bytes:
        query = "&".join(f"{name}={value}" for name, value in options.get("params", {}).items())
        whole = f"{path}?{query}" if query else path
        if whole not in self.pages:
            raise ApiRefused(f"GET {whole}", 404, "")
        return self.pages[whole]
