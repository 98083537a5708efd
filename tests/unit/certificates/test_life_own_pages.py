"""What holders see and ask of their certificate's life, in Arabic and in French."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus

import pytest

from libs.contracts.code import format_code
from libs.contracts.people import Role
from libs.ui.pages import Pages
from services.certificates import handlers
from services.certificates.domain.certificate import Stage
from services.certificates.domain.orders import OrderKind
from tests.support.certificates_world import holder
from tests.support.life_house import FILE, House, new_house, says

WORDS = Pages("services.certificates")
STAFF_PATH = f"/staff/certificates/{FILE}"
OWN_PATH = f"/certificates/{FILE}"
languages = pytest.mark.parametrize("lang", ["ar", "fr"])


@pytest.fixture
async def house() -> House:
    return await new_house(WORDS)


@languages
async def test_holders_see_every_version_with_what_it_is_worth(house: House, lang: str) -> None:
    await house.reissued()
    page = await house.get(OWN_PATH, house.holder, lang)
    for key in ("versions.kind.first", "versions.kind.correction", "versions.by.correction", "status.valid"):
        assert says(page, WORDS.word(lang, key))
    codes = (await house.world.file()).get_personal().codes
    assert format_code(codes[1]) in page.text
    assert format_code(codes[0]) not in page.text


@languages
@pytest.mark.parametrize("kind", [OrderKind.SUSPEND, OrderKind.REVOKE])
async def test_holders_are_told_the_status_and_never_the_reason(
    house: House, kind: OrderKind, lang: str
) -> None:
    await house.asked(kind, confirmed=True)
    page = await house.get(OWN_PATH, house.holder, lang)
    worth = "suspended" if kind is OrderKind.SUSPEND else "revoked"
    assert says(page, WORDS.word(lang, f"certificate.worth.{worth}"))
    assert "a secret word" not in page.text
    assert not says(page, WORDS.word(lang, "revocation.forgery"))
    assert f'href="{OWN_PATH}/duplicate"' not in page.text


@languages
async def test_a_holder_asks_for_a_duplicate(house: House, lang: str) -> None:
    page = await house.get(OWN_PATH, house.holder, lang)
    assert f'href="{OWN_PATH}/duplicate"' in page.text
    asked = await house.get(f"{OWN_PATH}/duplicate", house.holder, lang)
    assert says(asked, WORDS.word(lang, "ask.duplicate.warning"))
    unsure = await house.post(f"{OWN_PATH}/duplicate", house.holder, {}, lang)
    assert unsure.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert says(unsure, WORDS.word(lang, "ask.duplicate.lost.missing"))
    answer = await house.post(f"{OWN_PATH}/duplicate", house.holder, {"lost": "yes"}, lang)
    back = await house.get(answer.headers["location"], house.holder, lang)
    assert says(back, WORDS.word(lang, "ask.duplicate.done"))
    assert says(back, WORDS.word(lang, "certificate.reissue.duplicate"))
    again = await house.post(f"{OWN_PATH}/duplicate", house.holder, {"lost": "yes"}, lang)
    assert says(again, WORDS.word(lang, "error.reissue-underway"))
    assert (await house.get(f"{OWN_PATH}/duplicate", house.holder)).headers["location"] == OWN_PATH


@languages
async def test_a_holder_tells_of_a_mistake_and_the_officer_reads_it(house: House, lang: str) -> None:
    short = await house.post(f"{OWN_PATH}/mistake", house.holder, {"text": "no"}, lang)
    assert says(short, WORDS.word(lang, "ask.mistake.text.short"))
    text = "<b>My birth place</b> is wrong."
    answer = await house.post(f"{OWN_PATH}/mistake", house.holder, {"text": text}, lang)
    back = await house.get(answer.headers["location"], house.holder, lang)
    assert says(back, WORDS.word(lang, "ask.mistake.done"))
    assert f'href="{OWN_PATH}/mistake"' not in back.text
    officer = house.somebody(Role.CERTIFICATE_OFFICER)
    assert f'href="{STAFF_PATH}"' in (await house.get("/staff/certificates/asked", officer, lang)).text
    file = await house.get(STAFF_PATH, officer, lang)
    assert says(file, text)
    assert "<b>My" not in file.text
    again = await house.post(f"{OWN_PATH}/mistake", house.holder, {"text": text}, lang)
    assert again.status_code == HTTPStatus.CONFLICT


@pytest.mark.parametrize("path", ["duplicate", "mistake"])
async def test_nobody_asks_about_somebody_elses_certificate(house: House, path: str) -> None:
    other = house.site.authority.person("person-2")
    assert (await house.get(f"{OWN_PATH}/{path}", other)).status_code == HTTPStatus.NOT_FOUND
    answer = await house.post(f"{OWN_PATH}/{path}", other, {"lost": "yes", "text": "It is all wrong."})
    assert answer.status_code == HTTPStatus.NOT_FOUND


@languages
@pytest.mark.parametrize("kind", OrderKind)
async def test_the_whole_history_can_be_told(house: House, kind: OrderKind, lang: str) -> None:
    if kind is OrderKind.RESUME:
        await house.asked(OrderKind.SUSPEND, confirmed=True)
    if kind is OrderKind.REVOKE:
        await handlers.tell_mistake(house.world.deps, holder(), FILE, "my birth place is wrong")
    await house.asked(kind, confirmed=True)
    page = await house.get(STAFF_PATH, house.somebody(Role.CENTRAL_AGENT), lang)
    assert page.status_code == HTTPStatus.OK
    for move in (await house.world.file()).history:
        assert says(page, WORDS.word(lang, f"move.{move.action.value}"))


async def test_a_renewal_is_offered_near_the_end_only(house: House) -> None:
    link = f'href="/requests/new?renews={FILE}"'
    assert link in (await house.get(OWN_PATH, house.holder)).text
    await house.world.brought_to(
        Stage.ISSUED, "request-2", person_id="person-2", valid_until=date(2028, 1, 31)
    )
    other = house.site.authority.person("person-2")
    assert "renews=" not in (await house.get("/certificates/request-2", other)).text
