"""Time-stamps: what a good one brings, what is refused, and an authority that is down."""

from __future__ import annotations

import asyncio
import base64
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest

from deploy.local.authority.__main__ import serve
from deploy.local.authority.ca import Authority, as_pem
from deploy.local.authority.clock import LocalClock
from libs.chassis.clock import Clock, FixedClock, SystemClock
from services.certificates.adapters.credentials import CLOCK_CHAIN, LISTS, SEAL_CHAIN, CredentialsFolder
from services.certificates.adapters.pdf import slot
from services.certificates.adapters.timestamps import HttpTimeStamps, TokenRefused, read_answer, request_for
from services.certificates.domain.version import Seal, SealLevel
from services.certificates.errors import TimeStampUnavailable
from tests.support.sealing import (
    Certified,
    ders,
    judged,
    judged_by_its_own_evidence,
    said_by_openssl,
    small_pdf,
)

NOW = datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True)
class House:
    """A local authority that answers, and a sealed file."""

    authority: Authority
    credentials: Path
    url: str
    pdf: bytes
    seal: Seal

    def time_stamps(self, clock: Clock | None = None, url: str | None = None) -> HttpTimeStamps:
        return HttpTimeStamps(url or self.url, CredentialsFolder(self.credentials), clock or SystemClock())


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    authority = Authority(folder / "authority", NOW)
    credentials = folder / "credentials"
    credentials.mkdir()
    certified = Certified.by(authority, NOW)
    (credentials / SEAL_CHAIN).write_text(as_pem(certified.chain))
    (credentials / CLOCK_CHAIN).write_text(as_pem(authority.clock_chain()))
    server = serve(folder / "authority", credentials, 0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    evidence = CredentialsFolder(credentials).current().evidence
    pdf = small_pdf(NOW, (list(evidence.certificates), list(evidence.lists)))
    seal = Seal("key-1", base64.b64encode(certified.cms(slot.digest(pdf))).decode(), SealLevel.BASELINE_B)
    yield House(authority, credentials, f"http://127.0.0.1:{server.server_address[1]}/", pdf, seal)
    server.shutdown()
    server.server_close()
    thread.join()


async def stamped(house: House) -> Seal:
    time_stamps = house.time_stamps()
    try:
        return await time_stamps.stamp(house.seal)
    finally:
        await time_stamps.close()


async def test_a_stamped_seal_is_of_the_next_level_and_covers_the_same_bytes(house: House) -> None:
    seal = await stamped(house)
    assert seal.level is SealLevel.BASELINE_LT
    filled = slot.fill(house.pdf, base64.b64decode(seal.cms))
    assert slot.digest(filled) == slot.digest(house.pdf)
    assert len(filled) == len(house.pdf)


@pytest.fixture(scope="module")
async def stamped_pdf(house: House) -> bytes:
    return slot.fill(house.pdf, base64.b64decode((await stamped(house)).cms))


def test_it_is_good_by_its_own_evidence_with_revocation_required(house: House, stamped_pdf: bytes) -> None:
    status = judged_by_its_own_evidence(stamped_pdf, house.authority.root.certificate)
    assert status.bottom_line
    assert status.timestamp_validity is not None
    assert status.timestamp_validity.valid
    assert status.timestamp_validity.trusted


def test_without_lists_revocation_cannot_be_told(house: House) -> None:
    certified = Certified.by(house.authority, NOW)
    bare = small_pdf(NOW, (ders(certified.chain), []))
    filled = slot.fill(bare, certified.cms(slot.digest(bare)))
    assert judged(filled, house.authority.root.certificate).bottom_line
    assert not judged_by_its_own_evidence(filled, house.authority.root.certificate).bottom_line


def test_openssl_takes_it_too(house: House, stamped_pdf: bytes, tmp_path: Path) -> None:
    assert said_by_openssl(stamped_pdf, house.authority.root.certificate, tmp_path)


def test_a_revoked_seal_is_found_in_the_lists(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "authority", NOW - timedelta(days=2))
    certified = Certified.by(authority, NOW - timedelta(days=1))
    authority.revoke(certified.chain[0], NOW - timedelta(hours=3))
    (tmp_path / SEAL_CHAIN).write_text(as_pem(certified.chain))
    (tmp_path / LISTS).write_text(as_pem(authority.lists(NOW)))
    credentials = CredentialsFolder(tmp_path).current()
    assert credentials.is_revoked(credentials.seal_chain[0])
    assert not credentials.is_revoked(credentials.seal_chain[1])
    assert credentials.are_current(NOW)
    assert not credentials.are_current(NOW + timedelta(days=8))


async def test_an_authority_that_is_down_is_told_as_what_may_pass(house: House) -> None:
    time_stamps = house.time_stamps(url="http://127.0.0.1:1/")
    with pytest.raises(TimeStampUnavailable):
        await time_stamps.stamp(house.seal)
    await time_stamps.close()


async def test_a_clock_that_is_far_off_is_not_believed(house: House) -> None:
    time_stamps = house.time_stamps(clock=FixedClock(SystemClock().now() + timedelta(minutes=10)))
    with pytest.raises(TimeStampUnavailable):
        await time_stamps.stamp(house.seal)
    await time_stamps.close()


async def test_an_answer_to_another_question_is_refused(house: House) -> None:
    clock = LocalClock(house.authority.clock, SystemClock().now)
    answer = clock.answer(request_for(bytes(32), 7))

    class Parrot(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Parrot) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        time_stamps = house.time_stamps(url=f"http://127.0.0.1:{server.server_address[1]}/")
        with pytest.raises(TimeStampUnavailable):
            await time_stamps.stamp(house.seal)
        await time_stamps.close()
        thread.join()


def test_a_stranger_s_token_is_refused(house: House, tmp_path: Path) -> None:
    stranger = Authority(tmp_path / "stranger", NOW)
    answer = LocalClock(stranger.clock, SystemClock().now).answer(request_for(bytes(32), 7))
    read_answer(answer, stranger.clock.certificate)
    with pytest.raises(TokenRefused):
        read_answer(answer, house.authority.clock.certificate)
    with pytest.raises(TokenRefused):
        read_answer(answer, house.authority.issuer.certificate)


def test_a_token_with_a_flipped_byte_is_refused(house: House) -> None:
    clock = LocalClock(house.authority.clock, SystemClock().now)
    answer = clock.answer(request_for(bytes(32), 7))
    at = answer.index(bytes(32))
    with pytest.raises(TokenRefused):
        read_answer(answer[:at] + b"\x01" + answer[at + 1 :], house.authority.clock.certificate)


@pytest.mark.parametrize("request_der", [b"", b"nonsense", bytes(5000)])
def test_the_local_clock_refuses_nonsense(house: House, request_der: bytes) -> None:
    answer = LocalClock(house.authority.clock, SystemClock().now).answer(request_der)
    with pytest.raises(TokenRefused):
        read_answer(answer, house.authority.clock.certificate)


async def test_openssl_reads_the_local_clock(house: House, tmp_path: Path) -> None:
    (tmp_path / "query").write_bytes(request_for(bytes(32), 7))
    async with httpx.AsyncClient(trust_env=False) as client:
        reply = await client.post(house.url, content=(tmp_path / "query").read_bytes())
    assert reply.headers["content-type"] == "application/timestamp-reply"
    (tmp_path / "reply").write_bytes(reply.content)
    (tmp_path / "root.pem").write_text(as_pem([house.authority.root.certificate]))
    (tmp_path / "above.pem").write_text(as_pem([house.authority.issuer.certificate]))
    files = ["-in", "reply", "-queryfile", "query", "-CAfile", "root.pem", "-untrusted", "above.pem"]
    said = await asyncio.to_thread(
        subprocess.run, ["openssl", "ts", "-verify", *files], cwd=tmp_path, capture_output=True, check=False
    )
    assert said.returncode == 0, said.stderr


async def test_a_seal_without_a_signature_gets_no_stamp(house: House) -> None:
    time_stamps = house.time_stamps()
    with pytest.raises(TimeStampUnavailable):
        await time_stamps.stamp(replace(house.seal, cms=""))
    await time_stamps.close()
