"""Keys in a key service over HTTPS: a digest goes in, a signature in DER comes out."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from http import HTTPStatus

import httpx
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from libs.chassis.key_files import KeyUnusable
from services.certificates.adapters.seal.keys import public_key_of, raw_of


class KmsKey:
    """A key of a key service.

    The protocol is small enough to stand before any vendor's (docs/adr/0015): `GET {url}/keys/{name}` answers
    `{"public_key": PEM}`; `POST {url}/keys/{name}/sign` with `{"algorithm": "ES256", "digest": base64}`
    answers `{"signature": base64 of DER}`; both with `Authorization: Bearer`.

    Args:
        client: Knows the service's address and the bearer token.
        name: The key's.

    Raises:
        KeyUnusable: The service doesn't have it, doesn't answer, or it isn't on the curve P-256.
    """

    def __init__(self, client: httpx.Client, name: str) -> None:
        self._client = client
        self._path = f"keys/{name}"
        self._public_key = public_key_of(self._told("GET", self._path, "public_key").encode())

    @property
    def public_key(self) -> EllipticCurvePublicKey:
        """Its public half."""
        return self._public_key

    def sign(self, digest: bytes) -> bytes:
        """The ES256 signature over a SHA-256 digest: r and s, 32 bytes each.

        Raises:
            KeyUnusable: The service doesn't sign.
        """
        asked = {"algorithm": "ES256", "digest": base64.b64encode(digest).decode()}
        signature = self._told("POST", f"{self._path}/sign", "signature", asked)
        try:
            return raw_of(base64.b64decode(signature, validate=True))
        except ValueError as error:
            raise KeyUnusable("no base64") from error

    def _told(self, method: str, path: str, field: str, asked: Mapping[str, str] | None = None) -> str:
        try:
            answer = self._client.request(method, path, json=asked)
            told = answer.json() if answer.status_code == HTTPStatus.OK else None
        except (httpx.HTTPError, ValueError) as error:
            raise KeyUnusable(f"key service: {type(error).__name__}") from error
        if not isinstance(told, dict) or not isinstance(told.get(field), str):
            raise KeyUnusable(f"key service: answered {answer.status_code} without {field}")
        return str(told[field])
