"""Nobody's name, number, address or birth place is left in a log, in a Kafka record or in a metric."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Final

import httpx
import pytest

from deploy.local.demo.casting import Casting
from deploy.local.demo.journey import Journey
from deploy.local.demo.people import Applicant
from deploy.local.stack import Stack

# Letters of the alphabets in an order that no word has.
ARABIC: Final = "\N{ARABIC LETTER GHAIN}\N{ARABIC LETTER ZAH}\N{ARABIC LETTER DAD}\N{ARABIC LETTER THAL}"
LEAST_LOGS: Final = 9


@pytest.fixture(scope="module")
def canaries(platform: Stack) -> list[bytes]:
    """What was planted, after a whole journey with it."""
    known = Applicant.read("adult").somebody_new(random.SystemRandom())
    person = replace(
        known,
        arabic_family_name=f"{ARABIC}\N{ARABIC LETTER QAF}",
        arabic_given_name=f"{ARABIC}\N{ARABIC LETTER KAF}",
        latin_family_name="Qzxfamily",
        latin_given_name="Qzxgiven",
        birth_place=f"{ARABIC}\N{ARABIC LETTER LAM}",
        email=f"qzxmail-{known.printed_number.lower()}@example.ma",
    )
    seeds = platform.folders.data / "seed"
    with Casting(platform.origin, platform.mail.web_url, seeds) as casting:
        journey = Journey(casting.cast(person))
        for step in journey.steps():
            step.act()
    planted = [
        person.arabic_family_name,
        person.arabic_given_name,
        person.latin_family_name,
        person.latin_given_name,
        person.birth_place,
        person.email,
        person.printed_number,
        person.number,
        person.chosen_code,
        journey.code,
        journey.code.replace("-", ""),
        journey.qr_address.rpartition("#")[2],
        "1983-08-05",
    ]
    return [text.encode() for text in planted]


def traces(files: list[Path], canaries: list[bytes]) -> dict[str, list[str]]:
    """The canaries in each file, also as JSON escapes them."""
    found = {}
    for file in files:
        content = file.read_bytes().lower()
        told = [canary.decode() for canary in canaries if _is_in(content, canary)]
        if told:
            found[file.name] = told
    return found


def _is_in(content: bytes, canary: bytes) -> bool:
    escaped = canary.decode().encode("unicode_escape")
    return canary.lower() in content or escaped.lower() in content


def test_no_log_has_a_trace(platform: Stack, canaries: list[bytes]) -> None:
    logs = [file for file in platform.folders.log.rglob("*") if file.is_file()]
    assert len(logs) >= LEAST_LOGS
    assert traces(logs, canaries) == {}


def test_no_kafka_record_has_a_trace_in_clear(platform: Stack, canaries: list[bytes]) -> None:
    segments = [file for file in (platform.folders.data / "kafka").rglob("*.log") if file.stat().st_size]
    assert any(b"RequestApproved" in file.read_bytes() for file in segments)
    assert traces(segments, canaries) == {}


def test_no_metric_has_a_trace(platform: Stack, canaries: list[bytes]) -> None:
    for name, port in platform.service_ports.items():
        shown = httpx.get(f"http://127.0.0.1:{port}/metrics").raise_for_status().content
        assert shown, name
        assert [canary for canary in canaries if _is_in(shown.lower(), canary)] == []


def test_a_planted_trace_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "plain.log").write_bytes(b'{"who": "QZX"}')
    (tmp_path / "escaped.log").write_text(ascii(ARABIC), encoding="utf-8")
    found = traces(sorted(tmp_path.iterdir()), [b"qzx", ARABIC.encode()])
    assert found == {"plain.log": ["qzx"], "escaped.log": [ARABIC]}
