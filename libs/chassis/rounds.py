"""Work done in rounds: whoever asks while a round is under way is answered together by the next one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Generic, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")


class Rounds(Generic[Q, A]):
    """Gathers concurrent callers' questions, so that one round trip answers many.

    A caller who is alone waits for nothing but its own round.

    Args:
        work: Answers many questions, in their order; what it raises reaches each caller of the round.
        most: At most so many questions in one round.
    """

    def __init__(self, work: Callable[[Sequence[Q]], Awaitable[Sequence[A]]], most: int) -> None:
        self._work = work
        self._most = most
        self._waiting: list[tuple[Q, asyncio.Future[A]]] = []
        self._round: asyncio.Task[Sequence[A]] | None = None

    async def ask(self, question: Q) -> A:
        """The answer to one question."""
        answer: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, answer))
        if self._round is None:
            self._begin()
        return await answer

    def _begin(self) -> None:
        batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
        questions = [question for question, _answer in batch]
        current = asyncio.create_task(self._answers(questions))
        current.add_done_callback(partial(self._end, [answer for _question, answer in batch]))
        self._round = current

    async def _answers(self, questions: Sequence[Q]) -> Sequence[A]:
        return await self._work(questions)

    def _end(self, waiting: Sequence[asyncio.Future[A]], ended: asyncio.Task[Sequence[A]]) -> None:
        # A caller that was cancelled meanwhile wants no answer any more.
        wanting = [(place, answer) for place, answer in enumerate(waiting) if not answer.done()]
        error = None if ended.cancelled() else ended.exception()
        for place, answer in wanting:
            if ended.cancelled():
                answer.cancel()
            elif error is not None:
                answer.set_exception(error)
            else:
                answer.set_result(ended.result()[place])
        self._round = None
        if self._waiting:
            self._begin()
