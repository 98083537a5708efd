"""People see their own messages in the language of the page, and nobody else's."""

from __future__ import annotations

import pytest

from libs.chassis.web.caller import Caller
from libs.contracts.requests import CompletionRequested, MedicalFileFound, MedicalFileMissing
from services.notifications import api, pages
from services.notifications.errors import MailRefused
from services.notifications.handlers.sending import send_due
from tests.support.notifying import CODE, PAGES, PERSON, Notifying, about_request, notifying
from tests.support.visitors import Site, build_site


async def site_with_messages() -> tuple[Site, Notifying]:
    service = await notifying()
    await service.know()
    await service.issue_code()
    await service.tell(MedicalFileMissing(**about_request()))
    await service.tell(
        CompletionRequested(**about_request(items=("photos", "identity_copy"), due_on="2027-01-12"))
    )
    site = build_site(pages.router, api.router, translate=PAGES.word, on_error=PAGES.on_error)
    site.app.state.deps, site.app.state.pages = service.deps, PAGES
    return site, service


def holder(site: Site) -> Caller:
    return site.authority.person(PERSON)


async def shown(site: Site, path: str, caller: Caller | None = None) -> tuple[int, str]:
    headers = site.cookie(caller or holder(site))
    async with site.client(**headers) as client:
        answer = await client.get(path)
        return answer.status_code, answer.text


async def message_id(service: Notifying, template: str) -> str:
    return next(each.id for each in await service.messages() if each.template == template)


@pytest.mark.parametrize(
    ("lang", "subject"), [("ar", "دعوة لإيداع الطلب"), ("fr", "Invitation à déposer votre dossier")]
)
async def test_all_messages_are_listed(lang: str, subject: str) -> None:
    site, _ = await site_with_messages()
    status, text = await shown(site, f"/messages?lang={lang}")
    assert status == 200
    assert subject in text
    assert "2026-0000123" in text
    assert text.count('href="/messages/') == 3


async def test_nobody_has_no_messages() -> None:
    site, _ = await site_with_messages()
    status, text = await shown(site, "/messages?lang=fr", site.authority.person("person-2"))
    assert status == 200
    assert "Aucun message" in text
    assert "2026-0000123" not in text


@pytest.mark.parametrize(
    ("lang", "words"), [("ar", "صورتان شمسيتان"), ("fr", "<li>deux photos d'identité</li>")]
)
async def test_a_message_shows_its_full_text(lang: str, words: str) -> None:
    site, service = await site_with_messages()
    status, text = await shown(site, f"/messages/{await message_id(service, 'E4')}?lang={lang}")
    assert status == 200
    assert words in text
    assert "2027" in text


async def test_the_list_of_centres_is_linked_on_this_origin() -> None:
    site, service = await site_with_messages()
    _, text = await shown(site, f"/messages/{await message_id(service, 'E1')}")
    assert 'href="/centres">اللائحة</a>' in text


async def test_a_code_is_never_shown() -> None:
    site, service = await site_with_messages()
    path = f"/messages/{await message_id(service, 'E0')}?lang=fr"
    _, before = await shown(site, path)
    await send_due(service.deps)
    _, after = await shown(site, path)
    assert CODE not in before + after
    assert "code envoyé par courriel seulement" in before
    assert "code envoyé par courriel seulement" in after


async def test_a_mail_that_never_arrived_says_so() -> None:
    site, service = await site_with_messages()
    service.post_office.troubles = [MailRefused(reply=550)] * 3
    await send_due(service.deps)
    _, text = await shown(site, f"/messages/{await message_id(service, 'E1')}?lang=fr")
    assert "pas pu être remis" in text


async def test_somebody_elses_message_is_not_there() -> None:
    site, service = await site_with_messages()
    path = f"/messages/{await message_id(service, 'E1')}"
    status, text = await shown(site, path, site.authority.person("person-2"))
    assert status == 404
    assert "2026-0000123" not in text


async def test_visitors_are_led_to_log_in_and_staff_are_kept_out() -> None:
    site, _ = await site_with_messages()
    async with site.client() as client:
        answer = await client.get("/messages")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=%2Fmessages")
    agent = site.authority.hire("staff-1", "coaph_agent")
    assert (await shown(site, "/messages", agent))[0] == 403


async def test_messages_as_json_are_the_callers_own() -> None:
    site, service = await site_with_messages()
    await service.tell(MedicalFileFound(**about_request()))
    async with site.client(**site.cookie(holder(site))) as client:
        listed = (await client.get("/api/notifications/v1/messages?lang=fr")).json()
        one = await client.get(f"/api/notifications/v1/messages/{listed[0]['id']}?lang=fr")
    assert {each["template"] for each in listed} == {"E0", "E1", "E2", "E4"}
    assert one.json() == listed[0]
    async with site.client(**site.cookie(site.authority.person("person-2"))) as client:
        missing = await client.get(f"/api/notifications/v1/messages/{listed[0]['id']}")
    assert missing.status_code == 404
