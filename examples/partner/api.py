"""Calls the platform with our token, and waits where it asks for that."""

from __future__ import annotations

import time
from collections.abc import Callable
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final, Self

import httpx

from .errors import ApiRefused
from .folder import Folder
from .tokens import TokenSource

API: Final = "/api/verification/v1"
TIMEOUT_S: Final = 30.0
MOST_TRIES: Final = 5
#: A quota of the day ends hours from now: that is told instead of waited for.
LONGEST_WAIT_S: Final = 60.0
USUAL_WAIT_S: Final = 1.0


class PartnerApi:
    """The platform, as a partner calls it.

    Args:
        folder: Who we are.
        pause: Waits so many seconds.
        transport: Carries requests; None for the network.
    """

    def __init__(
        self,
        folder: Folder,
        pause: Callable[[float], None] = time.sleep,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        origin = folder.settings().origin
        self._client = httpx.Client(base_url=origin, timeout=TIMEOUT_S, transport=transport)
        self.tokens = TokenSource(folder, self._client)
        self._pause = pause

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        self._client.close()

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Call one address.

        Args:
            method: `GET`, `POST` ...
            path: From the root.
            options: As httpx takes them: `json`, `params`.

        Raises:
            ApiRefused: It answers no, or still asks to wait after some tries.
        """
        for tries in range(1, MOST_TRIES + 1):
            headers = {"authorization": f"Bearer {self.tokens.get().text}"}
            answer = self._client.request(method, path, headers=headers, **options)
            if answer.is_success:
                return answer
            wait_s = self._wait_s(answer)
            if wait_s is None or tries == MOST_TRIES:
                break
            self._pause(wait_s)
        raise ApiRefused(f"{method} {path.partition('?')[0]}", answer.status_code, _why(answer))

    def read_public(self, path: str, **options: Any) -> bytes:
        """Read what is for everybody, without a token.

        Raises:
            ApiRefused: It isn't there.
        """
        answer = self._client.get(path, **options)
        if not answer.is_success:
            raise ApiRefused(f"GET {path}", answer.status_code, "")
        return answer.content

    def _wait_s(self, answer: httpx.Response) -> float | None:
        """How long to wait before the same call again; None where that wouldn't help."""
        if answer.status_code == HTTPStatus.UNAUTHORIZED:
            # The token may have ended early, as after a change of keys: a new one shows it.
            self.tokens.forget()
            return USUAL_WAIT_S
        if answer.status_code not in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
            return None
        asked = answer.headers.get("retry-after", "")
        wait_s = float(asked) if asked.isdigit() else USUAL_WAIT_S
        return wait_s if wait_s <= LONGEST_WAIT_S else None


def _why(answer: httpx.Response) -> str:
    """What a problem document says (RFC 9457), or the beginning of anything else."""
    try:
        told = answer.json()
        return str(told.get("detail") or told.get("title") or told)
    except (ValueError, AttributeError):
        return answer.text[:200]
