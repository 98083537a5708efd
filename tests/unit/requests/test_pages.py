"""The citizen's pages and the JSON interface, over HTTP, in Arabic and in French."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import date
from uuid import uuid4

import httpx
import pytest

from libs.chassis.web.caller import Caller
from libs.contracts.notifications import MessageSent
from libs.ui.pages import Pages
from services.requests import api, pages
from services.requests.domain.request import Piece, RefusalReason
from services.requests.handlers import centre_work, deciding, following
from services.requests.handlers.citizen import withdraw_request
from services.requests.ports import FormFilling
from tests.support.requests_world import AGENT, HEAD, MEKNES, NOON, World, new_world
from tests.support.visitors import FORM, Site, build_site

SHOWN = Pages("services.requests")
TITLES = {"ar": "الفضاء الخاص", "fr": "Espace privé"}


@pytest.fixture
async def world() -> World:
    return await new_world()


@pytest.fixture
async def site(world: World) -> Site:
    site = build_site(api.router, pages.router, translate=SHOWN.word, on_error=SHOWN.on_error)
    site.app.state.deps = world.deps
    site.app.state.pages = SHOWN
    return site


@pytest.fixture
async def person(world: World) -> Caller:
    return await world.register("ZZ300001", date(1990, 5, 12))


@pytest.fixture
async def browser(site: Site, person: Caller) -> AsyncIterator[httpx.AsyncClient]:
    """A browser in which the person is signed in."""
    caller = site.authority.person(person.id)
    async with site.client(**site.cookie(caller, lang="fr"), **FORM) as client:
        yield client


def token_in(page: httpx.Response) -> str:
    """The hidden token of the form."""
    found = re.search(r'name="token" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


async def file(browser: httpx.AsyncClient) -> str:
    """File a request and return its address."""
    token = token_in(await browser.get("/requests/new"))
    answer = await browser.post("/requests/new", data={"token": token, "centre": MEKNES})
    assert answer.status_code == 303
    return answer.headers["location"].removesuffix("/receipt")


@pytest.mark.parametrize("lang", ["ar", "fr"])
async def test_the_private_space_has_its_four_parts(
    browser: httpx.AsyncClient, world: World, person: Caller, lang: str
) -> None:
    await world.issued(person)
    page = await browser.get(f"/space?lang={lang}")
    assert page.status_code == 200
    assert TITLES[lang] in page.text
    assert 'class="kh-timeline"' in page.text
    assert "2026-0000001" in page.text
    assert re.search(r'href="/certificates/[^"]+/pdf"', page.text)
    assert page.text.count('href="/forms/') == 10


@pytest.mark.parametrize("lang", ["ar", "fr"])
async def test_an_empty_space_shows_the_nine_stages_and_the_way_to_ask(
    browser: httpx.AsyncClient, lang: str
) -> None:
    page = await browser.get(f"/space?lang={lang}")
    assert page.text.count("kh-timeline__step--todo") == 9
    assert 'href="/requests/new"' in page.text


async def test_a_request_is_filed_and_its_receipt_shows_the_reference(browser: httpx.AsyncClient) -> None:
    form = await browser.get("/requests/new")
    assert "ZZ300001" in form.text
    assert "12 mai 1990" in form.text
    assert form.text.count("<optgroup") == 12
    answer = await browser.post(
        "/requests/new",
        data={"token": token_in(form), "centre": MEKNES, "family_name": "Nom", "given_name": "Prénom"},
    )
    assert answer.status_code == 303
    receipt = await browser.get(answer.headers["location"])
    assert "2026-0000001" in receipt.text
    assert "Oui" in receipt.text


async def test_a_double_click_shows_one_reference_twice_and_a_third_form_is_refused(
    browser: httpx.AsyncClient,
) -> None:
    """Scenario 7 of the domain digest."""
    data = {"token": token_in(await browser.get("/requests/new")), "centre": MEKNES}
    first = await browser.post("/requests/new", data=data)
    second = await browser.post("/requests/new", data=data)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["location"] == second.headers["location"]
    third = await browser.post("/requests/new", data={"token": str(uuid4()), "centre": MEKNES})
    assert third.status_code == 409
    assert "2026-0000001" in third.text
    assert f'href="{first.headers["location"].removesuffix("/receipt")}"' in third.text
    assert "2026-0000001" in (await browser.get("/requests/new")).text


@pytest.mark.parametrize("lang", ["ar", "fr"])
async def test_a_form_without_a_centre_comes_back_with_everything_typed(
    browser: httpx.AsyncClient, lang: str
) -> None:
    token = token_in(await browser.get(f"/requests/new?lang={lang}"))
    answer = await browser.post(
        f"/requests/new?lang={lang}", data={"token": token, "centre": "", "family_name": "Nom<b>"}
    )
    assert answer.status_code == 422
    assert "govuk-error-summary" in answer.text
    assert 'value="Nom&lt;b&gt;"' in answer.text
    assert token_in(answer) == token


async def test_a_centre_that_takes_no_requests_is_told_at_its_field(
    browser: httpx.AsyncClient, world: World
) -> None:
    token = token_in(await browser.get("/requests/new"))
    answer = await browser.post("/requests/new", data={"token": token, "centre": "999"})
    assert answer.status_code == 422
    assert "Ce centre ne reçoit pas de demandes" in answer.text
    assert await world.platform.published() == []


async def test_a_form_with_an_unusable_token_gets_a_new_one(browser: httpx.AsyncClient) -> None:
    answer = await browser.post("/requests/new", data={"token": "x", "centre": MEKNES})
    assert answer.status_code == 422
    again = await browser.post("/requests/new", data={"token": token_in(answer), "centre": MEKNES})
    assert again.status_code == 303


async def test_somebody_elses_request_is_not_found(site: Site, world: World) -> None:
    request = await world.submit(await world.register("ZZ300009"))
    other = site.authority.person("person-ZZ300001")
    async with site.client(**site.cookie(other), **FORM) as client:
        for path in ("", "/receipt", "/withdraw"):
            assert (await client.get(f"/requests/{request.id}{path}")).status_code == 404
        answer = await client.post(f"/requests/{request.id}/withdraw", data={"sure": "yes"})
        assert answer.status_code == 404
    assert (await world.request(request.id)).open


@pytest.mark.parametrize("path", ["/space", "/requests/new", "/requests/x"])
async def test_visitors_are_led_to_the_login_and_the_staff_is_refused(site: Site, path: str) -> None:
    async with site.client() as client:
        answer = await client.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/login?next=")
    staff = site.authority.hire("agent", "coaph_agent", centres=[MEKNES])
    async with site.client(**site.cookie(staff)) as client:
        assert (await client.get(path)).status_code == 403


@pytest.mark.parametrize("lang", ["ar", "fr"])
async def test_a_request_page_tells_what_is_missing_and_what_was_mailed(
    browser: httpx.AsyncClient, world: World, person: Caller, lang: str
) -> None:
    request = await world.at_check(person)
    await centre_work.request_completion(world.deps, AGENT, request.id, [Piece.PHOTOS], "<i>note</i>")
    event = MessageSent(
        message_id="m-1", person_id=person.id, template="E4", request_id=request.id, sent_at=NOON
    )
    await following.on_message_sent(world.deps, world.delivery(event, "m-1"))
    page = await browser.get(f"/requests/{request.id}?lang={lang}")
    assert page.status_code == 200
    assert "&lt;i&gt;note&lt;/i&gt;" in page.text
    assert SHOWN.word(lang, "piece.photos") in page.text
    assert SHOWN.word(lang, "mail.E4") in page.text


@pytest.mark.parametrize("lang", ["ar", "fr"])
async def test_a_refused_request_shows_the_reason_and_the_appeal_route(
    browser: httpx.AsyncClient, world: World, person: Caller, lang: str
) -> None:
    request = await world.at_check(person)
    reason = RefusalReason.NOT_ENTITLED
    await deciding.refuse_request(world.deps, HEAD, request.id, reason, "Texte du motif")
    page = await browser.get(f"/requests/{request.id}?lang={lang}")
    assert "Texte du motif" in page.text
    assert SHOWN.word(lang, "refusal.reason.not_entitled") in page.text
    assert SHOWN.word(lang, "refusal.appeal.text") in page.text
    assert "/withdraw" not in page.text


async def test_withdrawing_asks_twice(browser: httpx.AsyncClient, world: World) -> None:
    address = await file(browser)
    page = await browser.get(f"{address}/withdraw")
    assert page.status_code == 200
    unsure = await browser.post(f"{address}/withdraw", data={})
    assert unsure.status_code == 422
    sure = await browser.post(f"{address}/withdraw", data={"sure": "yes"})
    assert (sure.status_code, sure.headers["location"]) == (303, address)
    assert "La demande est retirée" in (await browser.get(address)).text
    assert (await browser.get(f"{address}/withdraw")).status_code == 303
    assert await world.platform.published() == ["RequestSubmitted", "RequestClosed"]


async def test_a_withdrawal_that_waits_for_its_answer_is_told(
    browser: httpx.AsyncClient, world: World, person: Caller
) -> None:
    request = await world.approved(person)
    await withdraw_request(world.deps, person, request.id)
    page = await browser.get(f"/requests/{request.id}")
    assert "Vous avez demandé le retrait" in page.text


@pytest.mark.parametrize("lang", ["ar", "fr"])
async def test_anybody_reads_the_centres_of_all_regions(site: Site, lang: str) -> None:
    async with site.client() as client:
        page = await client.get(f"/centres?lang={lang}")
    assert page.status_code == 200
    assert len(re.findall(r'<h2[^>]* id="region-\d+"', page.text)) == 12
    assert page.text.count("<li>") >= 75
    assert ("مكناس" if lang == "ar" else "Meknès") in page.text


async def test_forms_come_blank_to_anybody_and_filled_to_their_person(
    site: Site, browser: httpx.AsyncClient, world: World
) -> None:
    async with site.client() as client:
        assert (await client.get("/forms")).status_code == 200
        blank = await client.get("/forms/motor.pdf?mine=1")
        assert (await client.get("/forms/other.pdf")).status_code == 404
    assert blank.headers["content-type"] == "application/pdf"
    await browser.get("/forms/motor.pdf?mine=1")
    filling = FormFilling("", "", "ZZ300001", date(1990, 5, 12), "")
    assert world.forms.printed == [("motor", None), ("motor", filling)]


async def test_the_interface_files_and_follows_a_request(site: Site, person: Caller) -> None:
    bearer = {"authorization": f"Bearer {site.authority.token(site.authority.person(person.id))}"}
    async with site.client(**bearer) as client:
        key = {"idempotency-key": str(uuid4())}
        body = {"centre": MEKNES}
        first = await client.post("/api/requests/v1/requests", json=body, headers=key)
        second = await client.post("/api/requests/v1/requests", json=body, headers=key)
        assert (first.status_code, first.json()) == (201, second.json())
        other = await client.post(
            "/api/requests/v1/requests", json=body, headers={"idempotency-key": str(uuid4())}
        )
        assert other.status_code == 409
        followed = await client.get(first.headers["location"])
        assert followed.json()["reference"] == "2026-0000001"
        unknown = await client.post("/api/requests/v1/requests", json={**body, "stage": 8}, headers=key)
        assert unknown.status_code == 422
        assert len((await client.get("/api/requests/v1/centres")).json()) == 75
