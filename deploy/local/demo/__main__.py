"""`python -m deploy.local.demo`: starts the platform where it doesn't run and walks the journey."""

from __future__ import annotations

import argparse
import random
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Final

import httpx

from deploy.local.demo.casting import Casting
from deploy.local.demo.errors import WalkFailedError
from deploy.local.demo.journey import Journey
from deploy.local.demo.papers import draw_picture
from deploy.local.demo.people import Applicant
from deploy.local.demo.telling import Teller
from deploy.local.demo.watching import EventWatch
from deploy.local.errors import LocalPlatformError
from deploy.local.folders import REPOSITORY, Folders, usual_folders
from deploy.local.progress import say
from deploy.local.running import Running, RunningFile
from deploy.local.stack import Stack

ENDING_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True)
class Wishes:
    """What was asked for on the command line.

    Args:
        folders: Where the platform lives.
        usual_ports: Prefer the usual ports over any free ones.
        stays: Whether a platform that the demo started goes on after the walk.
        out: Where certificate and picture are left.
    """

    folders: Folders
    usual_ports: bool
    stays: bool
    out: Path


@dataclass(frozen=True)
class Platform:
    """A platform that runs: its addresses, and whether it is ours to stop."""

    origin: str
    mail_url: str
    ours: bool


@contextmanager
def running_platform(wishes: Wishes) -> Iterator[Platform]:
    """The platform that runs already, else a new one that ends with the block."""
    running: Running | None = RunningFile(wishes.folders.run).find()
    if running is not None:
        say(f"Khadamaty already runs: {running.origin}")
        yield Platform(running.origin, running.mail_url, ours=False)
        return
    began = time.monotonic()
    stack = Stack(wishes.folders, usual_ports=wishes.usual_ports)
    try:
        say("Starting Khadamaty ...")
        stack.start()
        say(f"Ready in {time.monotonic() - began:.1f} s")
        yield Platform(stack.origin, stack.mail.web_url, ours=True)
    finally:
        for number in ENDING_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        say("\nStopping ...")
        stack.stop()
        say("Stopped.")


def walk(platform: Platform, wishes: Wishes) -> Journey:
    """Walk the journey of one new person, in Arabic, with the events beside it.

    Raises:
        WalkFailedError: A step failed; its name and its reason are told.
    """
    person = Applicant.read("adult").somebody_new(random.SystemRandom())
    teller = Teller()
    seed = wishes.folders.data / "seed"
    with (
        Casting(platform.origin, platform.mail_url, seed) as casting,
        EventWatch(wishes.folders.run, teller.passing),
    ):
        teller.head()
        journey = Journey(casting.cast(person))
        for step in journey.steps():
            try:
                teller.take(step)
            except (WalkFailedError, httpx.HTTPError) as failure:
                raise WalkFailedError(f"failed: {step.who} {step.what}: {failure}") from failure
    return journey


def leave_papers(journey: Journey, out: Path) -> None:
    """Leave the certificate and its picture."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "certificate.pdf").write_bytes(journey.pdf)
    draw_picture(journey.pdf, out / "certificate.png")


def tell_end(platform: Platform, journey: Journey, out: Path) -> None:
    """Say what is left to look at."""
    shown = out.relative_to(REPOSITORY) if out.is_relative_to(REPOSITORY) else out
    say(f"\nRequest {journey.reference} led to certificate {journey.number}.")
    say(f"  Certificate:       {shown}/certificate.pdf and {shown}/certificate.png")
    say(f"  Verification code: {journey.code}  (at {platform.origin}/verify)")
    say(f"  Mails:             {platform.mail_url}")
    say(f"  Portal:            {platform.origin}")


def demonstrate(wishes: Wishes) -> int:
    """Start, walk, tell, and stay where that is wished; return the exit code."""
    for number in ENDING_SIGNALS:
        signal.signal(number, _interrupt)
    try:
        with running_platform(wishes) as platform:
            journey = walk(platform, wishes)
            leave_papers(journey, wishes.out)
            tell_end(platform, journey, wishes.out)
            if platform.ours and wishes.stays:
                say("  Ctrl-C stops everything.")
                threading.Event().wait()
    except KeyboardInterrupt:
        return 0
    except LocalPlatformError as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    return 0


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> int:
    """Read the wishes and demonstrate."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local.demo", description=__doc__)
    parser.add_argument("--exit", action="store_true", help="stop after the walk what the demo started")
    parser.add_argument("--folder", type=Path, help="a platform of its own, on any free ports")
    parser.add_argument("--out", type=Path, default=REPOSITORY / "out", help="where the certificate is left")
    given = parser.parse_args()
    folders = Folders(given.folder.resolve()) if given.folder else usual_folders()
    stays = sys.stdin.isatty() and not given.exit
    return demonstrate(Wishes(folders, given.folder is None, stays, given.out.resolve()))


if __name__ == "__main__":
    sys.exit(main())
