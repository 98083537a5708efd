"""Another ministry's engineer with the kit's commands, on the whole platform."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from deploy.local.folders import REPOSITORY
from deploy.local.stack import Stack

PATIENCE_S: Final = 120.0
TIMEOUT_S: Final = 600.0
PURPOSE: Final = "fare-reduction"

_KIT: Final = (sys.executable, "-m", "examples.partner")


@dataclass(frozen=True)
class Done:
    """A command that ended."""

    code: int
    out: str


@dataclass(frozen=True)
class Kit:
    """The kit's commands with one folder."""

    folder: Path

    def run(self, *words: str) -> Done:
        """Run a command to its end; what it complains of is shown by pytest."""
        done = subprocess.run(
            [*_KIT, "--folder", str(self.folder), *words],
            cwd=REPOSITORY,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        return Done(done.returncode, done.stdout)

    def stored(self) -> dict[str, list[str]]:
        """The stored facts: the words of each line by its id."""
        return {line.split()[0]: line.split() for line in self.run("stored").out.splitlines()}

    @contextmanager
    def receiving(self) -> Iterator[str]:
        """Receive webhooks until the block ends; tells the address."""
        command = [*_KIT, "--folder", str(self.folder), "receive", "--port", "0"]
        process = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()
            process.communicate()


@pytest.fixture(scope="module")
def told(platform: Stack) -> str:
    """What the quickstart says, which also makes the first certificate where there's none."""
    root = platform.folders.root
    done = subprocess.run(
        [*_KIT, "quickstart", "--platform", str(root)],
        cwd=REPOSITORY,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def kit(told: str) -> Kit:
    """The kit as the quickstart left it: registered, admitted, with events."""
    found = re.search(r"settings, keys and events are in (.+)", told)
    assert found is not None
    return Kit(Path(found[1]))


@pytest.fixture
def emptied(kit: Kit) -> Kit:
    """The same kit after a loss of all that it had stored."""
    for file in kit.folder.glob("events.sqlite3*"):
        file.unlink()
    return kit


def wait_until(holds: Callable[[], bool]) -> bool:
    deadline_s = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > deadline_s:
            return False
        time.sleep(0.2)
    return True


def test_the_quickstart_comes_to_a_verified_webhook_and_event(told: str, kit: Kit) -> None:
    for step in (
        "gets a token by its signed assertion",
        "receives the first webhook, checks its signature, stores it",
        "receives the same event from Kafka, in a group of its own",
        "finds it in the public issuance log, below a signed head",
        "reconciles with the feed",
        "is valid, as of",
    ):
        assert step in told
    # The one event that the quickstart waited for came by all three ways.
    assert any(words[-1] == "feed,kafka,webhook" for words in kit.stored().values())


def test_the_kits_files_are_for_its_user_alone(kit: Kit) -> None:
    secret = ("private-key.pem", "webhook-secrets", "kafka-password", "partner.json")
    assert {(kit.folder / name).stat().st_mode & 0o777 for name in secret} == {0o600}


def test_a_token_says_what_it_is_good_for_and_is_shown_only_when_asked(kit: Kit) -> None:
    said = kit.run("token").out
    assert said.split(": ")[1].split() == ["certificates.events", "certificates.status"]
    assert "ey" not in said
    assert kit.run("token", "--show").out.count(".") == 2


def test_what_was_lost_is_told_once_and_mended_from_the_feed(emptied: Kit) -> None:
    mended = emptied.run("reconcile")
    assert mended.code == 0
    count = int(mended.out.split()[0])
    assert count >= 1
    assert f"{count} were missing here" in mended.out
    assert "0 were missing here" in emptied.run("reconcile").out
    assert len(emptied.stored()) == count


def test_kafka_is_followed_from_a_date_and_then_from_where_the_group_is(emptied: Kit) -> None:
    assert emptied.run("follow", "--from", "2020-01-01", "--until-end").code == 0
    first = emptied.stored()
    assert first
    assert emptied.run("reconcile").out.count("0 were missing here") == 1
    # The group stands at the end: nothing comes a second time.
    assert "known" not in emptied.run("follow", "--until-end").out
    assert emptied.run("follow", "--from", "2100-01-01", "--until-end").out == ""


def test_webhooks_bring_everything_from_a_date_on(emptied: Kit) -> None:
    with emptied.receiving() as url:
        made = emptied.run("subscribe", url, "--from", "2020-01-01", "--mode", "batch")
        assert made.code == 0
        assert "secret" not in json.loads(made.out)
        assert wait_until(lambda: bool(emptied.stored()))
        webhook_id = json.loads(made.out)["id"]
        assert emptied.run("unsubscribe", webhook_id).code == 0
    assert "0 were missing here" in emptied.run("reconcile").out


def test_an_address_that_was_not_registered_is_refused_and_told(kit: Kit) -> None:
    assert kit.run("subscribe", "https://elsewhere.example/").code == 2


def test_each_event_is_in_the_public_log(kit: Kit) -> None:
    kit.run("reconcile")
    fact_id, words = next(iter(kit.stored().items()))
    proved = kit.run("prove", fact_id)
    assert proved.code == 0
    assert proved.out.startswith(f"{words[1]}, version 1, valid: entry ")
    assert kit.run("prove", "not-an-event").code == 2


def test_statuses_are_asked_for_one_and_for_many(kit: Kit, tmp_path: Path) -> None:
    kit.run("reconcile")
    number = next(iter(kit.stored().values()))[1]
    one = kit.run("status", "--purpose", PURPOSE, number)
    assert json.loads(one.out)["status"] == "valid"
    many = tmp_path / "numbers.txt"
    many.write_text("\n".join([number, *(f"1999/{each:06d}" for each in range(1200))]))
    asked = kit.run("status", "--purpose", PURPOSE, "--file", str(many))
    told = [json.loads(line) for line in asked.out.splitlines()]
    assert [each["status"] for each in told] == ["valid", *["unknown"] * 1200]
    assert all(each["as_of"] for each in told)
    assert kit.run("status", "--purpose", "another-reason", number).code == 2


def test_the_receiver_conforms_and_the_command_says_so(kit: Kit) -> None:
    made = kit.run("conform", "http://127.0.0.1:1/")
    assert (made.code, "test secret" in made.out) == (2, True)
    own = Kit(kit.folder / "conformance")
    stored = " ".join([*_KIT, "--folder", str(own.folder), "stored"])
    with own.receiving() as url:
        conforming = kit.run("conform", url, "--stored", stored)
    assert (conforming.code, conforming.out.splitlines()[-1]) == (0, "26 of 26 right")
    # Nobody listens there any more.
    assert kit.run("conform", url).code == 1
