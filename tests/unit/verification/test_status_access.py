"""Who may ask how certificates stand: partners with a good token of the right scope, as long as they may."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio

from services.verification import api
from tests.support.partners import CLIENT, PURPOSE
from tests.support.verifying import Verifying, verifying
from tests.support.visitors import Site, build_site

ONE, BATCH = "/api/verification/v1/statuses", "/api/verification/v1/statuses/batch"


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


async def refusal(site: Site, headers: dict[str, str]) -> tuple[int, str]:
    """Status and challenge of a question with these headers."""
    async with site.client(**headers) as client:
        answer = await client.post(ONE, json={"purpose": PURPOSE, "number": "2026/000123"})
    return answer.status_code, answer.headers.get("www-authenticate", "")


async def test_without_a_token_nobody_is_let_in(site: Site) -> None:
    for headers in ({}, {"authorization": "Basic eA=="}, {"authorization": "Bearer "}):
        assert await refusal(site, headers) == (401, "Bearer")


async def test_a_cookie_is_no_token(site: Site, service: Verifying) -> None:
    token = service.issuer.token(service.clock, "certificates.status")
    assert await refusal(site, {"cookie": f"__Host-session={token}"}) == (401, "Bearer")


async def test_a_token_of_nonsense_is_refused(site: Site) -> None:
    assert await refusal(site, {"authorization": "Bearer x.y.z"}) == (401, 'Bearer error="invalid_token"')


async def test_a_token_for_other_things_does_not_do(site: Site, service: Verifying) -> None:
    bearer = service.issuer.bearer(service.clock, "certificates.events")
    challenge = 'Bearer error="insufficient_scope", scope="certificates.status"'
    assert await refusal(site, bearer) == (403, challenge)


async def test_a_scope_that_was_taken_away_is_gone_from_tokens_of_before(
    site: Site, service: Verifying
) -> None:
    bearer = service.issuer.bearer(service.clock)
    await service.know_partner(scopes=("certificates.events",))
    assert (await refusal(site, bearer))[0] == 403


@pytest.mark.parametrize(
    "changed",
    [
        {"suspended_at": datetime(2026, 11, 23, 11, tzinfo=UTC)},
        {"tokens_since": datetime(2026, 11, 23, 12, 0, 1, tzinfo=UTC)},
    ],
    ids=["suspended", "keys replaced"],
)
async def test_a_tokens_time_does_not_outlast_its_client(
    site: Site, service: Verifying, changed: dict[str, Any]
) -> None:
    bearer = service.issuer.bearer(service.clock)
    assert (await refusal(site, bearer))[0] == 200
    await service.know_partner(**changed)
    assert await refusal(site, bearer) == (401, 'Bearer error="invalid_token"')


async def test_a_client_that_nobody_told_of_is_refused(site: Site, service: Verifying) -> None:
    bearer = service.issuer.bearer(service.clock, client_id="another-office")
    assert await refusal(site, bearer) == (401, 'Bearer error="invalid_token"')


def test_the_description_shows_how_one_gets_in(site: Site) -> None:
    told = site.app.openapi()
    for path in (ONE, BATCH):
        assert told["paths"][path]["post"]["security"] == [{"client-credentials": ["certificates.status"]}]
    flow = told["components"]["securitySchemes"]["client-credentials"]["flows"]["clientCredentials"]
    assert flow["tokenUrl"] == "/api/identity/v1/oauth/token"
    assert set(flow["scopes"]) == {"certificates.status", "certificates.events"}


USES = "/api/verification/v1/partner-uses"


@pytest.mark.parametrize("role", ["auditor", "data_protection_officer"])
async def test_those_who_watch_over_partners_see_sums(site: Site, service: Verifying, role: str) -> None:
    for _ in range(2):
        assert (await refusal(site, service.issuer.bearer(service.clock)))[0] == 200
    overseer = site.cookie(site.authority.hire("staff-1", role))
    async with site.client(**overseer) as client:
        told = (await client.get(USES, params={"client_id": CLIENT})).json()
        assert (await client.get(USES, params={"client_id": "another-office"})).json() == []
        assert (await client.get(USES, params={"until": "2026-11-23T12:00:00Z"})).json() == []
    sums = {"requests": 2, "asked": 2, "unknown": 0}
    assert told == [{"client_id": CLIENT, "purpose": PURPOSE, "hour": "2026-11-23T12:00:00Z", **sums}]


async def test_nobody_else_sees_what_partners_ask(site: Site, service: Verifying) -> None:
    officer = site.cookie(site.authority.hire("staff-2", "certificate_officer"))
    for headers, status in ((officer, 403), (service.issuer.bearer(service.clock), 401), ({}, 401)):
        async with site.client(**headers) as client:
            assert (await client.get(USES)).status_code == status
