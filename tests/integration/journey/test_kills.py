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
from libs.contracts.topics import SERVICES

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
def first_pids(platform: Stack) -> dict[str, int | None]:
    """The process of each service before any of them was killed."""
    return {name: service.child.pid for name, service in platform.services.items()}


@pytest.fixture(scope="module")
def journey(platform: Stack, first_pids: dict[str, int | None]) -> Iterator[Journey]:
    """A journey on which every service was killed at least once."""
    seeds = platform.folders.data / "seed"
    with Casting(platform.origin, platform.mail.web_url, seeds) as casting:
        assert len(first_pids) == len(SERVICES)
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


def test_every_service_is_another_process_now(
    platform: Stack, first_pids: dict[str, int | None], journey: Journey
) -> None:
    assert journey.request_id
    same = [name for name, service in platform.services.items() if service.child.pid == first_pids[name]]
    assert same == []


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
