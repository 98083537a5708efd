"""In front of the application a check is answered in the application's own bytes, or not at all."""

from __future__ import annotations

import json
import random
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import pytest

from libs.chassis.web.front import Desk
from libs.contracts.certificates import CertificateStatus, SupersededBy
from libs.contracts.code import code_hash, code_of, format_code
from services.verification import api, pages
from services.verification.adapters.misses import MOST
from services.verification.api.front import ChecksFront
from services.verification.domain.typed import key_of
from tests.support.raw_http import answers, posted, served
from tests.support.verifying import CODE, OTHER_CODE, PAGES, UNKNOWN_CODE, Verifying, verifying, version
from tests.support.visitors import build_site, probe_settings

PATH = "/api/verification/v1/checks"
TYPED = format_code(CODE)
VARYING = re.compile(rb'(?:date|x-request-id): [^\r]*\r\n|"request_id":"[^"]*"')
SIMPLE = {"code": TYPED}


@dataclass
class Pair:
    """The same application twice: with a desk in front of it and without."""

    service: Verifying
    front: CountingFront
    fronted: int
    bare: int

    async def agree(self, *pieces: bytes, count: int = 1) -> bytes:
        """Ask both and compare; what both said."""
        one = await answers(self.fronted, pieces, count)
        other = await answers(self.bare, pieces, count)
        assert [VARYING.sub(b"", answer) for answer in one] == [VARYING.sub(b"", answer) for answer in other]
        return one[-1]


class CountingFront(ChecksFront):
    """Counts what it answered."""

    answered = 0

    def answer(self, body: bytes, network: str) -> bytes | None:
        told = super().answer(body, network)
        self.answered += told is not None
        return told


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    service = await verifying()
    superseded = {"status": CertificateStatus.SUPERSEDED, "superseded_by": SupersededBy.CORRECTION}
    await service.know(version(), version(OTHER_CODE, changed_at=service.clock.now(), **superseded))
    settings = probe_settings(public_origin="https://khadamaty.example.ma")
    site = build_site(
        pages.router, api.router, settings=settings, translate=PAGES.word, on_error=PAGES.on_error
    )
    site.app.state.deps, site.app.state.pages = service.deps, PAGES
    front = CountingFront(service.deps)
    async with served(site.app, Desk(front, https=True)) as fronted, served(site.app) as bare:
        yield Pair(service, front, fronted, bare)


def asked(body: object, headers: Sequence[tuple[str, str]] = ()) -> bytes:
    return posted(PATH, body if isinstance(body, bytes) else json.dumps(body).encode(), headers)


def typed_at_random(count: int) -> list[str]:
    """Known, unknown and spoiled codes, as people and machines may send them."""
    drawn = random.Random(5)  # noqa: S311 - the same codes each time
    codes = []
    for _ in range(count):
        text = list(drawn.choice([TYPED, format_code(OTHER_CODE), format_code(code_of(drawn.randbytes(10)))]))
        for _ in range(drawn.choice([0, 0, 1, 1, 2, 20])):
            text[drawn.randrange(len(text))] = drawn.choice('0BIOLU8us-+_ \\"\t٣é~\x7f/')
        codes.append("".join(text))
    return codes


@pytest.mark.parametrize("code", [CODE, OTHER_CODE, UNKNOWN_CODE])
async def test_a_simple_question_is_answered_in_front_in_the_same_bytes(pair: Pair, code: str) -> None:
    answer = await pair.agree(asked({"code": format_code(code)}))
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert pair.front.answered == 1


async def test_many_codes_are_answered_alike(pair: Pair) -> None:
    for place, typed in enumerate(typed_at_random(150)):
        network = ("X-Forwarded-For", f"192.0.2.{place}")
        await pair.agree(asked({"code": typed}, [network]))
    assert pair.front.answered > 50


@pytest.mark.parametrize(
    "body",
    [
        b'{"code":"%s"}' % TYPED.encode(),
        b' {\n"code" :\t"%s" }\r\n' % TYPED.encode(),
        b'{"code":"%s","birth_date":"1994-03-08"}' % TYPED.encode(),
        b'{"code":"%s","birth_date":"1994-03-09"}' % TYPED.encode(),
        b'{"code":"%s","code":"%s"}' % (TYPED.encode(), UNKNOWN_CODE.encode()),
        b'{"code":"\\u0030%s"}' % TYPED[1:].encode(),
        b'{"code":""}',
        b'{"code":"%s"}' % (b"A" * 100),
        b'{"code":"%s"}' % (b"A" * 101),
        b'{"code":"%s"}' % (b"A" * 3000),
        b'{"code":7}',
        b'{"code":"%s"}}' % TYPED.encode(),
        b'{"code":"%s"' % TYPED.encode(),
        b'\xef\xbb\xbf{"code":"%s"}' % TYPED.encode(),
        b'["code"]',
        b"",
        b"\xff\xfe",
        '{"code":"٠١٢٣"}'.encode(),
        json.dumps({"code": TYPED}).encode("utf-16"),
    ],
)
async def test_whatever_the_body_both_say_the_same(pair: Pair, body: bytes) -> None:
    await pair.agree(asked(body))


