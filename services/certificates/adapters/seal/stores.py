"""Where the keys are held: described by the service, opened by the seal's process."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

import httpx

from libs.chassis.key_files import KeyUnusable
from services.certificates.adapters.seal.files import FileKey
from services.certificates.adapters.seal.keys import SigningKey
from services.certificates.adapters.seal.kms import KmsKey
from services.certificates.adapters.seal.token import Token, TokenKey

_KMS_ANSWERS_WITHIN_S: Final = 5.0


class KeyStore(Protocol):
    """A place that holds keys."""

    @property
    def at_once(self) -> int:
        """How many signatures it is asked for at the same time."""
        ...

    def described(self) -> str:
        """It as one line, secrets included, for the seal's process only."""
        ...

    def environment(self) -> Mapping[str, str]:
        """What the seal's process needs in its environment."""
        ...

    def open(self) -> Mapping[str, SigningKey]:
        """Its keys by their name.

        Raises:
            KeyUnusable: One of them can't be used.
        """
        ...


@dataclass(frozen=True)
class FileStore:
    """Files, by the names of their keys."""

    files: Mapping[str, Path]
    # A signature takes some 40 microseconds: threads would only cost.
    at_once: int = 1

    def described(self) -> str:
        """It as one line."""
        return json.dumps({"kind": "file", "files": {name: str(path) for name, path in self.files.items()}})

    def environment(self) -> Mapping[str, str]:
        """Nothing."""
        return {}

    def open(self) -> Mapping[str, SigningKey]:
        """Its keys, made where they don't exist."""
        return {name: FileKey(path) for name, path in self.files.items()}


@dataclass(frozen=True)
class TokenStore:
    """A PKCS#11 token.

    Attributes:
        module: The maker's library.
        token: The token's label.
        labels: The keys' labels, by their names.
        pin: The user's.
        variables: What the library reads in the environment, such as SOFTHSM2_CONF.
    """

    module: Path
    token: str
    labels: Mapping[str, str]
    pin: str = field(repr=False)
    variables: Mapping[str, str] = field(default_factory=dict)
    at_once: int = 1

    def described(self) -> str:
        """It as one line, with the PIN."""
        told = {"module": str(self.module), "token": self.token, "labels": dict(self.labels), "pin": self.pin}
        return json.dumps({"kind": "pkcs11", **told})

    def environment(self) -> Mapping[str, str]:
        """What the library reads there."""
        return self.variables

    def open(self) -> Mapping[str, SigningKey]:
        """Its keys."""
        token = Token(self.module, self.token, self.pin)
        return {name: TokenKey(token, label) for name, label in self.labels.items()}


@dataclass(frozen=True)
class KmsStore:
    """A key service.

    Attributes:
        url: Where it answers.
        labels: What it calls the keys, by their names.
        bearer: The token that it knows this service by.
    """

    url: str
    labels: Mapping[str, str]
    bearer: str = field(repr=False)
    # With 20 ms for an answer and 64 under way, a prototype had 675 signatures a second.
    at_once: int = 64

    def described(self) -> str:
        """It as one line, with the bearer token."""
        told = {"url": self.url, "labels": dict(self.labels), "bearer": self.bearer}
        return json.dumps({"kind": "kms", **told})

    def environment(self) -> Mapping[str, str]:
        """Nothing."""
        return {}

    def open(self) -> Mapping[str, SigningKey]:
        """Its keys."""
        client = httpx.Client(
            base_url=f"{self.url.rstrip('/')}/",
            headers={"Authorization": f"Bearer {self.bearer}"},
            timeout=_KMS_ANSWERS_WITHIN_S,
            limits=httpx.Limits(max_connections=self.at_once),
            trust_env=False,
        )
        return {name: KmsKey(client, label) for name, label in self.labels.items()}


def store_of(described: str) -> KeyStore:
    """The store that a line describes.

    Raises:
        KeyUnusable: It describes none.
    """
    try:
        told = json.loads(described)
        kind = told.pop("kind")
        if kind == "file":
            return FileStore({name: Path(path) for name, path in told["files"].items()})
        if kind == "pkcs11":
            return TokenStore(**{**told, "module": Path(told["module"])})
        if kind == "kms":
            return KmsStore(**told)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise KeyUnusable("no description of a key store") from error
    raise KeyUnusable("no such kind of key store")
