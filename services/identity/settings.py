"""Identity's settings, read once from variables that begin with `IDENTITY_`."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from libs.chassis.settings import KeyBytes, ServiceSettings, settings_for
from libs.contracts.identifiers import CIN_PATTERN


class IdentitySettings(ServiceSettings):
    """What identity reads beside what every service does.

    Attributes:
        reader_keks: JSON object: each reading service's name and its key-encryption key in base64.
        pepper: Keys the hashes of secrets; never stored with them.
        signing_key_file: PEM of the session tokens' private key; made, mode 0600, where it doesn't exist.
        cin_pattern: What a CIN number must match as a whole.
        code_ttl_h: Hours for which a mailed code works.
        terms_version: Version of the terms and the notice that people agree to.
        logins_per_identity: Most wrong logins for one number or staff code in 15 minutes.
        logins_per_network: Most logins from one network in 15 minutes; a centre or a mobile operator is one.
        logins_per_minute: Most logins on the whole platform in a minute.
        mails_per_identity: Most forgotten codes that are mailed for one number in an hour.
        registrations_per_network: Most registrations and forgotten codes from one network in an hour.
        token_faults_per_client: Most refused token requests in one name from one network in 15 minutes.
        token_faults_per_network: Most refused token requests from one network in 15 minutes.
    """

    model_config = settings_for("IDENTITY_")

    reader_keks: dict[str, KeyBytes]
    pepper: KeyBytes
    signing_key_file: Path
    cin_pattern: str = CIN_PATTERN
    code_ttl_h: float = Field(default=24, gt=0)
    terms_version: str = "2026-11"
    logins_per_identity: int = Field(default=10, gt=0)
    logins_per_network: int = Field(default=300, gt=0)
    logins_per_minute: int = Field(default=2000, gt=0)
    mails_per_identity: int = Field(default=3, gt=0)
    registrations_per_network: int = Field(default=200, gt=0)
    token_faults_per_client: int = Field(default=60, gt=0)
    token_faults_per_network: int = Field(default=600, gt=0)
