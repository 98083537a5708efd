"""A certificate's life after its issue, over HTTP on the whole platform: never two versions are valid."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from deploy.local.demo.casting import Casting
from deploy.local.demo.journey import Cast, Journey
from deploy.local.demo.page import Page
from deploy.local.demo.people import Applicant
from deploy.local.demo.waiting import wait_for
from libs.ui.assets import Assets
from libs.ui.pages import Pages

REASON = "The birth place was read wrongly from the file."
NEW_PLACE = "فاس"
NUMBER = re.compile(r"20[0-9]{2}/[0-9]{6}")


def words(assets: Assets, package: str) -> Pages:
    return Pages(f"services.{package}", assets)


def issued(casting: Casting, chance: random.Random) -> Journey:
    """A certificate that was downloaded, verified and handed over; its holder is still logged in."""
    journey = Journey(casting.cast(Applicant.read("adult").somebody_new(chance)))
    for step in journey.steps()[:-1]:
        step.act()
    return journey


def carry_to_the_signature(cast: Cast, request_id: str) -> None:
    cast.officer.draft(request_id)
    cast.controller.check(request_id)
    cast.registrar.register(request_id)


def number_of(page: Page) -> str:
    """The certificate's number on a page of the public check."""
    found = NUMBER.search(page.text)
    assert found is not None
    return found.group()


def wait_for_answer(cast: Cast, code: str, title: str) -> Page:
    """Type the code until the public page says what is expected."""

    def look() -> Page | None:
        page = cast.stranger.verify(code)
        return page if title in page.title else None

    return wait_for(look, f"the public page to say {title}")


def wait_for_another_code(cast: Cast, request_id: str, old: str) -> str:
    """The code of the version that came in another one's place."""

    def look() -> str | None:
        _page, code = cast.citizen.read_certificate(request_id)
        return code if code != old else None

    return wait_for(look, "another version on the holder's page")


def order(cast: Cast, request_id: str, kind: str, answers: dict[str, str]) -> None:
    """One of the staff asks, the signatory confirms."""
    file = f"/staff/certificates/{request_id}"
    cast.officer.take_step(f"{file}/life/{kind}", {"reason": REASON, **answers}, then=file)
    cast.signatory.come_to_work()
    cast.signatory.visitor.open(f"{file}/life/confirm")
    if cast.signatory.visitor.page.path == "/staff/confirm":
        cast.signatory.visitor.submit({"password": cast.signatory.account.password})
    cast.signatory.take_step(f"{file}/life/confirm", {"approved": ["yes"]}, then=file)


def test_correction_duplicate_suspension_and_revocation_are_seen_by_everybody(
    casting: Casting, chance: random.Random, assets: Assets
) -> None:
    journey = issued(casting, chance)
    public = words(assets, "verification")
    second = correct(journey, public)
    mails = words(assets, "notifications")
    journey.cast.citizen.mailbox.wait_for(mails.word("ar", "mail.E11.subject"))
    third = duplicate(journey, public, second)
    revoke(journey, public, [third, second, journey.code])
    told = journey.cast.citizen.mailbox.wait_for(mails.word("ar", "mail.E10.subject"))
    assert REASON not in told.text
    revoked = words(assets, "requests").word("ar", "status.revoked")
    space = wait_for(
        lambda: _if_says(journey.cast.citizen.visitor.open("/space"), revoked),
        "the private space to say that it is revoked",
    )
    assert f"/certificates/{journey.request_id}" in space.links


def correct(journey: Journey, public: Pages) -> str:
    """The holder tells of a mistake, the staff corrects it; returns the new version's code."""
    cast, request_id, first = journey.cast, journey.request_id, journey.code
    file, valid = f"/staff/certificates/{request_id}", public.word("ar", "answer.valid.title")
    cast.citizen.visitor.open(f"/certificates/{request_id}/mistake")
    cast.citizen.visitor.submit({"text": REASON})
    cast.officer.come_to_work()
    assert REASON in cast.officer.visitor.open(file).text
    cast.officer.take_step(f"{file}/correct", {"birth_place": NEW_PLACE}, then=file)
    carry_to_the_signature(cast, request_id)
    assert valid in cast.stranger.verify(first).title
    cast.signatory.sign(request_id)
    second = wait_for_another_code(cast, request_id, first)
    wait_for_answer(cast, second, valid)
    assert public.word("ar", "answer.superseded.correction.text") in cast.stranger.verify(first).text
    assert NEW_PLACE in cast.stranger.verify(second, cast.citizen.person.birth_date).text
    return second


def duplicate(journey: Journey, public: Pages, second: str) -> str:
    """The holder lost it; returns the duplicate's code."""
    cast, request_id = journey.cast, journey.request_id
    number = number_of(cast.stranger.verify(second))
    assert number != journey.number
    cast.citizen.visitor.open(f"/certificates/{request_id}/duplicate")
    cast.citizen.visitor.submit({"lost": ["yes"]})
    carry_to_the_signature(cast, request_id)
    cast.signatory.sign(request_id)
    third = wait_for_another_code(cast, request_id, second)
    page = wait_for_answer(cast, third, public.word("ar", "answer.valid.title"))
    assert number_of(page) == number
    assert public.word("ar", "answer.superseded.duplicate.text") in cast.stranger.verify(second).text
    return third


def revoke(journey: Journey, public: Pages, codes: Sequence[str]) -> None:
    """It is suspended, resumed, and revoked in all its versions."""
    cast, request_id = journey.cast, journey.request_id
    order(cast, request_id, "suspend", {})
    wait_for_answer(cast, codes[0], public.word("ar", "answer.suspended.title"))
    order(cast, request_id, "resume", {})
    wait_for_answer(cast, codes[0], public.word("ar", "answer.valid.title"))
    order(cast, request_id, "revoke", {"revocation": "forgery"})
    for code in codes:
        wait_for_answer(cast, code, public.word("ar", "answer.revoked.title"))


def _if_says(page: Page, word: str) -> Page | None:
    return page if word in page.text else None
