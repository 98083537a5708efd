"""Logging in with nothing but a keyboard."""

from __future__ import annotations

import asyncio
import random
from typing import Final

import pytest
from playwright.async_api import Browser
from playwright.async_api import Page as Tab

from deploy.local.demo.casting import Casting
from deploy.local.demo.people import Applicant
from deploy.local.stack import Stack
from tests.support.walk import Album, somebody

pytestmark = pytest.mark.asyncio(loop_scope="session")

MOST_STOPS: Final = 40


async def tab_to(tab: Tab, name: str) -> None:
    """Press Tab until the focus stands on the field of that name."""
    for _stop in range(MOST_STOPS):
        await tab.keyboard.press("Tab")
        if await tab.evaluate("document.activeElement.getAttribute('name')") == name:
            return
    pytest.fail(f"{name} can't be reached by keyboard")


async def test_a_login_needs_no_mouse(
    browser: Browser, platform: Stack, casting: Casting, chance: random.Random
) -> None:
    person = Applicant.read("adult").somebody_new(chance)
    citizen = casting.citizen(person)
    await asyncio.to_thread(citizen.register)
    mail = await asyncio.to_thread(citizen.read_mail, "E0")
    async with somebody(browser, platform.origin, lang="ar", scripts=True, album=Album()) as visitor:
        tab = visitor.tab
        await tab.goto(f"{platform.origin}/login")
        born = person.birth_date
        typed = {
            "number": person.number,
            "born_on-day": str(born.day),
            "born_on-month": str(born.month),
            "born_on-year": str(born.year),
            "code": mail.get_secret_code().lower(),
        }
        for name, text in typed.items():
            await tab_to(tab, name)
            await tab.keyboard.type(text)
        await tab.keyboard.press("Enter")
        await tab.wait_for_url(f"{platform.origin}/account/code**")
