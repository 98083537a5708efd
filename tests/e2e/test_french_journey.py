"""The citizen's part of the journey in a real browser, in French, with JavaScript on."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

import pytest
import pytest_asyncio
from playwright.async_api import Browser
from playwright.async_api import Page as Tab

from deploy.local.demo.casting import Casting
from deploy.local.demo.citizen import Citizen
from deploy.local.demo.journey import Journey
from deploy.local.demo.page import Page
from deploy.local.demo.people import Applicant
from deploy.local.stack import Stack
from libs.contracts.code import normalise
from libs.ui.assets import Assets
from tests.support.walk import Album, faults_of, somebody

pytestmark = pytest.mark.asyncio(loop_scope="session")

STAGES: Final = 9
FORMS: Final = ("information", "mental", "motor", "hearing", "visual")
ANSWER_TIMEOUT_MS: Final = 15_000
SEALED: Final = "() => !document.querySelector('#scanned #code')"
FEWEST_PAGES: Final = 9


@dataclass(frozen=True)
class Seen:
    """What a person saw in French, and the whole journey of a certificate beside it."""

    person: Applicant
    reference: str
    space: Page
    forms: dict[str, bytes]
    journey: Journey
    sealed: Page
    asked: Page
    album: Album


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def seen(browser: Browser, platform: Stack) -> AsyncIterator[Seen]:
    album = Album()
    seeds = platform.folders.data / "seed"
    with Casting(platform.origin, platform.mail.web_url, seeds, "fr") as casting:
        async with somebody(browser, platform.origin, lang="fr", scripts=True, album=album) as visitor:
            journey = Journey(casting.cast(Applicant.read("adult").somebody_new(random.SystemRandom())))
            await asyncio.to_thread(walk_to_the_download, journey)
            person = Applicant.read("adult").somebody_new(random.SystemRandom())
            citizen = casting.citizen(person, lambda: visitor)
            reference, space = await asyncio.to_thread(ask_and_look, citizen)
            forms = {
                kind: await asyncio.to_thread(visitor.download, f"/forms/{kind}.pdf?mine=1") for kind in FORMS
            }
            await wait_for_the_list(visitor.tab, journey.qr_address)
            sealed = await visitor.arrive(200)
            await visitor.tab.locator("main button").click()
            await visitor.tab.wait_for_url(f"{platform.origin}/verify", timeout=ANSWER_TIMEOUT_MS)
            asked = await visitor.arrive(200)
            yield Seen(person, reference, space, forms, journey, sealed, asked, album)


async def wait_for_the_list(tab: Tab, address: str) -> None:
    """Scan the code until the status list, which is signed every few seconds, has the certificate in it."""
    deadline = asyncio.get_running_loop().time() + ANSWER_TIMEOUT_MS / 1000
    while True:
        await tab.goto("about:blank")
        await tab.goto(address)
        await tab.wait_for_function(SEALED, timeout=ANSWER_TIMEOUT_MS)
        listed = await tab.locator(".kh-panel").count() > 0
        if listed or asyncio.get_running_loop().time() > deadline:
            return


def walk_to_the_download(journey: Journey) -> None:
    """Walk until the code is known and the public page knows it."""
    for step in journey.steps():
        step.act()


def ask_and_look(citizen: Citizen) -> tuple[str, Page]:
    """From the start page to the private space with a request in it."""
    citizen.visitor.open("/")
    citizen.register()
    citizen.enter_for_the_first_time()
    _request_id, reference = citizen.ask()
    citizen.read_mail("E1")
    return reference, citizen.visitor.open("/space")


async def test_the_private_space_has_its_four_parts_and_the_nine_stages(seen: Seen) -> None:
    sections = seen.space.main.all("section")
    assert [section.attributes["aria-labelledby"] for section in sections] == [
        "stages",
        "requests",
        "certificates",
        "forms",
    ]
    assert len(sections[0].all("li")) == STAGES
    assert seen.reference in sections[1].text


async def test_the_page_is_french_and_runs_from_left_to_right(seen: Seen) -> None:
    (html,) = seen.space.root.all("html")
    assert (html.attributes["lang"], html.attributes["dir"]) == ("fr-MA", "ltr")


async def test_each_form_can_be_downloaded_filled_in(seen: Seen) -> None:
    assert [kind for kind, pdf in seen.forms.items() if not pdf.startswith(b"%PDF-")] == []


async def test_a_scanned_code_shows_its_seal_and_then_the_status_without_standing_in_an_address(
    seen: Seen,
) -> None:
    for page in (seen.sealed, seen.asked):
        assert seen.journey.number in page.text
        assert normalise(seen.journey.code) not in normalise(page.address)
        assert "#" not in page.address
    assert seen.sealed.title == "Document authentique et valide"
    assert seen.asked.title == "Attestation authentique et valide"


async def test_no_page_that_was_seen_has_a_fault(
    seen: Seen, browser: Browser, platform: Stack, assets: Assets
) -> None:
    assert len(seen.album.pages) >= FEWEST_PAGES
    assert await faults_of(browser, platform.origin, seen.album, assets) == {}
