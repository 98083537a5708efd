"""Takes on the staff, one for each role, with random passwords: `python -m services.identity.seed`."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from libs.chassis.ids import new_secret
from libs.chassis.logging import configure_logging
from libs.chassis.platform import Platform
from libs.chassis.runtime import settings_or_exit
from libs.contracts.people import Role
from services.identity.adapters.signing_key import load_or_create
from services.identity.handlers.signing import publish_signing_key
from services.identity.handlers.staff import Post, set_password, take_on
from services.identity.main import wire
from services.identity.ports import Deps
from services.identity.settings import IdentitySettings

ACCOUNTS_FILE: Final = "staff-accounts.json"
#: Meknès, and Fès for a second centre (codes of the Haut-Commissariat au Plan).
CENTRES: Final = ("061", "231")
#: All centres of the region Fès-Meknès, for its agent.
REGION: Final = ("061", "131", "171", "231", "271", "451", "531", "561", "591")
MAIL_DOMAIN: Final = "staff.invalid"

_PASSWORD_BYTES: Final = 15
_OWNER_ONLY: Final = 0o600
_CENTRE_ROLES: Final = {"agent": Role.COAPH_AGENT, "head": Role.COAPH_HEAD}
_CENTRAL_ROLES: Final = {
    "central": Role.CENTRAL_AGENT,
    "doctor": Role.COMMITTEE_DOCTOR,
    "chair": Role.COMMITTEE_CHAIR,
    "officer": Role.CERTIFICATE_OFFICER,
    "controller": Role.CONTROLLER,
    "registrar": Role.REGISTRAR,
    "signatory": Role.SIGNATORY,
    "dpo": Role.DATA_PROTECTION_OFFICER,
    "auditor": Role.AUDITOR,
    "admin": Role.ADMINISTRATOR,
}


def posts() -> Iterator[Post]:
    """The places to fill: every role of the staff; those of a centre or a region see its files only."""
    for centre in CENTRES:
        for name, role in _CENTRE_ROLES.items():
            yield _post(f"{name}-{centre}", role, centre)
    yield _post(f"desk-{CENTRES[0]}", Role.DELIVERY_DESK, CENTRES[0])
    yield _post("regional", Role.REGIONAL_AGENT, *REGION)
    for name, role in _CENTRAL_ROLES.items():
        yield _post(name, role)


async def take_on_staff(deps: Deps, known: Mapping[str, str]) -> dict[str, str]:
    """Fill every place.

    Args:
        deps: The parts.
        known: Passwords of an earlier seed by staff code: those stay as they are.

    Returns:
        The password of every seeded account by staff code.
    """
    passwords = {}
    for post in posts():
        password = known.get(post.code) or new_secret(_PASSWORD_BYTES)
        taken_on = await take_on(deps, post, password)
        if taken_on is None and post.code not in known:
            # The account is older than the file: only another password can be told.
            await set_password(deps, post.code, password)
        passwords[post.code] = password
    return passwords


async def seed(settings: IdentitySettings, folder: Path) -> Path:
    """Fill every place and write down the passwords, readable by the owner only.

    Returns:
        The file with the accounts.
    """
    platform = await Platform.open("identity", settings)
    signing = load_or_create(settings.signing_key_file)
    wired = await wire(platform, settings, signing)
    file = folder / ACCOUNTS_FILE
    try:
        await publish_signing_key(wired.deps, signing.key_id, signing.jwk)
        passwords = await take_on_staff(wired.deps, read_passwords(file))
    finally:
        wired.close()
        await platform.close()
    write_accounts(file, passwords)
    return file


def read_passwords(file: Path) -> dict[str, str]:
    """The passwords of an earlier seed by staff code; empty where there was none."""
    if not file.exists():
        return {}
    accounts = json.loads(file.read_text("utf-8"))["accounts"]
    return {account["code"]: account["password"] for account in accounts}


def write_accounts(file: Path, passwords: Mapping[str, str]) -> None:
    """Write code, role, centres and password of each account, readable by the owner only."""
    accounts = [
        {
            "code": post.code,
            "email": post.email,
            "roles": list(post.roles),
            "centres": list(post.centres),
            "password": passwords[post.code],
        }
        for post in posts()
    ]
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY)
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        json.dump({"login": "/staff/login", "accounts": accounts}, opened, indent=2)
    draft.replace(file)


def main() -> None:
    """Read the settings, fill the places, say where the passwords are."""
    configure_logging("identity.seed")
    settings = settings_or_exit("identity", IdentitySettings)
    if settings.data_folder is None:
        sys.exit("identity: IDENTITY_DATA_FOLDER must say where the staff's passwords are written")
    file = asyncio.run(seed(settings, settings.data_folder))
    sys.stdout.write(f"staff accounts: {file}\n")


def _post(code: str, role: Role, *centres: str) -> Post:
    return Post(code, f"{code}@{MAIL_DOMAIN}", code, (role,), centres)


if __name__ == "__main__":
    main()
