"""The ways that don't lead straight to a certificate, over HTTP on the whole platform."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from deploy.local.demo.casting import Casting
from deploy.local.demo.journey import Cast, Journey
from deploy.local.demo.page import Page
from deploy.local.demo.papers import medical_file
from deploy.local.demo.people import Applicant
from deploy.local.demo.waiting import wait_for
from libs.ui.assets import Assets
from libs.ui.pages import Pages

REASON = "The birth place was read wrongly."


def words(assets: Assets, package: str) -> Pages:
    return Pages(f"services.{package}", assets)


def journey_of(casting: Casting, chance: random.Random) -> Journey:
    return Journey(casting.cast(Applicant.read("adult").somebody_new(chance)))


def walk_until(journey: Journey, last: str) -> None:
    """Walk the journey up to and with one step."""
    for step in journey.steps():
        step.act()
        if step.what == last:
            return


def wait_for_text(cast: Cast, request_id: str, text: str) -> Page:
    """Wait until the applicant reads a text on the page of the request."""

    def look() -> Page | None:
        page = cast.citizen.look_at(request_id)
        return page if text in page.text else None

    return wait_for(look, f"the page of the request to say {text}")


def withdraw(cast: Cast, request_id: str) -> Page:
    cast.citizen.visitor.open(f"/requests/{request_id}/withdraw")
    return cast.citizen.visitor.submit({"sure": ["yes"]})


def staff_options(page: Page, address: str) -> bool:
    return any(link.startswith(address) for link in page.links)


def test_missing_pieces_are_asked_for_once_and_a_refusal_tells_its_reason_and_the_appeal(
    casting: Casting, chance: random.Random, assets: Assets
) -> None:
    journey = journey_of(casting, chance)
    cast, mails = journey.cast, words(assets, "notifications")
    walk_until(journey, "checks the quality")
    file = f"/staff/requests/{journey.request_id}"
    pieces: Sequence[str] = ["photos", "medical_report"]
    cast.agent.act(journey.request_id, "completion", {"pieces": list(pieces)})
    mail = cast.citizen.mailbox.wait_for(mails.word("ar", "mail.E4.subject"))
    for piece in pieces:
        assert words(assets, "requests").word("ar", f"piece.{piece}") in mail.text
    cast.agent.act(journey.request_id, "completed", {})
    cast.citizen.mailbox.wait_for(mails.word("ar", "mail.E5.subject"))
    cast.agent.scan(journey.request_id, medical_file())
    cast.agent.finish_entry(journey.request_id)
    assert not staff_options(cast.agent.visitor.open(file), f"{file}/completion")
    cast.head.act(journey.request_id, "refuse", {"reason": "criteria_not_met", "text": REASON})
    told = cast.citizen.mailbox.wait_for(mails.word("ar", "mail.E6.subject"))
    assert REASON not in told.text
    page = wait_for_text(cast, journey.request_id, REASON)
    assert words(assets, "requests").word("ar", "refusal.appeal.title") in page.text


def test_a_returned_certificate_is_drafted_again_and_issued(casting: Casting, chance: random.Random) -> None:
    journey = journey_of(casting, chance)
    cast = journey.cast
    walk_until(journey, "drafts the certificate")
    file = f"/staff/certificates/{journey.request_id}"
    cast.controller.take_step(f"{file}/return", {"reason": REASON}, then=file)
    cast.officer.draft(journey.request_id)
    for step in journey.steps()[12:]:
        step.act()
    assert journey.number
    assert journey.pdf.startswith(b"%PDF-")


def test_a_request_is_withdrawn_before_the_certificate_is_prepared_and_while_it_is(
    casting: Casting, chance: random.Random, assets: Assets
) -> None:
    subject = words(assets, "notifications").word("ar", "mail.E8.subject")
    early = journey_of(casting, chance)
    walk_until(early, "registers the deposit")
    withdraw(early.cast, early.request_id)
    early.cast.citizen.mailbox.wait_for(subject)
    late = journey_of(casting, chance)
    walk_until(late, "drafts the certificate")
    withdraw(late.cast, late.request_id)
    late.cast.citizen.mailbox.wait_for(subject)
    again, _reference = late.cast.citizen.ask()
    assert again != late.request_id


def test_a_known_file_needs_no_deposit(casting: Casting, assets: Assets) -> None:
    """The data bank holds this person's file: mail E2, and straight to the check of stage 2."""
    banked = replace(
        Applicant.read("adult"), number="ZZ200001", birth_date=date(1980, 2, 1), email="banked@example.ma"
    )
    citizen = casting.citizen(banked)
    citizen.register()
    citizen.enter_for_the_first_time()
    request_id, _reference = citizen.ask()
    citizen.read_mail("E2")
    stage = words(assets, "requests").word("ar", "stage.2")
    assert stage in citizen.look_at(request_id).text


def test_the_desk_files_for_a_person_with_an_account(casting: Casting, chance: random.Random) -> None:
    citizen = casting.citizen(Applicant.read("adult").somebody_new(chance))
    citizen.register()
    citizen.enter_for_the_first_time()
    citizen.open_form()
    agent = casting.cast(citizen.person).agent
    agent.come_to_work()
    agent.visitor.open("/staff/requests/new")
    person = citizen.person
    agent.visitor.submit({"number": person.number, "born_on": person.birth_date})
    page = agent.visitor.submit({"centre": person.centre})
    assert page.path.startswith("/staff/requests/")
    assert page.errors == []
    citizen.read_mail("E1")
