"""The settings of requests, read from `REQUESTS_*`."""

from __future__ import annotations

from pydantic import Field

from libs.chassis.settings import ServiceSettings, settings_for
from services.requests.domain.stages import Terms


class RequestsSettings(ServiceSettings):
    """What requests reads beyond what every service does.

    Attributes:
        deposit_days: From submission to the deposit of the file.
        completion_days: From the list of missing pieces to their arrival.
        procedure_days: From the complete deposit to the decision (law 55-19).
        sweep_every_s: How often overdue requests and orphaned scans are looked for.
    """

    model_config = settings_for("REQUESTS_")

    deposit_days: int = Field(default=60, ge=1)
    completion_days: int = Field(default=30, ge=1)
    procedure_days: int = Field(default=60, ge=1)
    sweep_every_s: float = Field(default=60.0, gt=0)

    @property
    def terms(self) -> Terms:
        """How long things may take."""
        return Terms(self.deposit_days, self.completion_days, self.procedure_days)
