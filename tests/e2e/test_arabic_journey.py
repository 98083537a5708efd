"""The whole journey in a real browser, in Arabic, without JavaScript: steps 1 to 7."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Final

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from deploy.local.demo.casting import Casting
from deploy.local.demo.journey import Journey
from deploy.local.demo.people import Applicant, read_words
from deploy.local.stack import Stack
from libs.contracts.code import format_code
from libs.contracts.qr import payload_in, read
from libs.ui.assets import Assets
from tests.support.certificate_pdf import read_texts, scan_qr, squeezed
from tests.support.walk import Album, BrowserVisitor, faults_of, somebody

OWN_PAGES: Final = (
    "/space",
    "/account",
    "/account/code",
    "/requests/{id}",
    "/requests/new",
    "/certificates",
    "/certificates/{id}",
    "/messages",
)
PUBLIC_PAGES: Final = ("/centres", "/forms", "/terms", "/privacy", "/login/forgotten", "/v")

pytestmark = pytest.mark.asyncio(loop_scope="session")


@dataclass(frozen=True)
class Walked:
    journey: Journey
    person: Applicant
    citizen_saw: Album
    staff_saw: Album


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def walked(browser: Browser, platform: Stack) -> AsyncIterator[Walked]:
    person = Applicant.read("adult").somebody_new(random.SystemRandom())
    citizen_saw, staff_saw = Album(), Album()
    async with AsyncExitStack() as windows:

        async def window(album: Album) -> BrowserVisitor:
            opening = somebody(browser, platform.origin, lang="ar", scripts=False, album=album)
            return await windows.enter_async_context(opening)

        seats = [await window(citizen_saw), *[await window(staff_saw) for _seat in range(9)]]
        seats.append(await window(citizen_saw))
        with Casting(platform.origin, platform.mail.web_url, platform.folders.data / "seed") as casting:
            journey = Journey(await asyncio.to_thread(casting.cast, person, iter(seats).__next__))
            *steps, farewell = journey.steps()
            for step in steps:
                await asyncio.to_thread(step.act)
            await asyncio.to_thread(look_around, journey)
            await asyncio.to_thread(farewell.act)
            yield Walked(journey, person, citizen_saw, staff_saw)


def look_around(journey: Journey) -> None:
    """Open the other pages that the citizen may open, and send two forms with nothing in them."""
    visitor = journey.cast.citizen.visitor
    for address in (*OWN_PAGES, *PUBLIC_PAGES):
        page = visitor.open(address.format(id=journey.request_id))
        assert page.status == 200, (address, page.status, page.title)
    for address in ("/account/code", "/requests/new", "/verify"):
        visitor.open(address)
        page = visitor.submit({})
        assert page.errors, address
    assert visitor.open(f"/certificates/{journey.cast.agent.account.code}").status == 404
    visitor.open("/space")


async def test_the_certificate_says_what_was_entered(walked: Walked) -> None:
    person, journey = walked.person, walked.journey
    entered = [
        f"{person.arabic_given_name} {person.arabic_family_name}",
        f"{person.latin_given_name} {person.latin_family_name}",
        person.birth_place,
        person.printed_number,
        read_words("ar")["disability"],
        journey.number,
        journey.code,
    ]
    for text in read_texts(journey.pdf):
        assert [each for each in entered if squeezed(each) not in text] == []


async def test_the_printed_qr_code_opens_the_public_page_and_says_what_is_printed_in_no_path(
    walked: Walked, platform: Stack
) -> None:
    scanned = scan_qr(walked.journey.pdf)
    assert scanned.partition("#")[0] == f"{platform.origin}/v".upper()
    said = read(payload_in(scanned)).claims
    assert (said.number, format_code(said.code)) == (walked.journey.number, walked.journey.code)
    assert said.latin_name == f"{walked.person.latin_given_name} {walked.person.latin_family_name}"


async def test_the_public_page_masks_the_name_until_the_birth_date_is_known(walked: Walked) -> None:
    answers, person = walked.journey.answers, walked.person
    for hidden in (person.arabic_family_name, person.latin_family_name, person.printed_number):
        assert hidden not in answers["code"].text
        assert hidden in answers["birth date"].text
    assert walked.journey.number in answers["code"].text


async def test_an_unknown_code_tells_nothing(walked: Walked) -> None:
    text = walked.journey.answers["unknown"].text
    assert walked.journey.number not in text
    assert walked.person.latin_family_name not in text


async def test_each_mail_came_once_with_its_exact_words(walked: Walked) -> None:
    words = read_words("ar")
    mails = walked.journey.cast.citizen.mailbox.mails()
    for key in ("E0", "E1", "E3"):
        (mail,) = [one for one in mails if one.subject == words[key]]
        assert mail.text.strip().startswith(words["greeting"])
        assert words["signature"] in mail.text
        assert words["disability"] not in mail.text


async def test_no_page_that_the_citizen_saw_has_a_fault(
    walked: Walked, browser: Browser, platform: Stack, assets: Assets
) -> None:
    assert len(walked.citizen_saw.pages) >= 10
    assert await faults_of(browser, platform.origin, walked.citizen_saw, assets) == {}


async def test_a_page_with_faults_would_be_told(
    browser: Browser, platform: Stack, assets: Assets, walked: Walked
) -> None:
    good = walked.journey.answers["unknown"]
    planted = '<img src="/nothing.png"><hr style="width: 2000px; height: 9px"><h1'
    spoilt = good.html.replace("<h1", planted, 1)
    found = await faults_of(browser, platform.origin, Album({"spoilt": replace(good, html=spoilt)}), assets)
    told = " ".join(found["spoilt"])
    assert "image-alt" in told
    assert "sticks out: hr" in told


async def test_no_page_that_the_staff_saw_has_a_fault(
    walked: Walked, browser: Browser, platform: Stack, assets: Assets
) -> None:
    assert len(walked.staff_saw.pages) >= 10
    assert await faults_of(browser, platform.origin, walked.staff_saw, assets) == {}
