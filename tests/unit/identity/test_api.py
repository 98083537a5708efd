"""Identity's JSON interface takes and gives the same as its pages."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.support.identity_house import BORN_ON, CHOSEN, EMAIL, House

API = "/api/identity/v1"
WHO = {"kind": "cin", "number": "zz 100-002", "birth_date": BORN_ON.isoformat()}
REGISTRATION = {**WHO, "email": EMAIL, "language": "fr", "consent": True}


async def token_of(browser: httpx.AsyncClient, code: str) -> dict[str, Any]:
    answer = await browser.post(f"{API}/sessions", json={**WHO, "code": code})
    assert answer.status_code == 201
    body: dict[str, Any] = answer.json()
    return body


async def test_from_registration_to_a_chosen_code_and_out_again(house: House) -> None:
    async with house.browser() as browser:
        assert (await browser.post(f"{API}/registrations", json=REGISTRATION)).json() == {
            "status": "accepted"
        }
        first = await token_of(browser, (await house.mailed_codes())[-1][1])
        assert first["must_choose_code"]
        bearer = {"authorization": f"Bearer {first['token']}"}
        chosen = await browser.put(f"{API}/secret-code", json={"new": CHOSEN}, headers=bearer)
        assert chosen.json()["must_choose_code"] is False
        second = await token_of(browser, CHOSEN)
        bearer = {"authorization": f"Bearer {second['token']}"}
        assert (await browser.delete(f"{API}/sessions/current", headers=bearer)).status_code == 204
        assert (await browser.delete(f"{API}/sessions/current", headers=bearer)).status_code == 401


@pytest.mark.parametrize(
    ("change", "slug"),
    [
        ({"consent": False}, "invalid"),
        ({"role": "administrator"}, "invalid"),
        ({"email": "nowhere"}, "invalid"),
        ({"number": "???"}, "identifier-unreadable"),
        ({"kind": "birth_certificate", "number": "214"}, "identifier-unreadable"),
    ],
)
async def test_what_does_not_fit_is_refused_as_a_problem(
    house: House, change: dict[str, Any], slug: str
) -> None:
    async with house.browser("fr") as browser:
        answer = await browser.post(f"{API}/registrations", json=REGISTRATION | change)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"].endswith(f"/problems/{slug}")
    assert "100-002" not in answer.text


async def test_a_weak_code_and_a_wrong_login_are_problems(house: House) -> None:
    async with house.browser("fr") as browser:
        await browser.post(f"{API}/registrations", json=REGISTRATION)
        wrong = await browser.post(f"{API}/sessions", json={**WHO, "code": "wrong guess"})
        first = await token_of(browser, (await house.mailed_codes())[-1][1])
        bearer = {"authorization": f"Bearer {first['token']}"}
        weak = await browser.put(f"{API}/secret-code", json={"new": "12345678"}, headers=bearer)
    assert [answer.json()["type"].rpartition("/")[2] for answer in (wrong, weak)] == [
        "login-refused",
        "code-too-weak",
    ]
