"""The command: fetches, checks without a network, tells in three languages, ends with the reason's code."""

from __future__ import annotations

import io
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import qrcode

from khadamaty_verify import Reason
from khadamaty_verify.command import EXIT_CODES, FETCH_FAILED, UNUSABLE, main
from khadamaty_verify.telling import LANGUAGES, as_json, in_words
from khadamaty_verify.verdict import Verdict
from services.verification.domain.status_list import ListStatus
from tests.support.ministry import CLAIMS, Ministry
from tests.support.publishing import Published, serving
from tests.support.tree import text_of


@pytest.fixture
def ministry() -> Ministry:
    ministry = Ministry()
    ministry.bits.note(CLAIMS.status_index, ListStatus.VALID)
    return ministry


@pytest.fixture
def published(ministry: Ministry) -> Iterator[Published]:
    with serving() as published:
        published.publish(ministry, dict(ministry.tokens(datetime.now(UTC))))
        yield published


@pytest.fixture
def data(published: Published, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    folder = str(tmp_path / "data")
    assert main(["fetch", published.origin, "--data", folder, "--lang", "en"]) == 0
    assert "/status-lists/0: new, " in capsys.readouterr().out
    return folder


def test_a_valid_code_ends_with_zero_and_says_as_of_when(
    data: str, ministry: Ministry, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", ministry.code(), "--data", data, "--lang", "en"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("Genuine and in force\n")
    assert "2026/000123" in told
    assert re.search(r"As of \d{4}-\d\d-\d\d \d\d:\d\d UTC\.", told)


@pytest.mark.parametrize(("lang", "title"), [("ar", "شهادة أصلية وسارية"), ("fr", "Attestation authentique")])
def test_it_speaks_arabic_and_french(
    data: str, ministry: Ministry, capsys: pytest.CaptureFixture[str], lang: str, title: str
) -> None:
    assert main(["check", ministry.code(), "--data", data, "--lang", lang]) == 0
    assert capsys.readouterr().out.startswith(title)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_its_words_and_its_exit_code(lang: str, reason: Reason) -> None:
    title, text = in_words(Verdict(reason), lang).splitlines()
    assert title
    assert text.endswith((".", "؟"))
    assert json.loads(as_json(Verdict(reason)))["reason"] == reason.value
    assert (EXIT_CODES[reason] == 0) is (reason is Reason.VALID)


def test_exit_codes_differ_and_are_those_of_the_document() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| .* \| (\d+) \|$", text_of("docs/verifying.md"), re.MULTILINE)
    assert {Reason(name): int(code) for name, code in rows} == dict(EXIT_CODES)
    assert len(set(EXIT_CODES.values())) == len(Reason)


def test_json_tells_everything_one_object_a_line(
    data: str, ministry: Ministry, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{ministry.code()}\n\nHTTPS://X/V#12\n"))
    assert main(["check", "-", "--json", "--data", data]) == EXIT_CODES[Reason.MALFORMED]
    good, bad = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (good["reason"], good["valid"], good["claims"]["number"]) == ("valid", True, "2026/000123")
    assert good["claims"]["valid_until"] == "2031-11-19"
    assert (bad["reason"], bad["valid"], bad["claims"], bad["as_of"]) == ("malformed", False, None, None)


def test_checking_opens_no_connection(data: str, ministry: Ministry, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a connection")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert main(["check", ministry.code(), "--data", data]) == 0


def test_a_picture_is_read(data: str, ministry: Ministry, tmp_path: Path) -> None:
    picture = tmp_path / "code.png"
    symbol = qrcode.make(ministry.code(), error_correction=qrcode.constants.ERROR_CORRECT_M)
    symbol.save(str(picture))
    assert main(["check", "--picture", str(picture), "--data", data]) == 0


@pytest.mark.parametrize(("content", "word"), [(b"no picture", "can't be read"), (None, "can't be read")])
def test_what_is_no_picture_is_told(
    data: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, word: str
) -> None:
    picture = tmp_path / "x.png"
    if content is not None:
        picture.write_bytes(content)
    assert main(["check", "--picture", str(picture), "--data", data, "--lang", "en"]) == UNUSABLE
    assert word in capsys.readouterr().err


def test_a_picture_without_a_reader_says_what_to_install(
    data: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "zxingcpp", None)
    assert main(["check", "--picture", "x.png", "--data", data, "--lang", "fr"]) == UNUSABLE
    assert "khadamaty-verify[pictures]" in capsys.readouterr().err


def test_before_the_first_fetch_it_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "1", "--data", str(tmp_path), "--lang", "en"]) == UNUSABLE
    assert "khadamaty-verify fetch" in capsys.readouterr().err


def test_a_folder_that_somebody_changed_is_not_believed(
    data: str, ministry: Ministry, capsys: pytest.CaptureFixture[str]
) -> None:
    token = Path(data, "lists", "0.cwt")
    token.write_bytes(Ministry(bits=ministry.bits).tokens()[0])
    assert main(["check", ministry.code(), "--data", data, "--lang", "en"]) == UNUSABLE
    assert "fetch it again" in capsys.readouterr().err


def test_a_fetch_that_fails_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["fetch", "http://handicap.example", "--data", str(tmp_path), "--lang", "en"]
    assert main(arguments) == FETCH_FAILED
    assert "not https" in capsys.readouterr().err


def test_it_runs_as_a_program(data: str, ministry: Ministry) -> None:
    environment = {**os.environ, "PYTHONPATH": "clients/verify", "PYTHONIOENCODING": "utf-8"}
    command = [
        sys.executable,
        "-m",
        "khadamaty_verify",
        "check",
        ministry.code(),
        "--data",
        data,
        "--lang",
        "fr",
    ]
    ran = subprocess.run(command, env=environment, capture_output=True, check=False, encoding="utf-8")
    assert ran.returncode == 0, ran.stderr
    assert "Attestation authentique" in ran.stdout


def test_the_library_needs_nothing_of_the_platform() -> None:
    check = (
        "import sys; import khadamaty_verify.command; "
        "print(sorted({name.partition('.')[0] for name in sys.modules} & {'libs', 'services', 'pydantic'}))"
    )
    environment = {**os.environ, "PYTHONPATH": "clients/verify"}
    ran = subprocess.run(
        [sys.executable, "-c", check], env=environment, capture_output=True, check=True, text=True
    )
    assert ran.stdout.strip() == "[]"
