"""How certificates stand, asked by partners: who may ask, what is said, what counts and what is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import httpx
import pytest
import pytest_asyncio

from libs.contracts.certificates import CertificateStatus, SupersededBy
from libs.contracts.code import code_hash, format_code
from services.verification import api
from services.verification.domain.typed import key_of
from tests.support.partners import CLIENT, PURPOSE
from tests.support.verifying import (
    CODE,
    OTHER_CODE,
    PERSON,
    UNKNOWN_CODE,
    NotedUses,
    StoredNumbers,
    Verifying,
    verifying,
    version,
)
from tests.support.visitors import Site, build_site

ONE, BATCH = "/api/verification/v1/statuses", "/api/verification/v1/statuses/batch"
NUMBER = "2026/000123"


@pytest_asyncio.fixture
async def service() -> Verifying:
    built = await verifying()
    await built.know_partner()
    await built.know()
    return built


@pytest.fixture
def site(service: Verifying) -> Site:
    built = build_site(api.router, clock=service.clock)
    built.app.state.deps = service.deps
    return built


@pytest_asyncio.fixture
async def client(site: Site, service: Verifying) -> AsyncIterator[httpx.AsyncClient]:
    async with site.client(**service.issuer.bearer(service.clock)) as opened:
        yield opened


def about(**what: str) -> dict[str, str]:
    """A question for the registered purpose."""
    return {"purpose": PURPOSE, **what}


def batch(*certificates: dict[str, str]) -> dict[str, Any]:
    """A question about several."""
    return {"purpose": PURPOSE, "certificates": list(certificates)}


@pytest.mark.parametrize("what", [{"code": format_code(CODE)}, {"number": NUMBER}, {"number": f" {NUMBER} "}])
async def test_one_is_told_by_code_or_number(client: httpx.AsyncClient, what: dict[str, str]) -> None:
    answer = await client.post(ONE, json=about(**what))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {
        "status": "valid",
        "reason": "valid",
        "number": NUMBER,
        "issued_on": "2026-11-20",
        "valid_until": None,
        "since": None,
        "superseded_by": None,
        "suggestions": [],
        "as_of": "2026-11-23T11:59:58Z",
    }


STANDINGS: dict[str, tuple[dict[str, Any], str, str]] = {
    "expired": ({"valid_until": date(2026, 11, 22)}, "expired", "expired"),
    "last day": ({"valid_until": date(2026, 11, 23)}, "valid", "valid"),
    "suspended": ({"status": CertificateStatus.SUSPENDED}, "suspended", "suspended"),
    "revoked": ({"status": CertificateStatus.REVOKED}, "revoked", "revoked"),
    "corrected": (
        {"status": CertificateStatus.SUPERSEDED, "superseded_by": SupersededBy.CORRECTION},
        "superseded",
        "superseded-by-correction",
    ),
    "renewed": (
        {"status": CertificateStatus.SUPERSEDED, "superseded_by": SupersededBy.RENEWAL},
        "superseded",
        "renewed",
    ),
}


@pytest.mark.parametrize(("changed", "status", "reason"), STANDINGS.values(), ids=STANDINGS.keys())
async def test_each_standing_is_told_with_its_reason(
    service: Verifying, client: httpx.AsyncClient, changed: dict[str, Any], status: str, reason: str
) -> None:
    await service.know(version(changed_at=datetime(2026, 11, 21, tzinfo=UTC), **changed))
    told = (await client.post(ONE, json=about(number=NUMBER))).json()
    assert (told["status"], told["reason"]) == (status, reason)
    assert (told["since"] is None) is (status in {"valid", "expired"})


async def test_a_number_leads_to_its_newest_version(service: Verifying, client: httpx.AsyncClient) -> None:
    old = version(status=CertificateStatus.SUPERSEDED, superseded_by=SupersededBy.DUPLICATE)
    await service.know(old, version(OTHER_CODE))
    asked = batch({"code": format_code(CODE)}, {"code": format_code(OTHER_CODE)}, {"number": NUMBER})
    told = (await client.post(BATCH, json=asked)).json()["statuses"]
    assert [each["reason"] for each in told] == ["duplicate-issued", "valid", "valid"]


async def test_what_is_not_there_is_told_as_such(client: httpx.AsyncClient) -> None:
    asked = batch({"code": format_code(UNKNOWN_CODE)}, {"number": "2026/999999"}, {"code": "short"})
    told = (await client.post(BATCH, json=asked)).json()["statuses"]
    assert [each["reason"] for each in told] == ["unknown", "unknown", "malformed-length"]


async def test_neither_name_nor_birth_date_nor_disability_is_told(client: httpx.AsyncClient) -> None:
    told = (await client.post(BATCH, json=batch({"code": format_code(CODE)}, {"number": NUMBER}))).text
    person = PERSON.model_dump(mode="json")
    secrets = [
        person["latin_family_name"],
        person["arabic_given_name"],
        person["birth_date"],
        "ZZ100005",
        "motor",
    ]
    assert [secret for secret in secrets if secret in told] == []
    assert "name" not in told
    assert "•" not in told


async def test_a_thousand_are_told_and_one_more_are_not(client: httpx.AsyncClient) -> None:
    thousand = [{"number": f"2026/{count:06}"} for count in range(1000)]
    answer = await client.post(BATCH, json=batch(*thousand))
    assert answer.status_code == 200
    told = [each["status"] for each in answer.json()["statuses"]]
    assert (len(told), told[123], told.count("unknown")) == (1000, "valid", 999)
    more = await client.post(BATCH, json=batch(*thousand, {"number": NUMBER}))
    assert more.status_code == 422
    assert (await client.post(BATCH, json=batch())).status_code == 422
    assert (
        (await client.post(ONE, json=about(number=NUMBER))).headers["ratelimit"].startswith('"day";r=3999;')
    )


@pytest.mark.parametrize(
    "body",
    [
        {"code": CODE},
        about(),
        about(code=CODE, number=NUMBER),
        about(code=""),
        about(number="9" * 41),
        about(code="9" * 101),
        {**about(code=CODE), "holder": "somebody"},
        {"purpose": "Not a code", "code": CODE},
    ],
)
async def test_other_questions_are_not_understood(client: httpx.AsyncClient, body: dict[str, str]) -> None:
    assert (await client.post(ONE, json=body)).status_code == 422


async def test_a_purpose_must_be_one_of_those_registered(
    service: Verifying, client: httpx.AsyncClient
) -> None:
    answer = await client.post(ONE, json={"purpose": "curiosity", "number": NUMBER})
    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[1]) == (403, "purpose-unknown")
    assert noted(service).noted == []


async def test_nothing_is_said_while_the_model_is_stale_and_nothing_counts(
    service: Verifying, client: httpx.AsyncClient
) -> None:
    for stale in (None, 45.0):
        service.freshness.behind_s = stale
        answer = await client.post(ONE, json=about(number=NUMBER))
        assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[1]) == (503, "cannot-say-now")
        assert int(answer.headers["retry-after"]) > 0
    service.freshness.behind_s, service.memory.is_current = 1.0, False
    assert (await client.post(ONE, json=about(number=NUMBER))).status_code == 503
    service.memory.is_current = True
    answer = await client.post(ONE, json=about(number=NUMBER))
    assert answer.headers["ratelimit"].startswith('"day";r=4999;')
    assert len(noted(service).noted) == 1


async def test_a_model_that_is_lost_halfway_through_is_not_believed(
    service: Verifying, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = StoredNumbers.code_hashes_of

    async def lose(numbers: StoredNumbers, wanted: Any) -> Any:
        service.memory.is_current = False
        return await look(numbers, wanted)

    monkeypatch.setattr(StoredNumbers, "code_hashes_of", lose)
    assert (await client.post(ONE, json=about(number=NUMBER))).status_code == 503
    monkeypatch.undo()
    service.memory.is_current = True
    assert (
        (await client.post(ONE, json=about(number=NUMBER))).headers["ratelimit"].startswith('"day";r=4999;')
    )


async def test_nothing_is_said_of_what_is_in_doubt(service: Verifying, client: httpx.AsyncClient) -> None:
    service.memory.doubted.add(key_of(code_hash(CODE)))
    for what in ({"code": format_code(CODE)}, {"number": NUMBER}):
        assert (await client.post(ONE, json=about(**what))).status_code == 503
    asked = batch({"number": NUMBER}, {"code": format_code(UNKNOWN_CODE)})
    told = (await client.post(BATCH, json=asked)).json()["statuses"]
    assert [(each["status"], each["reason"]) for each in told] == [
        ("cannot-say-now", "in-doubt"),
        ("unknown", "unknown"),
    ]


async def test_while_news_wait_no_number_is_called_unknown(
    service: Verifying, client: httpx.AsyncClient
) -> None:
    cast("StoredNumbers", service.deps.inquiries.numbers).lacking = True
    told = (await client.post(BATCH, json=batch({"number": NUMBER}, {"number": "2026/999999"}))).json()
    assert [each["status"] for each in told["statuses"]] == ["valid", "cannot-say-now"]


async def test_a_days_quota_is_told_and_held_and_is_there_again_at_midnight_in_morocco(
    service: Verifying, site: Site
) -> None:
    await service.know_partner(daily_quota=3)
    async with site.client(**service.issuer.bearer(service.clock)) as client:
        answer = await client.post(BATCH, json=batch(*[{"number": NUMBER}] * 2))
        assert answer.headers["ratelimit-policy"] == '"day";q=3;w=86400'
        assert answer.headers["ratelimit"] == '"day";r=1;t=39600'
        refused = await client.post(BATCH, json=batch(*[{"number": NUMBER}] * 2))
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "39600")
        assert refused.headers["ratelimit"] == '"day";r=1;t=39600'
        assert (await client.post(ONE, json=about(number=NUMBER))).status_code == 200
        assert (await client.post(ONE, json=about(number=NUMBER))).status_code == 429
    service.clock.advance(timedelta(hours=11))
    async with site.client(**service.issuer.bearer(service.clock)) as client:
        assert (await client.post(ONE, json=about(number=NUMBER))).status_code == 200
    assert [use.asked for use in noted(service).noted] == [2, 1, 1]


async def test_partners_have_quotas_of_their_own(service: Verifying, site: Site) -> None:
    for name in (CLIENT, "another-office"):
        await service.know_partner(client_id=name, daily_quota=1)
        async with site.client(**service.issuer.bearer(service.clock, client_id=name)) as client:
            assert (await client.post(ONE, json=about(number=NUMBER))).status_code == 200


async def test_who_why_when_and_how_much_is_kept_and_not_about_which(
    service: Verifying, client: httpx.AsyncClient
) -> None:
    await client.post(BATCH, json=batch({"code": format_code(CODE)}, {"number": "2026/999999"}))
    (use,) = noted(service).noted
    assert (use.client_id, use.purpose, use.at) == (CLIENT, PURPOSE, service.clock.now())
    assert (use.asked, use.unknown) == (2, 1)
    assert "999999" not in repr(use)


async def test_what_is_logged_names_no_certificate(
    client: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    await client.post(BATCH, json=batch({"code": format_code(CODE)}, {"number": "2026/999999"}))
    told = capsys.readouterr()
    assert "/statuses/batch" in told.out
    assert [word for word in ("999999", CODE, CODE[:4], NUMBER) if word in told.out + told.err] == []


def noted(service: Verifying) -> NotedUses:
    """What was kept of the questions."""
    return cast("NotedUses", service.deps.inquiries.uses)
