"""Status lists are signed while the model is fresh, and anybody fetches the same ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import cbor2
import httpx
import pytest

from khadamaty_verify import KeySet, StatusList
from libs.chassis.errors import NotFound
from libs.chassis.key_files import KeyUnusable
from libs.contracts.certificates import CertificateStatus
from libs.contracts.code import code_hash
from services.verification import api, handlers
from services.verification.adapters.list_key import FileListKey
from services.verification.domain.status_list import LIST_SIZE, ListStatus, status_in
from services.verification.domain.typed import key_of
from tests.support.listing import MemoryStatusLists, SetFreshness, own_key
from tests.support.qr_keys import OwnQrKey
from tests.support.verifying import CODE, NOON, OTHER_CODE, Verifying, verifying, version
from tests.support.visitors import build_site

LISTS = "/api/verification/v1/status-lists"


@pytest.fixture
async def service() -> Verifying:
    return await verifying()


def lists_of(service: Verifying) -> MemoryStatusLists:
    return cast("MemoryStatusLists", service.deps.listing.lists)


def freshness_of(service: Verifying) -> SetFreshness:
    return service.freshness


async def asked(service: Verifying, path: str, **headers: str) -> httpx.Response:
    site = build_site(api.router, with_pages=False)
    site.app.state.deps = service.deps
    async with site.client(**headers) as client:
        return await client.get(path)


def claims_in(token: bytes) -> dict[int, Any]:
    claims: dict[int, Any] = cbor2.loads(cbor2.loads(token).value[2])
    return claims


def packed_by(service: Verifying) -> bytes:
    """The statuses of the first list, as the service would sign them now."""
    return service.deps.listing.statuses.packed()[0]


async def test_a_list_says_what_was_told_and_up_to_when(service: Verifying) -> None:
    await service.know(
        version(status_index=4, status=CertificateStatus.SUPERSEDED), version(OTHER_CODE, status_index=6)
    )
    assert await handlers.publish_status_lists(service.deps) == 1
    answer = await asked(service, f"{LISTS}/0", accept="application/statuslist+cwt")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/statuslist+cwt"
    claims = claims_in(answer.content)
    assert claims[2] == f"http://localhost:8080{LISTS}/0"
    assert claims[6] == int((NOON - timedelta(seconds=2)).timestamp())
    packed = packed_by(service)
    assert [status_in(packed, place) for place in (3, 4, 6, 8)] == [1, 3, 0, None]


async def test_the_index_names_every_list(service: Verifying) -> None:
    await service.know(version(status_index=LIST_SIZE + 9))
    assert await handlers.publish_status_lists(service.deps) == 2
    answer = await asked(service, LISTS)
    told = answer.json()
    assert told["status_lists"] == [f"http://localhost:8080{LISTS}/{number}" for number in (0, 1)]
    assert [(each["first"], each["places"]) for each in told["lists"]] == [(0, LIST_SIZE), (LIST_SIZE, 12)]
    assert told["lists"][0]["as_of"] == "2026-11-23T11:59:58Z"
    assert told["lists"][0]["expires_at"] == "2026-11-24T11:59:58Z"


async def test_an_unchanged_list_is_not_asked_for_twice(service: Verifying) -> None:
    await handlers.publish_status_lists(service.deps)
    first = await asked(service, f"{LISTS}/0")
    for tag in (first.headers["etag"], f"W/{first.headers['etag']}", f'"x", {first.headers["etag"]}', "*"):
        again = await asked(service, f"{LISTS}/0", **{"if-none-match": tag})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
    assert (await asked(service, f"{LISTS}/0", **{"if-none-match": '"x"'})).status_code == 200


@pytest.mark.parametrize("path", [LISTS, f"{LISTS}/0", "/api/verification/v1/keys"])
async def test_any_web_page_and_any_cache_may_have_it_and_nothing_is_set(
    service: Verifying, path: str
) -> None:
    await handlers.publish_status_lists(service.deps)
    answer = await asked(service, path, origin="https://verifier.example")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["cache-control"].startswith("public, max-age=")
    assert "set-cookie" not in answer.headers


async def test_what_is_asked_for_makes_no_difference(service: Verifying) -> None:
    await handlers.publish_status_lists(service.deps)
    answers = [await asked(service, f"{LISTS}/0{query}") for query in ("", "?code=0123", "?time=1")]
    assert len({answer.content for answer in answers}) == 1


@pytest.mark.parametrize("number", ["1", "-1", "x", "99999999999999999999"])
async def test_a_list_that_is_not_there_is_not_found_or_refused(service: Verifying, number: str) -> None:
    await handlers.publish_status_lists(service.deps)
    assert (await asked(service, f"{LISTS}/{number}")).status_code in {404, 422}


@pytest.mark.parametrize("behind_s", [None, 60.0])
async def test_nothing_is_signed_while_the_model_is_not_fresh(
    service: Verifying, behind_s: float | None
) -> None:
    freshness_of(service).behind_s = behind_s
    assert await handlers.publish_status_lists(service.deps) == 0
    assert (await asked(service, f"{LISTS}/0")).status_code == 404
    assert (await asked(service, LISTS)).json()["status_lists"] == []


async def test_a_list_is_signed_again_only_when_it_changed_or_grew_old(service: Verifying) -> None:
    await service.know(version(status_index=1))
    signed = []
    for step, changed in ((0, False), (3, False), (3, True), (3, False), (15 * 60, False)):
        service.clock.advance(timedelta(seconds=step))
        if changed:
            await service.know(version(status_index=1, status=CertificateStatus.REVOKED))
        signed.append(await handlers.publish_status_lists(service.deps))
    assert signed == [1, 0, 1, 0, 1]


async def test_the_moment_of_a_list_never_goes_back(service: Verifying) -> None:
    await service.know(version(status_index=1, status=CertificateStatus.REVOKED))
    await handlers.publish_status_lists(service.deps)
    before = lists_of(service).kept[0]
    freshness_of(service).behind_s = 40
    await service.know(version(status_index=1))
    assert await handlers.publish_status_lists(service.deps) == 0
    assert lists_of(service).kept[0] == before


async def test_what_is_in_doubt_is_suspended_in_the_list(service: Verifying) -> None:
    await service.know(version(status_index=0))
    assert status_in(packed_by(service), 0) is ListStatus.VALID
    service.memory.doubted.add(key_of(code_hash(CODE)))
    assert status_in(packed_by(service), 0) is ListStatus.SUSPENDED


async def test_versions_from_before_the_list_are_left_out(service: Verifying) -> None:
    await service.know(version(status_index=None))
    assert packed_by(service) == b""


async def withdrawn(service: Verifying) -> None:
    """Withdraw the service's own key."""
    key_id = service.deps.listing.key.jwk["kid"]
    keys, lists = service.deps.store.list_keys, service.deps.listing.lists
    await handlers.withdraw_list_key(keys, lists, key_id, service.clock.now())


