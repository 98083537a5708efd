"""Settings of a process: typed, prefixed, read once from the environment, with no secret defaults."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import AliasChoices, BeforeValidator, Field, SecretBytes, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

KEY_BYTES = 32

S = TypeVar("S", bound="ServiceSettings")


class SettingsUnusable(Exception):
    """The process can't start; the message names every variable that is missing or wrong, never a value."""


def _decode_key(value: object) -> object:
    """Turn base64 text into key bytes; anything that is bytes already passes."""
    if isinstance(value, SecretBytes):
        value = value.get_secret_value()
    if isinstance(value, str):
        try:
            value = base64.b64decode(value, validate=True)
        except binascii.Error:
            raise ValueError("not base64") from None
    if isinstance(value, bytes) and len(value) != KEY_BYTES:
        raise ValueError(f"not {KEY_BYTES} bytes in base64")
    return value


KeyBytes = Annotated[SecretBytes, BeforeValidator(_decode_key)]
"""A 256-bit key, written as base64 in the environment and never shown."""


def settings_for(prefix: str) -> SettingsConfigDict:
    """The configuration of a service's settings class.

    Args:
        prefix: What its variables begin with, for example `IDENTITY_`.
    """
    return SettingsConfigDict(
        env_prefix=prefix, extra="ignore", frozen=True, hide_input_in_errors=True, populate_by_name=True
    )


class ServiceSettings(BaseSettings):
    """What every service reads; a service's own class adds its fields and its prefix.

    Attributes:
        public_origin: Scheme, host and port under which browsers see the platform; no slash at its end.
        gateways: Addresses or networks, separated by commas, whose word on the client's address is believed.
        kafka_security: The listener's protocol; SCRAM-SHA-256 is spoken over either.
        kek: The service's key-encryption key, under which everything it stores sealed is wrapped.
        lookup_key: The key of HMACs by which sealed values can be found and addresses are counted.
        mongo_driver: Read from `MONGO_DRIVER`, without a prefix.
        shed_after_s: Age of the oldest unpublished event from which on writes are refused.
    """

    environment: Literal["production", "development", "test"]
    http_host: str = "127.0.0.1"
    http_port: int = Field(ge=0, le=65535)
    public_origin: str = Field(pattern=r"^https?://[^/?#\s]+$")
    gateways: str = "127.0.0.1,::1"
    mongo_url: SecretStr
    mongo_database: str
    kafka_bootstrap: str
    kafka_user: str
    kafka_password: SecretStr
    kafka_security: Literal["SASL_SSL", "SASL_PLAINTEXT"] = "SASL_SSL"
    kek: KeyBytes
    lookup_key: KeyBytes
    data_folder: Path | None = None
    mongo_driver: Literal["pymongo", "motor"] = Field(
        default="pymongo", validation_alias=AliasChoices("mongo_driver", "MONGO_DRIVER")
    )
    shed_after_s: float = Field(default=10.0, gt=0)

    @property
    def secure_transport(self) -> bool:
        """True where browsers reach the platform by https."""
        return self.public_origin.startswith("https://")


def read_settings(kind: type[S]) -> S:
    """Read a service's settings from the environment.

    Args:
        kind: The service's settings class.

    Raises:
        SettingsUnusable: Something is missing or wrong; all of it is named at once.
    """
    try:
        return kind()
    except ValidationError as error:
        prefix = str(kind.model_config.get("env_prefix", ""))
        lines = sorted(
            _complaint(prefix, str(item["loc"][0]), item["type"], item["msg"]) for item in error.errors()
        )
        raise SettingsUnusable("these settings are unusable:\n  " + "\n  ".join(lines)) from None


def _complaint(prefix: str, field: str, kind: str, message: str) -> str:
    variable = "MONGO_DRIVER" if field.lower() == "mongo_driver" else f"{prefix}{field}".upper()
    return f"{variable}: {'missing' if kind == 'missing' else message}"
