"""What verification reads from its environment."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from libs.chassis.settings import ServiceSettings, settings_for


class VerificationSettings(ServiceSettings):
    """What every service reads, where the key of status lists lies, and how long its word holds.

    Attributes:
        status_key_file: PEM of their private key; made, mode 0600, where it doesn't exist.
        fresh_for_s: How old the model may be while anything is said from it; 45 s keep the promise that
            nothing is called valid a minute after it was revoked (ADR 19), so it can only be less.
        ask_every_s: How often the broker is asked how far certificates' topic goes.
    """

    model_config = settings_for("VERIFICATION_")

    status_key_file: Path
    fresh_for_s: float = Field(default=45.0, gt=0, le=45.0)
    ask_every_s: float = Field(default=1.0, gt=0)
