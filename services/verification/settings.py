"""What verification reads from its environment."""

from __future__ import annotations

from pathlib import Path

from libs.chassis.settings import ServiceSettings, settings_for


class VerificationSettings(ServiceSettings):
    """What every service reads, and where the key of status lists lies.

    Attributes:
        status_key_file: PEM of their private key; made, mode 0600, where it doesn't exist.
    """

    model_config = settings_for("VERIFICATION_")

    status_key_file: Path
