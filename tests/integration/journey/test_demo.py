"""The demonstration, as `make demo` runs it, on a platform that runs already."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from deploy.local.demo.__main__ import Platform, Wishes, walk
from deploy.local.demo.errors import WalkFailedError
from deploy.local.folders import REPOSITORY
from deploy.local.ports import choose_port
from deploy.local.stack import Stack

TIMEOUT_S: Final = 120


def test_it_leaves_the_certificate_and_shows_steps_and_events(platform: Stack, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "deploy.local.demo", "--folder", str(platform.folders.root)]
    done = subprocess.run(
        [*command, "--out", str(tmp_path)],
        cwd=REPOSITORY,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "certificate.pdf").read_bytes().startswith(b"%PDF-")
    assert (tmp_path / "certificate.png").read_bytes().startswith(b"\x89PNG")
    for step_or_event in ("signatory   proves who they are, and signs", "CertificateIssued", platform.origin):
        assert step_or_event in done.stdout


def test_a_step_that_fails_is_named_with_its_reason(platform: Stack, tmp_path: Path) -> None:
    mail_url = f"http://127.0.0.1:{choose_port()}/"
    wishes = Wishes(platform.folders, usual_ports=False, stays=False, out=tmp_path)
    with pytest.raises(WalkFailedError, match="failed: citizen logs in with the mailed code"):
        walk(Platform(platform.origin, mail_url, ours=False), wishes)
