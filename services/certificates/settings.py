"""The settings of certificates, from variables that begin with `CERTIFICATES_`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr

from libs.chassis.settings import ServiceSettings, settings_for


class CertificatesSettings(ServiceSettings):
    """What certificates reads beside what every service reads.

    Attributes:
        key_store: Where the keys `seal` and `qr` are held: files, a PKCS#11 token, or a key service.
        seal_key_file: Of a store of files: the seal's private key; made when absent, for its owner only.
        qr_key_file: Of a store of files: the QR payloads' private key, likewise; beside that unless given.
        seal_key_label: What a token or a key service calls the seal's key; another one after a rotation.
        qr_key_label: The same of the QR payloads' key.
        pkcs11_module: Of a token: its maker's library.
        pkcs11_token: Of a token: its label.
        pkcs11_pin: Of a token: its user's PIN.
        pkcs11_variables: Of a token: what its library reads in the environment.
        kms_url: Of a key service: where it answers.
        kms_bearer: Of a key service: the token that it knows this service by.
        credentials_folder: Certificates of the seal and of the time-stamp authority, and revocation lists;
            beside the seal's key unless given.
        time_stamp_url: Where seals get their time-stamps (RFC 3161); none: they stay at level B-B.
        stamp_every_s: How often seals without a time-stamp are looked for.
        log_key_file: Where the private key of the log's heads is kept; made when absent, for its owner only.
        log_every_s: How often a head is signed when something was logged.
        log_void_every_s: How often entries that took no effect are looked for.
        sweep_every_s: How often half-done work is looked for.
        batch_every_s: How often confirmed batches are looked for.
        beat_every_s: How often the log is told how much of what was committed is in it.
    """

    model_config = settings_for("CERTIFICATES_")

    key_store: Literal["file", "pkcs11", "kms"] = "file"
    seal_key_file: Path
    qr_key_file: Path | None = None
    seal_key_label: str = "seal"
    qr_key_label: str = "qr"
    pkcs11_module: Path | None = None
    pkcs11_token: str = ""
    pkcs11_pin: SecretStr = SecretStr("")
    pkcs11_variables: dict[str, str] = Field(default_factory=dict)
    kms_url: str = ""
    kms_bearer: SecretStr = SecretStr("")
    credentials_folder: Path | None = None
    time_stamp_url: str = ""
    stamp_every_s: float = Field(default=10.0, gt=0)
    log_key_file: Path
    log_every_s: float = Field(default=1.0, gt=0)
    log_void_every_s: float = Field(default=15.0, gt=0)
    sweep_every_s: float = Field(default=60.0, gt=0)
    batch_every_s: float = Field(default=1.0, gt=0)
    beat_every_s: float = Field(default=1.0, gt=0)
