"""The pages of a certificate's life in a browser: accessible up to AAA, mirrored, never sideways."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Browser

from libs.chassis.web.caller import Caller
from libs.contracts.people import Role
from libs.ui.assets import Assets, static_folder
from libs.ui.pages import Pages
from services.certificates import handlers
from services.certificates.domain.orders import OrderKind
from tests.support.browser import axe_violations, mirror, sideways_overflow
from tests.support.certificates_world import holder
from tests.support.life_house import FILE, House, new_house
from tests.support.site import serve_site

STAFF_PATH = f"/staff/certificates/{FILE}"
OWN_PATH = f"/certificates/{FILE}"
NARROWEST_PX = 320

Look = Callable[[House, str], Awaitable[dict[str, str]]]


async def shown(house: House, lang: str, caller: Caller, *paths: str) -> dict[str, str]:
    """What some addresses show."""
    return {path: (await house.get(path, caller, lang)).text for path in paths}


async def refused(house: House, lang: str, caller: Caller, *paths: str) -> dict[str, str]:
    """What some forms show when nothing was filled in."""
    return {f"{path}/empty": (await house.post(path, caller, {}, lang)).text for path in paths}


async def asking(house: House, lang: str) -> dict[str, str]:
    """What the holder and the officer fill in."""
    officer = house.somebody(Role.CERTIFICATE_OFFICER)
    own = (f"{OWN_PATH}/duplicate", f"{OWN_PATH}/mistake")
    staff = (f"{STAFF_PATH}/life/suspend", f"{STAFF_PATH}/life/revoke", f"{STAFF_PATH}/correct")
    return {
        **await shown(house, lang, house.holder, OWN_PATH, *own),
        **await refused(house, lang, house.holder, *own),
        **await shown(house, lang, officer, STAFF_PATH, *staff),
        **await refused(house, lang, officer, *staff),
    }


async def deciding(house: House, lang: str) -> dict[str, str]:
    """What waits, and how it is decided."""
    await house.reissued()
    await handlers.tell_mistake(house.world.deps, holder(), FILE, "my birth place is wrong")
    await house.asked(OrderKind.REVOKE)
    confirm = f"{STAFF_PATH}/life/confirm"
    officer, signatory = house.somebody(Role.CERTIFICATE_OFFICER), house.somebody(Role.SIGNATORY)
    return {
        **await shown(house, lang, signatory, "/staff/certificates/asked", STAFF_PATH, confirm),
        **await refused(house, lang, signatory, confirm),
        **await shown(house, lang, officer, f"{STAFF_PATH}/life/dismiss"),
        **await shown(house, lang, house.holder, OWN_PATH),
    }


async def ended(house: House, lang: str) -> dict[str, str]:
    """What is left of a revoked certificate."""
    await house.asked(OrderKind.REVOKE, confirmed=True)
    return {
        **await shown(house, lang, house.holder, OWN_PATH),
        **await shown(house, lang, house.somebody(Role.CENTRAL_AGENT), STAFF_PATH),
    }


@pytest.mark.parametrize("look", [asking, deciding, ended])
@pytest.mark.parametrize("lang", ["ar", "fr"])
async def test_every_page_is_accessible_mirrored_and_narrow(
    browser: Browser, assets: Assets, look: Look, lang: str
) -> None:
    pages = await look(await new_house(Pages("services.certificates", assets)), lang)
    context = await browser.new_context()
    tab = await context.new_page()
    faults: dict[str, object] = {}
    with serve_site(pages, static_folder()) as origin:
        for path in pages:
            await tab.set_viewport_size({"width": 1024, "height": 800})
            await tab.goto(origin + path)
            found = [*await axe_violations(tab), *(await mirror(tab, assets)).wrong]
            found += await sideways_overflow(tab, NARROWEST_PX)
            if found:
                faults[path] = found
    await context.close()
    assert faults == {}
