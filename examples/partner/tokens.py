"""Access tokens: client credentials (RFC 6749 section 4.4) proved by `private_key_jwt` (RFC 7523)."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import httpx

from .errors import ApiRefused
from .folder import Folder, Settings

METADATA_PATH: Final = "/.well-known/oauth-authorization-server"
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_LIFE_S: Final = 60
#: A token isn't used in its last seconds: it would end on the way.
SPARE_S: Final = 30


@dataclass(frozen=True)
class Token:
    """An access token.

    Attributes:
        ends_s: When it ends, by the clock of `TokenSource`.
    """

    text: str
    scope: str
    life_s: int
    ends_s: float


class TokenSource:
    """Gets tokens, and keeps one until it ends.

    Args:
        folder: Has our key.
        client: Whose base address is the platform's origin.
        scope: Names with spaces between them; empty for all that we have.
        clock_s: The time of day in seconds since 1970.
    """

    def __init__(
        self,
        folder: Folder,
        client: httpx.Client,
        scope: str = "",
        clock_s: Callable[[], float] = time.time,
    ) -> None:
        self._folder = folder
        self._settings: Settings = folder.settings()
        self._client = client
        self._scope = scope
        self._clock_s = clock_s
        self._token: Token | None = None

    def get(self) -> Token:
        """A token that is good for a while.

        Raises:
            ApiRefused: We aren't known, are suspended, or may not have that scope.
        """
        if self._token is None or self._clock_s() > self._token.ends_s - SPARE_S:
            self._token = self._ask(self.metadata())
        return self._token

    def forget(self) -> None:
        """Ask for another one next time: this one was refused."""
        self._token = None

    def metadata(self) -> dict[str, Any]:
        """What the authorization server says of itself (RFC 8414).

        Raises:
            ApiRefused: It doesn't answer, or speaks for another address than the one we asked.
        """
        answer = self._client.get(METADATA_PATH)
        if answer.status_code != HTTPStatus.OK:
            raise ApiRefused("metadata", answer.status_code, answer.text[:200])
        metadata: dict[str, Any] = answer.json()
        if metadata.get("issuer") != self._settings.origin:
            raise ApiRefused("metadata", answer.status_code, f"is of {metadata.get('issuer')}")
        return metadata

    def _ask(self, metadata: dict[str, Any]) -> Token:
        now_s = self._clock_s()
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self._assertion(metadata["issuer"], int(now_s)),
            **({"scope": self._scope} if self._scope else {}),
        }
        answer = self._client.post(metadata["token_endpoint"], data=form)
        if answer.status_code != HTTPStatus.OK:
            raise ApiRefused("token", answer.status_code, answer.text[:200])
        told = answer.json()
        life_s = int(told["expires_in"])
        return Token(told["access_token"], told["scope"], life_s, now_s + life_s)

    def _assertion(self, audience: str, now_s: int) -> str:
        """Proof that it is us, good for one request within a minute."""
        claims = {
            "iss": self._settings.client_id,
            "sub": self._settings.client_id,
            "aud": audience,
            "iat": now_s,
            "exp": now_s + ASSERTION_LIFE_S,
            "jti": str(uuid.uuid4()),
        }
        return self._folder.sign(claims)
