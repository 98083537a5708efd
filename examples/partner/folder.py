"""What a partner keeps on disk: settings, its private key, secrets and the events that it stored."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jwt.algorithms import ECAlgorithm

from .errors import NotSetUp
from .thumbprint import thumbprint

ALGORITHM: Final = "ES256"


@dataclass(frozen=True)
class Settings:
    """Where the platform is and who we are there.

    Attributes:
        origin: What a browser calls the platform, without a slash at its end.
        client_id: Ours, as the ministry registered it.
        kafka_bootstrap: Addresses of brokers; empty where we don't follow by Kafka.
        kafka_security: Protocol of the listener, as librdkafka names it.
        kafka_ca: File with the certificate authority of the brokers; empty for the system's.
    """

    origin: str
    client_id: str
    kafka_bootstrap: str = ""
    kafka_security: str = "SASL_SSL"
    kafka_ca: str = ""


@dataclass(frozen=True)
class Folder:
    """The files of one partner, private to this user."""

    root: Path

    @property
    def events(self) -> Path:
        """The database of stored events."""
        return self.root / "events.sqlite3"

    @property
    def jwks(self) -> Path:
        """Our public key, to be handed to the ministry."""
        return self.root / "jwks.json"

    @property
    def webhook_secrets(self) -> Path:
        """What deliveries are checked with, one secret a line: two while they are exchanged."""
        return self.root / "webhook-secrets"

    @property
    def kafka_password(self) -> Path:
        """The password of our user on the broker."""
        return self.root / "kafka-password"

    @property
    def log_key(self) -> Path:
        """The issuance log's key, kept from the first time that it was seen."""
        return self.root / "log.key"

    def settings(self) -> Settings:
        """Read who we are.

        Raises:
            NotSetUp: `setup` wasn't run here.
        """
        return Settings(**json.loads(self.read("partner.json", "run `setup` first")))

    def set_up(self, settings: Settings) -> None:
        """Write who we are and, the first time, make our key pair."""
        key = self.root / "private-key.pem"
        if not key.exists():
            made = generate_private_key(SECP256R1())
            pem = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            self.write_private("private-key.pem", pem.decode())
        kept = replace(settings, origin=settings.origin.rstrip("/"))
        self.write_private("partner.json", json.dumps(asdict(kept), indent=1))
        self.write_private("jwks.json", json.dumps({"keys": [self.public_jwk()]}, indent=1))

    def private_key(self) -> EllipticCurvePrivateKey:
        """Our private key, which leaves this folder never.

        Raises:
            NotSetUp: There's none, or another kind of key.
        """
        pem = self.read("private-key.pem", "run `setup` first")
        key = load_pem_private_key(pem.encode(), None)
        if not isinstance(key, EllipticCurvePrivateKey):
            raise NotSetUp("private-key.pem holds no key on P-256")
        return key

    def public_jwk(self) -> dict[str, Any]:
        """The public half; its id is its thumbprint (RFC 7638)."""
        jwk = ECAlgorithm.to_jwk(self.private_key().public_key(), as_dict=True)
        return {**jwk, "kid": thumbprint(jwk), "alg": ALGORITHM, "use": "sig"}

    def sign(self, claims: dict[str, Any]) -> str:
        """A JWT of ours."""
        headers = {"kid": self.public_jwk()["kid"]}
        return jwt.encode(claims, self.private_key(), algorithm=ALGORITHM, headers=headers)

    def add_webhook_secret(self, secret: str) -> None:
        """Keep a new secret before those that are there."""
        known = self.webhook_secrets.read_text("utf-8") if self.webhook_secrets.exists() else ""
        self.write_private("webhook-secrets", f"{secret}\n{known}")

    def read(self, name: str, otherwise: str) -> str:
        """A file's text.

        Raises:
            NotSetUp: It isn't there; `otherwise` says what to do.
        """
        try:
            return (self.root / name).read_text("utf-8")
        except FileNotFoundError:
            raise NotSetUp(f"{self.root / name} is not there: {otherwise}") from None

    def write_private(self, name: str, text: str) -> None:
        """Write a file that only this user may read, in one step."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self.root / f".{name}.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(text, "utf-8")
        draft.replace(self.root / name)
