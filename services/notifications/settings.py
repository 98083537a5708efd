"""What notifications reads from its environment."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr

from libs.chassis.settings import ServiceSettings, settings_for

Security = Literal["plain", "starttls", "tls"]


class NotificationsSettings(ServiceSettings):
    """The mail server and who mails come from.

    Attributes:
        sender: The address that mails come from; its domain also ends their Message-IDs.
        sender_name: Shown beside it.
        smtp_security: How the connection is protected; None for STARTTLS in production, plain elsewhere.
        smtp_user: None where the server asks for no login.
        smtp_timeout_s: For each step of the conversation.
    """

    model_config = settings_for("NOTIFICATIONS_")

    smtp_host: str
    smtp_port: int = Field(ge=1, le=65535)
    smtp_security: Security | None = None
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_timeout_s: float = Field(default=20.0, gt=0)
    sender: str = Field(pattern=r"^[^@\s<>]+@[A-Za-z0-9.-]+$")
    sender_name: str = "Khadamaty"

    @property
    def security(self) -> Security:
        """How the connection to the mail server is protected."""
        return self.smtp_security or ("starttls" if self.environment == "production" else "plain")
