"""The feed and the subscriptions as a partner's program sees them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from libs.contracts.certificates import CertificateStatus
from libs.contracts.partners import PartnerScope
from services.verification import api
from services.verification.domain.signatures import SigningKey
from tests.support.telling import URL, Telling, telling
from tests.support.visitors import build_site

API = "/api/verification/v1"
HOOKS = f"{API}/webhooks"


@pytest.fixture
async def world() -> Telling:
    return await telling()


@pytest.fixture
async def partner(world: Telling) -> AsyncIterator[httpx.AsyncClient]:
    site = build_site(api.router, with_pages=False)
    site.app.state.deps = world.deps
    bearer = world.service.issuer.bearer(world.service.clock)
    async with site.client(**bearer) as client:
        yield client


def ids_of(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/cloudevents-batch+json"
    return [event["id"] for event in answer.json()]


def onward(answer: httpx.Response) -> str:
    return str(answer.links["next"]["url"])


async def made(partner: httpx.AsyncClient, **wanted: Any) -> dict[str, Any]:
    answer = await partner.post(HOOKS, json={"url": URL, **wanted})
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"{HOOKS}/{told['id']}"
    return told


async def test_an_event_is_a_cloud_event_without_a_person(world: Telling, partner: httpx.AsyncClient) -> None:
    await world.tell("request-1", CertificateStatus.REVOKED)
    [event] = (await partner.get(f"{API}/events")).json()
    assert event == {
        "specversion": "1.0",
        "id": "request-1-1",
        "source": "/khadamaty/certificates",
        "type": "CertificateStatusPublished",
        "subject": "request-1",
        "time": "2026-11-23T12:00:00+00:00",
        "dataschema": f"{world.deps.outlet.origin}{API}/schemas/CertificateStatusPublished",
        "sequence": "1",
        "datacontenttype": "application/json",
        "data": {
            "certificate_id": "request-1",
            "number": "2026/000123",
            "version": 1,
            "status": "revoked",
            "issued_on": "2026-11-20",
            "valid_until": None,
            "changed_at": "2026-11-23T12:00:00Z",
            "document_sha256": None,
            "log_index": None,
            "log_salt": None,
        },
    }


async def test_the_schema_is_where_the_event_says(partner: httpx.AsyncClient) -> None:
    answer = await partner.get(f"{API}/schemas/CertificateStatusPublished")
    assert set(answer.json()["properties"]) >= {"certificate_id", "status", "changed_at"}
    assert (await partner.get(f"{API}/schemas/PersonState")).status_code == 404


async def test_the_feed_leads_from_page_to_page_and_on_from_the_end(
    world: Telling, partner: httpx.AsyncClient
) -> None:
    told = [await world.tell(f"c{number}") for number in range(5)]
    read, path = [], f"{API}/events?limit=2"
    for _ in range(4):
        answer = await partner.get(path)
        read += ids_of(answer)
        path = onward(answer)
    assert read == told
    late = await world.tell("late")
    assert ids_of(await partner.get(path)) == [late]
    assert ids_of(await partner.get(path)) == [late]


async def test_the_feed_begins_at_any_moment_or_day(world: Telling, partner: httpx.AsyncClient) -> None:
    await world.tell("old", at=world.now - timedelta(days=3))
    recent = await world.tell("recent", at=world.now - timedelta(hours=1))
    older = await world.tell("older", at=world.now - timedelta(days=2))
    late = await world.tell("late")
    assert ids_of(await partner.get(f"{API}/events?from=2026-11-23T11:00:00Z")) == [recent, late]
    assert ids_of(await partner.get(f"{API}/events?from=2026-11-21")) == [recent, older, late]
    first = await partner.get(f"{API}/events?from=2026-11-23T11:00:00Z&limit=1")
    assert ids_of(await partner.get(onward(first))) == [late]
    assert ids_of(await partner.get(f"{API}/events?from=2027-01-01")) == []


async def test_a_cursor_of_another_copy_is_told_so(partner: httpx.AsyncClient) -> None:
    answer = await partner.get(f"{API}/events?after=another-5")
    assert answer.status_code == 410
    assert answer.json()["type"].endswith("/cursor-unknown")


@pytest.mark.parametrize("query", ["from=yesterday", "from=2026-11-23T12:00:00", "limit=0", "limit=1001"])
async def test_what_can_not_be_understood_is_refused(partner: httpx.AsyncClient, query: str) -> None:
    assert (await partner.get(f"{API}/events?{query}")).status_code in {400, 422}


async def test_only_a_token_for_events_opens_any_of_it(world: Telling, partner: httpx.AsyncClient) -> None:
    status_only = world.service.issuer.bearer(world.service.clock, PartnerScope.STATUS)
    for path in (f"{API}/events", HOOKS, f"{HOOKS}/some-id", f"{HOOKS}/some-id/deliveries"):
        assert (await partner.get(path, headers={"authorization": ""})).status_code == 401
        assert (await partner.get(path, headers=status_only)).status_code == 403
    assert (await partner.post(HOOKS, json={"url": URL}, headers=status_only)).status_code == 403


async def test_who_brings_no_token_is_told_that_it_is_missing(partner: httpx.AsyncClient) -> None:
    del partner.headers["authorization"]
    answers = [await partner.post(HOOKS, json={"url": URL}), await partner.delete(f"{HOOKS}/some-id")]
    answers += [await partner.post(f"{HOOKS}/some-id/{done}") for done in ("suspend", "resume")]
    assert [answer.status_code for answer in answers] == [401] * 4


async def test_the_secret_is_shown_once_and_stored_sealed(world: Telling, partner: httpx.AsyncClient) -> None:
    told = await made(partner)
    assert told["secret"].startswith("whsec_")
    shown = (await partner.get(f"{HOOKS}/{told['id']}")).json()
    assert "secret" not in shown
    assert told["secret"] not in (await partner.get(HOOKS)).text
    documents = str(world.service.store.webhooks._documents)  # type: ignore[attr-defined]
    assert told["id"] in documents
    assert told["secret"].removeprefix("whsec_") not in documents


async def test_a_key_pair_of_ours_is_told_by_its_public_half_at_any_time(partner: httpx.AsyncClient) -> None:
    told = await made(partner, signature="v1a")
    assert told["secret"] is None
    shown = (await partner.get(f"{HOOKS}/{told['id']}")).json()
    assert shown["verification_key"] == told["verification_key"]
    assert shown["verification_key"].startswith("whpk_")


async def test_a_rotated_secret_signs_beside_the_former_one(
    world: Telling, partner: httpx.AsyncClient
) -> None:
    first = await made(partner)
    answer = await partner.post(f"{HOOKS}/{first['id']}/rotate-secret", json={"overlap_hours": 2})
    second = answer.json()
    assert second["secret"] != first["secret"]
    assert second["former_key_until"] == "2026-11-23T14:00:00Z"
    await world.tell("a")
    await world.deliver()
    [posted] = world.postman.taken
    content = f"a-1.{posted.headers['webhook-timestamp']}.".encode() + posted.body
    expected = [SigningKey(each["secret"]).signer()(content) for each in (second, first)]
    assert posted.headers["webhook-signature"] == " ".join(expected)
    world.service.clock.advance(timedelta(hours=2))
    await world.tell("b")
    await world.deliver()
    assert " " not in world.postman.taken[-1].headers["webhook-signature"]


async def test_a_subscription_is_suspended_resumed_replayed_and_ended(
    world: Telling, partner: httpx.AsyncClient
) -> None:
    path = f"{HOOKS}/{(await made(partner))['id']}"
    suspended = (await partner.post(f"{path}/suspend")).json()
    assert (suspended["state"], suspended["reason"]) == ("suspended", "asked")
    await world.tell("a")
    assert (await partner.get(path)).json()["behind"] == 1
    resumed = (await partner.post(f"{path}/resume")).json()
    assert (resumed["state"], resumed["reason"]) == ("active", None)
    await world.deliver()
    assert (await partner.get(path)).json()["behind"] == 0
    replayed = (await partner.post(f"{path}/replay", json={"from": "2026-11-01"})).json()
    assert replayed["behind"] == 1
    assert (await partner.delete(path)).status_code == 204
    assert (await partner.get(path)).status_code == 404
    assert (await partner.get(HOOKS)).json() == []
    await world.deliver()
    assert world.got() == ["a-1"]


async def test_failures_are_visible_with_their_reason_and_the_next_attempt(
    world: Telling, partner: httpx.AsyncClient
) -> None:
    path = f"{HOOKS}/{(await made(partner))['id']}"
    world.postman.answers = [type(world.postman.always)(503, 7)]
    await world.tell("a")
    await world.deliver()
    failing = (await partner.get(path)).json()["failing"]
    assert failing == {
        "since": "2026-11-23T12:00:00Z",
        "outcome": "http-503",
        "next_attempt_at": "2026-11-23T12:00:05Z",
        "gives_up_at": "2026-11-26T12:00:00Z",
    }
    await world.deliver(timedelta(seconds=5))
    assert (await partner.get(path)).json()["failing"] is None
    newest, oldest = (await partner.get(f"{path}/deliveries")).json()
    assert (oldest["outcome"], oldest["status"], oldest["attempt"], oldest["duration_ms"]) == (
        "http-503",
        503,
        1,
        7,
    )
    assert (newest["outcome"], newest["attempt"], newest["event_ids"]) == ("delivered", 2, ["a-1"])
    assert newest["webhook_id"] == oldest["webhook_id"] == "a-1"


async def test_the_delivery_log_is_read_page_by_page(world: Telling, partner: httpx.AsyncClient) -> None:
    path = f"{HOOKS}/{(await made(partner))['id']}"
    for number in range(5):
        await world.tell(f"c{number}")
    await world.deliver()
    found, onto = [], f"{path}/deliveries?limit=2"
    while onto:
        answer = await partner.get(onto)
        found += [each["event_ids"][0] for each in answer.json()]
        onto = answer.links.get("next", {}).get("url", "")
    assert sorted(found) == [f"c{number}-1" for number in range(5)]


async def test_somebody_elses_subscription_is_not_there(world: Telling, partner: httpx.AsyncClient) -> None:
    told = await made(partner)
    await world.service.know_partner(client_id="another-one", webhook_hosts=world.partner.webhook_hosts)
    other = world.service.issuer.bearer(world.service.clock, client_id="another-one")
    path = f"{HOOKS}/{told['id']}"
    for method, end, body in (
        ("GET", "", None),
        ("DELETE", "", None),
        ("GET", "/deliveries", None),
        ("POST", "/suspend", None),
        ("POST", "/resume", None),
        ("POST", "/rotate-secret", {}),
        ("POST", "/replay", {"from": "2026-11-01"}),
    ):
        answer = await partner.request(method, path + end, json=body, headers=other)
        assert answer.status_code == 404, (method, end)
    assert (await partner.get(HOOKS, headers=other)).json() == []


async def test_a_partner_has_twenty_subscriptions_at_most(partner: httpx.AsyncClient) -> None:
    told = [await made(partner) for _ in range(20)]
    answer = await partner.post(HOOKS, json={"url": URL})
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (409, "too-many-webhooks")
    await partner.delete(f"{HOOKS}/{told[0]['id']}")
    await made(partner)


@pytest.mark.parametrize(
    "body",
    [
        {"url": "https://elsewhere.example.org/"},
        {"url": "http://partner.example.org/events"},
        {"url": URL, "statuses": ["unheard-of"]},
        {"url": URL, "mode": "telegram"},
        {"url": URL, "secret": "mine"},
        {},
    ],
)
async def test_what_can_not_be_subscribed_is_refused(
    partner: httpx.AsyncClient, body: dict[str, Any]
) -> None:
    answer = await partner.post(HOOKS, json=body)
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"].startswith("application/problem+json")
