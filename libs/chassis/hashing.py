"""Secrets kept as Argon2id hashes, worked out beside the event loop and only as many as the machine bears."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from libs.chassis.errors import Overloaded

WORKERS: Final = 2
MOST_WAITING: Final = 16

_MEMORY_KIB: Final = 19 * 1024
_PASSES: Final = 2

T = TypeVar("T")


class Hasher:
    """Hashes and checks secrets with Argon2id (RFC 9106), 19 MiB, two passes, one lane (OWASP).

    A secret is first keyed by HMAC with the pepper, so that stolen hashes can't be searched without it. Two
    threads work; sixteen more may wait; the rest are told to come back, which keeps the other routes quick.

    Args:
        pepper: A key that isn't stored with the hashes.
    """

    def __init__(self, pepper: bytes) -> None:
        self._pepper = pepper
        self._argon2 = PasswordHasher(time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=1)
        self._threads = ThreadPoolExecutor(WORKERS, thread_name_prefix="argon2")
        self._in_hand = 0
        self._of_nobody = self._argon2.hash(self._keyed("nobody"))

    async def hash_secret(self, secret: str) -> str:
        """Hash a secret.

        Returns:
            The encoded hash with its parameters and salt.

        Raises:
            Overloaded: Too many wait already.
        """
        return await self._run(lambda: self._argon2.hash(self._keyed(secret)))

    async def verify_secret(self, stored: str, secret: str) -> bool:
        """Tell whether `secret` is the one that `stored` was made from.

        Raises:
            Overloaded: Too many wait already.
        """
        return await self._run(lambda: self._matches(stored, secret))

    async def verify_nothing(self, secret: str) -> None:
        """Do the work of a check for an account that doesn't exist, so that its absence can't be timed.

        Raises:
            Overloaded: Too many wait already.
        """
        await self._run(lambda: self._matches(self._of_nobody, secret))

    def close(self) -> None:
        """Let the threads end after what they have in hand."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _keyed(self, secret: str) -> bytes:
        return hmac.new(self._pepper, secret.encode(), sha256).digest()

    def _matches(self, stored: str, secret: str) -> bool:
        try:
            return self._argon2.verify(stored, self._keyed(secret))
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: Callable[[], T]) -> T:
        if self._in_hand >= WORKERS + MOST_WAITING:
            raise Overloaded(retry_after_s=1)
        self._in_hand += 1
        try:
            running = asyncio.get_running_loop().run_in_executor(self._threads, work)
            # Whoever gives up waiting doesn't free the thread: the place counts until the work is done.
            running.add_done_callback(lambda _done: self._release())
        except RuntimeError:
            self._release()
            raise
        return await asyncio.shield(running)

    def _release(self) -> None:
        self._in_hand -= 1
