"""Rounds: who asks together is answered together, and each gets the answer to its own question."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from libs.chassis.errors import NotFound
from libs.chassis.rounds import Rounds


class Doubling:
    """Doubles numbers, and remembers in which rounds."""

    def __init__(self) -> None:
        self.rounds: list[list[int]] = []

    async def __call__(self, numbers: Sequence[int]) -> Sequence[int]:
        self.rounds.append(list(numbers))
        await asyncio.sleep(0)
        if 13 in numbers:
            raise NotFound
        return [2 * number for number in numbers]


async def test_whoever_is_alone_has_a_round_of_its_own() -> None:
    doubling = Doubling()
    rounds = Rounds(doubling, most=10)
    assert [await rounds.ask(number) for number in (1, 2)] == [2, 4]
    assert doubling.rounds == [[1], [2]]


async def test_those_who_ask_meanwhile_share_the_next_round() -> None:
    doubling = Doubling()
    rounds = Rounds(doubling, most=3)
    assert await asyncio.gather(*map(rounds.ask, range(6))) == [0, 2, 4, 6, 8, 10]
    assert doubling.rounds == [[0], [1, 2, 3], [4, 5]]


async def test_an_error_reaches_everybody_of_its_round_and_nobody_else() -> None:
    rounds = Rounds(Doubling(), most=2)
    told = await asyncio.gather(*map(rounds.ask, (1, 13, 3, 4)), return_exceptions=True)
    assert told[0] == 2
    assert [type(answer) for answer in told[1:3]] == [NotFound, NotFound]
    assert told[3] == 8


async def test_a_caller_that_goes_away_leaves_the_others_their_answers() -> None:
    rounds = Rounds(Doubling(), most=10)
    asking = [asyncio.create_task(rounds.ask(number)) for number in (1, 2, 3)]
    await asyncio.sleep(0)
    asking[1].cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking[1]
    assert (await asking[0], await asking[2]) == (2, 6)
