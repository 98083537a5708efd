"""The journey goes on though each service is killed with `kill -9` while its facts are under way."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from typing import Final

import pytest

from deploy.local.demo.casting import Casting
from deploy.local.demo.journey import Journey
from deploy.local.demo.people import Applicant, read_words
from deploy.local.demo.waiting import wait_for
from deploy.local.stack import Stack

RESTART_TIMEOUT_S: Final = 60.0
# Each is killed at the moment when it has just written, or is about to hear of what another wrote.
KILLED_AFTER: Final = {
    "opens a private space": ("identity", "notifications"),
    "asks for a certificate": ("requests",),
    "confirms the opinion": ("requests", "certificates"),
    "drafts the certificate": ("certificates",),
    "proves who they are, and signs": ("certificates", "verification"),
}


@pytest.fixture(scope="module")
def journey(platform: Stack) -> Iterator[Journey]:
    """A journey on which every service was killed at least once."""
    seeds = platform.folders.data / "seed"
    with Casting(platform.origin, platform.mail.web_url, seeds) as casting:
        person = Applicant.read("adult").somebody_new(random.SystemRandom())
        walked = Journey(casting.cast(person))
        for step in walked.steps():
            step.act()
            for service in KILLED_AFTER.get(step.what, ()):
                platform.services[service].child.kill()
            for service in KILLED_AFTER.get(step.what, ()):
                wait_until_ready(platform, service)
        yield walked


def wait_until_ready(platform: Stack, service: str) -> None:
    """Wait for the supervisor's restart."""
    process = platform.services[service]
    wait_for(lambda: process.is_ready() or None, f"{service} after its end", RESTART_TIMEOUT_S)


def test_every_service_was_killed() -> None:
    killed = {service for services in KILLED_AFTER.values() for service in services}
    assert killed == {"identity", "requests", "certificates", "notifications", "verification"}


def test_the_journey_ends_with_a_certificate_that_the_public_page_knows(journey: Journey) -> None:
    assert journey.pdf.startswith(b"%PDF-")
    assert journey.number in journey.answers["code"].text


def test_each_mail_came_and_none_came_under_two_ids(journey: Journey) -> None:
    words = read_words("ar")
    mails = journey.cast.citizen.mailbox.mails()
    # A crash between the server's yes and the note of it sends a mail again, under the same id.
    ids = {mail.message_id: mail.subject for mail in mails}
    counted = Counter(ids.values())
    assert {key: counted[words[key]] for key in ("E0", "E1", "E3")} == {"E0": 1, "E1": 1, "E3": 1}
