"""What verification reads from its environment."""

from __future__ import annotations

from libs.chassis.settings import ServiceSettings, settings_for


class VerificationSettings(ServiceSettings):
    """Nothing beyond what every service reads."""

    model_config = settings_for("VERIFICATION_")