async def test_a_withdrawn_key_is_gone_with_its_lists_and_signs_nothing_more(service: Verifying) -> None:
    await service.know(version(status_index=1))
    await handlers.publish_list_key(service.deps)
    assert await handlers.publish_status_lists(service.deps) == 1
    for _ in range(2):
        await withdrawn(service)
    assert (await asked(service, "/api/verification/v1/keys")).json()["keys"] == []
    assert (await asked(service, LISTS)).json()["status_lists"] == []
    service.clock.advance(timedelta(minutes=20))
    assert await handlers.publish_status_lists(service.deps) == 0
    with pytest.raises(KeyUnusable):
        await handlers.publish_list_key(service.deps)


async def test_another_key_signs_at_once_what_a_withdrawn_one_had_signed(service: Verifying) -> None:
    await service.know(version(status_index=1))
    await handlers.publish_list_key(service.deps)
    await handlers.publish_status_lists(service.deps)
    await withdrawn(service)
    listing = replace(service.deps.listing, key=own_key())
    renewed = replace(service.deps, listing=listing)
    await handlers.publish_list_key(renewed)
    assert await handlers.publish_status_lists(renewed) == 1
    told = (await asked(service, "/api/verification/v1/keys")).json()["keys"]
    assert [key["kid"] for key in told] == [listing.key.jwk["kid"]]
    answer = await asked(service, f"{LISTS}/0")
    keys = KeySet.from_json((await asked(service, "/api/verification/v1/keys")).text)
    assert StatusList.from_bytes(answer.content, keys).find(1) is not None


async def test_a_key_that_is_not_known_can_not_be_withdrawn(service: Verifying) -> None:
    with pytest.raises(NotFound):
        await withdrawn(service)


async def test_keys_tell_what_they_are_for(service: Verifying) -> None:
    payload_key = OwnQrKey().jwk()
    await service.know_key(payload_key)
    for _ in range(2):
        await handlers.publish_list_key(service.deps)
    told = (await asked(service, "/api/verification/v1/keys")).json()["keys"]
    assert {key["kid"]: key["use"] for key in told} == {
        payload_key["kid"]: "sig",
        service.deps.listing.key.jwk["kid"]: "status-list",
    }
    assert len(told) == 2
    assert all("d" not in key for key in told)


async def test_after_a_change_of_keys_old_lists_can_still_be_checked(service: Verifying) -> None:
    tokens = []
    for _ in range(2):
        service.deps = replace(service.deps, listing=replace(service.deps.listing, key=own_key()))
        service.clock.advance(timedelta(hours=1))
        await handlers.publish_list_key(service.deps)
        await handlers.publish_status_lists(service.deps)
        tokens.append(lists_of(service).kept[0].token)
    keys = KeySet.from_json((await asked(service, "/api/verification/v1/keys")).content)
    assert len(keys.lists) == 2
    assert [StatusList.from_bytes(token, keys).number for token in tokens] == [0, 0]


def test_the_key_is_made_once_and_kept_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "status.pem"
    made = FileListKey.from_file(path)
    assert FileListKey.from_file(path).jwk == made.jwk
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    with pytest.raises(KeyUnusable):
        FileListKey.from_file(path)
