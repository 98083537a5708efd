"""Secrets: salted, peppered, the same work for nobody, and never more at once than two threads bear."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from libs.chassis.errors import Overloaded
from libs.chassis.hashing import MOST_WAITING, WORKERS, Hasher

PEPPER = b"p" * 32


@pytest.fixture(scope="module")
def hasher() -> Iterator[Hasher]:
    hasher = Hasher(PEPPER)
    yield hasher
    hasher.close()


async def test_a_secret_is_recognised_and_another_is_not(hasher: Hasher) -> None:
    stored = await hasher.hash_secret("7K3M-9XQ2")
    assert await hasher.verify_secret(stored, "7K3M-9XQ2")
    assert not await hasher.verify_secret(stored, "7K3M-9XQ3")


async def test_the_hash_is_argon2id_with_the_measured_cost(hasher: Hasher) -> None:
    assert (await hasher.hash_secret("x")).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


async def test_the_same_secret_never_hashes_twice_the_same(hasher: Hasher) -> None:
    assert await hasher.hash_secret("x") != await hasher.hash_secret("x")


async def test_without_the_pepper_a_stolen_hash_opens_nothing(hasher: Hasher) -> None:
    stored = await hasher.hash_secret("x")
    other = Hasher(b"q" * 32)
    assert not await other.verify_secret(stored, "x")
    other.close()


@pytest.mark.parametrize("stored", ["", "nonsense", "$argon2id$v=19$m=19456,t=2,p=1$broken"])
async def test_what_is_no_hash_matches_nothing(hasher: Hasher, stored: str) -> None:
    assert not await hasher.verify_secret(stored, "x")


async def test_nobody_costs_the_same_work_as_somebody(
    hasher: Hasher, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    matches = Hasher._matches

    def counted(self: Hasher, stored: str, secret: str) -> bool:
        checked.append(stored)
        return matches(self, stored, secret)

    monkeypatch.setattr(Hasher, "_matches", counted)
    stored = await hasher.hash_secret("x")
    await hasher.verify_secret(stored, "y")
    await hasher.verify_nothing("y")
    somebody, nobody = (text.rsplit("$", 2)[0] for text in checked)
    assert somebody == nobody
    assert checked[0] != checked[1]


async def test_beyond_the_queue_one_is_told_to_come_back_and_the_rest_get_done() -> None:
    hasher, gate = Hasher(PEPPER), threading.Event()
    taken = [asyncio.create_task(hasher._run(gate.wait)) for _ in range(WORKERS + MOST_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(Overloaded) as refused:
        await hasher.verify_nothing("x")
    assert refused.value.status == 503
    gate.set()
    assert all(await asyncio.gather(*taken))
    await hasher.verify_nothing("x")
    hasher.close()


async def test_a_caller_who_gives_up_still_holds_the_place_until_the_work_is_done() -> None:
    hasher, gate = Hasher(PEPPER), threading.Event()
    tasks = [asyncio.create_task(hasher._run(gate.wait)) for _ in range(WORKERS + MOST_WAITING)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    await asyncio.sleep(0)
    with pytest.raises(Overloaded):
        await hasher.verify_nothing("x")
    gate.set()
    await asyncio.gather(*tasks[1:])
    hasher.close()
