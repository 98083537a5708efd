"""The settings of certificates, from variables that begin with `CERTIFICATES_`."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from libs.chassis.settings import ServiceSettings, settings_for


class CertificatesSettings(ServiceSettings):
    """What certificates reads beside what every service reads.

    Attributes:
        seal_key_file: Where the seal's process keeps its private key; made when absent, for its owner only.
        log_key_file: Where the private key of the log's heads is kept; made when absent, for its owner only.
        log_every_s: How often a head is signed when something was logged.
        sweep_every_s: How often half-done work is looked for.
        batch_every_s: How often confirmed batches are looked for.
    """

    model_config = settings_for("CERTIFICATES_")

    seal_key_file: Path
    log_key_file: Path
    log_every_s: float = Field(default=1.0, gt=0)
    sweep_every_s: float = Field(default=60.0, gt=0)
    batch_every_s: float = Field(default=1.0, gt=0)
