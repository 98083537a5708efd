"""Scenarios of the domain digest, section 5, over HTTP on the whole platform."""

from __future__ import annotations

import random
import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from deploy.local.demo.casting import Bring, Casting
from deploy.local.demo.citizen import Citizen, read_receipt
from deploy.local.demo.journey import Journey
from deploy.local.demo.mailbox import Mailbox
from deploy.local.demo.page import Page
from deploy.local.demo.people import Applicant, read_words
from libs.chassis.ids import new_id
from tests.support.certificate_pdf import read_texts, squeezed

DOUBLE_CLICK_S = 0.2
CONFLICT = 409


def entered(casting: Casting, person: Applicant, bring: Bring | None = None) -> Citizen:
    """Somebody in their private space."""
    citizen = casting.citizen(person, bring)
    citizen.register()
    citizen.enter_for_the_first_time()
    return citizen


def test_scenario_1_a_minors_certificate_prints_the_birth_certificate(
    casting: Casting, chance: random.Random
) -> None:
    salma = Applicant.read("minor").somebody_new(chance)
    journey = Journey(casting.cast(salma))
    for step in journey.steps():
        step.act()
    for text in read_texts(journey.pdf):
        assert squeezed(read_words("ar")["birth certificate"]) in text
        assert salma.printed_number in text
        assert squeezed(read_words("ar")["cin"]) not in text


def test_scenario_2_a_number_registered_twice_stays_one_account(
    casting: Casting, chance: random.Random
) -> None:
    brahim = Applicant.read("adult").somebody_new(chance)
    first = casting.citizen(brahim)
    neutral = first.register()
    first.read_mail("E0")
    second = casting.citizen(replace(brahim, number=brahim.number.upper(), email=f"second-{brahim.email}"))
    again = second.register()
    assert again.text == neutral.text
    first.read_mail("repeated")
    assert [mail.subject for mail in second.mailbox.mails()] == []
    first.enter_for_the_first_time()


def test_scenario_7_a_double_click_is_one_request_and_a_third_is_refused(
    casting: Casting, chance: random.Random
) -> None:
    person = Applicant.read("adult").somebody_new(chance)
    visitor = casting.visitor()
    citizen = entered(casting, person, lambda: visitor)
    form = citizen.open_form()
    answers = {"centre": person.centre}

    def click_after(pause_s: float) -> str:
        time.sleep(pause_s)
        return visitor.post(form, answers).headers["location"]

    with ThreadPoolExecutor(2) as fingers:
        receipts = list(fingers.map(click_after, (0.0, DOUBLE_CLICK_S)))
    assert receipts[0] == receipts[1]
    references = {read_receipt(visitor.open(address))[1] for address in receipts}
    assert len(references) == 1
    refused = visitor.post(form, {**answers, "token": new_id()})
    assert refused.status_code == CONFLICT
    assert references.pop() in refused.text
    citizen.read_mail("E1")
    subjects = [mail.subject for mail in Mailbox(casting.mail_url, person.email).mails()]
    assert subjects.count(read_words("ar")["E1"]) == 1


def test_scenario_10_a_birth_date_that_differs_finds_no_file_and_discloses_nothing(
    casting: Casting, chance: random.Random
) -> None:
    karim = Applicant.read("mistyped")
    citizen = entered(casting, karim)
    request_id, _reference = citizen.ask()
    citizen.read_mail("E1")
    subjects = [mail.subject for mail in citizen.mailbox.mails()]
    assert read_words("ar")["E2"] not in subjects
    nobody = entered(casting, Applicant.read("adult").somebody_new(chance))
    other_id, _other = nobody.ask()
    nobody.read_mail("E1")
    assert without_numbers(citizen.look_at(request_id)) == without_numbers(nobody.look_at(other_id))


def without_numbers(page: Page) -> str:
    """What a page says, references, days and times left out."""
    return re.sub(r"[0-9]+", "#", page.text)