@pytest.mark.parametrize(
    "headers",
    [
        [("X-Request-Id", "0123456789abcdef")],
        [("X-Request-Id", "an id with blanks")],
        [("Traceparent", "00-" + "a" * 32 + "-" + "b" * 16 + "-01")],
        [("Origin", "https://elsewhere.example"), ("Sec-Fetch-Site", "cross-site")],
        [("Cookie", "__Host-session=x; lang=fr")],
        [("Authorization", "Bearer x")],
        [("Accept-Language", "fr")],
        [("Accept", "text/html")],
        [("Content-Type", "application/json; charset=utf-8")],
        [("Content-Type", "text/plain")],
        [("Content-Type", "application/x-www-form-urlencoded")],
        [("X-Forwarded-For", "2001:db8::7")],
        [("X-Forwarded-For", "192.0.2.1, 192.0.2.2")],
        [("X-Forwarded-For", "192.0.2.1:4444")],
        [("X-Forwarded-For", "nobody")],
        [("X-Forwarded-For", "")],
        [("Connection", "close")],
        [("X-Twice", "1"), ("X-Twice", "2")],
    ],
)
async def test_whatever_the_headers_both_say_the_same(pair: Pair, headers: list[tuple[str, str]]) -> None:
    await pair.agree(asked(SIMPLE, headers))


async def test_an_id_that_came_goes_back(pair: Pair) -> None:
    (answer,) = await answers(pair.fronted, [asked(SIMPLE, [("X-Request-Id", "from-the-gateway")])])
    assert b"\r\nx-request-id: from-the-gateway\r\n" in answer
    assert pair.front.answered == 1


@pytest.mark.parametrize(
    "request_line",
    [f"GET {PATH}", f"PUT {PATH}", f"DELETE {PATH}", f"POST {PATH}?lang=fr", f"POST {PATH}/"],
)
async def test_other_methods_and_paths_are_the_applications(pair: Pair, request_line: str) -> None:
    await pair.agree(asked(SIMPLE).replace(f"POST {PATH}".encode(), request_line.encode()))
    assert pair.front.answered == 0


async def test_a_question_may_come_in_pieces_and_several_at_once(pair: Pair) -> None:
    whole = asked(SIMPLE)
    await pair.agree(whole[:20], whole[20:-10], whole[-10:-3], whole[-3:])
    assert pair.front.answered == 1
    slow = whole.replace(f"POST {PATH}".encode(), f"POST {PATH}?x".encode())
    await pair.agree(whole + slow + whole + whole + slow, count=5)


@pytest.mark.parametrize("stale", [True, False])
async def test_when_nobody_can_say_both_say_that(pair: Pair, *, stale: bool) -> None:
    if stale:
        pair.service.freshness.behind_s = None
    else:
        pair.service.memory.doubted.add(key_of(code_hash(CODE)))
    answer = await pair.agree(asked(SIMPLE))
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b"/problems/cannot-say-now" in answer
    assert b"retry-after: 5" in answer


async def test_a_known_code_and_an_unknown_one_are_answered_at_the_same_length_with_the_same_keys(
    pair: Pair,
) -> None:
    asking = (asked({"code": format_code(code)}) for code in (CODE, UNKNOWN_CODE))
    known, unknown = [VARYING.sub(b"", (await answers(pair.fronted, [each]))[0]) for each in asking]
    assert len(known) == len(unknown)
    told = [json.loads(each.partition(b"\r\n\r\n")[2]) for each in (known, unknown)]
    assert list(told[0]) == list(told[1])


async def test_the_limit_of_wrong_codes_holds_in_front_too(pair: Pair) -> None:
    for _ in range(MOST):
        await answers(pair.fronted, [asked({"code": "nonsense"})])
    answer = await pair.agree(asked(SIMPLE))
    assert answer.startswith(b"HTTP/1.1 429 ")
    assert pair.front.answered == MOST
