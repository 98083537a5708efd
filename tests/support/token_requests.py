"""Token requests as a partner's system sends them to identity over memory."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import httpx

from libs.contracts.partners import TOKEN_PATH, PartnerPurpose, PartnerScope
from services.identity.domain.assertion import ASSERTION_TYPE
from services.identity.domain.client_keys import read_keys
from services.identity.domain.partner import PartnerTerms
from services.identity.handlers.partners import register_partner
from tests.support.identity_house import ORIGIN, House, build_house
from tests.support.partners import CLIENT, PURPOSE, ClientKeys

TOKEN_URL = f"{ORIGIN}{TOKEN_PATH}"
TERMS = PartnerTerms(
    display_name="Office of transport",
    purposes=(PartnerPurpose(code=PURPOSE, authorisation="D-2026-0142"),),
    scopes=(PartnerScope.STATUS,),
    daily_quota=100,
)


async def house_with_partner(keys: ClientKeys, **limits: int) -> House:
    """Identity with one partner."""
    house = await build_house(**limits)
    await register_partner(house.deps, CLIENT, TERMS, read_keys(keys.jwks))
    return house


def program(house: House) -> httpx.AsyncClient:
    """A program: it sends neither cookies nor an origin."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(house.app()), base_url=ORIGIN)


async def ask(client: httpx.AsyncClient, assertion: str, **more: str) -> httpx.Response:
    """Ask for a token as a client does."""
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": assertion,
    } | more
    return await client.post(TOKEN_PATH, data=form)


def signed(keys: ClientKeys, now: datetime, **changed: Any) -> str:
    """An assertion for this server, with what a test changes."""
    return keys.assertion(now, **({"aud": ORIGIN} | changed))
