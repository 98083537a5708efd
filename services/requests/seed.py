"""Fills a new installation: `python -m services.requests.seed`; a second run changes nothing."""

from __future__ import annotations

import asyncio

import structlog

from libs.chassis.logging import configure_logging
from libs.chassis.platform import Platform
from libs.chassis.settings import read_settings
from services.requests.adapters.directory import read_centres, read_holders
from services.requests.handlers.seeding import BankedFile, bank_file, register_centres
from services.requests.main import wire
from services.requests.ports import Deps, FormFilling
from services.requests.settings import RequestsSettings

log = structlog.get_logger(__name__)


async def fill(deps: Deps) -> None:
    """Register the centres and bank the invented files, each with a filled form as its scan."""
    centres = await register_centres(deps, read_centres())
    banked = 0
    for file_id, holder in read_holders().items():
        filling = FormFilling(
            family_name=holder.arabic_family_name,
            given_name=holder.arabic_given_name,
            identifier=holder.identifier.printed(),
            birth_date=holder.birth_date,
            reference="",
        )
        scan = await deps.forms.print("information", filling)
        banked += await bank_file(deps, BankedFile(file_id, holder, scan))
    log.info("seed.done", centres=centres, medical_files=banked)


async def main() -> None:
    """Seed the database that the settings name."""
    settings = read_settings(RequestsSettings)
    platform = await Platform.open("requests", settings)
    try:
        await fill(await wire(platform, settings))
    finally:
        await platform.close()


if __name__ == "__main__":
    configure_logging("requests")
    asyncio.run(main())
