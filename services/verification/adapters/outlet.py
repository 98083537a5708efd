"""Puts together what partners' events are delivered with."""

from __future__ import annotations

import asyncio
import os
import random

from libs.chassis.lease import MongoLease
from libs.chassis.platform import Platform
from services.verification.adapters.chronicle import MongoChronicle
from services.verification.adapters.delivery_log import MongoDeliveryLog
from services.verification.adapters.postman import HttpPostman
from services.verification.adapters.progress_store import MongoProgress
from services.verification.ports.outlet import Outlet


async def open_outlet(platform: Platform, postman: HttpPostman) -> Outlet:
    """The outlet over the service's own database.

    Args:
        platform: The opened platform.
        postman: Brings the parcels; whoever made it closes it.
    """
    database, settings = platform.database, platform.settings
    chronicle, log = MongoChronicle(database), MongoDeliveryLog(database)
    await chronicle.prepare()
    await log.prepare()
    return Outlet(
        origin=settings.public_origin,
        chronicle=chronicle,
        progress=MongoProgress(database),
        log=log,
        postman=postman,
        new_key_owner=platform.vault.create,
        lease_of=lambda webhook_id: MongoLease(database["leases"], f"webhook/{webhook_id}"),
        bell=asyncio.Event(),
        chance=random.random,
        entropy=os.urandom,
        loopback_allowed=settings.environment != "production",
    )
