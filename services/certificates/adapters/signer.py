"""Starts the process that reaches the private keys and asks it for signatures, many at once."""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import structlog
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature

from libs.chassis.key_files import KeyUnusable
from services.certificates.adapters.seal.keys import NUMBER_BYTES, public_key_of
from services.certificates.adapters.seal.stores import KeyStore
from services.certificates.errors import SealUnavailable

log = structlog.get_logger(__name__)

SEAL: Final = "seal"
QR: Final = "qr"

_MODULE = "services.certificates.adapters.seal"
_ROOT = Path(__file__).resolve().parents[3]
_ANSWER_WITHIN_S = 10.0
_END_WITHIN_S = 5.0
_NO_SIGNATURE = "-"
# After these the process is ended, since nothing that it says can be relied on.
_BROKEN = (OSError, EOFError, TimeoutError, ValueError, InvalidSignature)
_FAULTS = (*_BROKEN, KeyError, KeyUnusable)


@dataclass
class _Running:
    process: Process
    keys: Mapping[str, EllipticCurvePublicKey]
    asked: dict[int, asyncio.Future[bytes]] = field(default_factory=dict)


class KeyProcess:
    """The keys' process, started when first asked and started anew when it died.

    Args:
        store: Where that process finds the keys; this one never opens it.
    """

    def __init__(self, store: KeyStore) -> None:
        self._store = store
        self._running: _Running | None = None
        self._reader: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()
        self._ids = itertools.count(1)

    async def sign(self, key: str, sha256: bytes) -> bytes:
        """The ES256 signature over a digest, checked with the public key before it is given out.

        Args:
            key: Which one.
            sha256: The digest.

        Returns:
            r and s, 32 bytes each.

        Raises:
            SealUnavailable: The process doesn't answer, has no such key, or answers nonsense.
        """
        running = None
        try:
            async with asyncio.timeout(_ANSWER_WITHIN_S):
                running = await self._ready()
                public_key = running.keys[key]
                signature = await self._ask(running, f"{key} {sha256.hex()}")
            check(public_key, sha256, signature)
        except _FAULTS as error:
            log.warning("seal.no_answer", key=key, cause=type(error).__name__)
            if isinstance(error, _BROKEN):
                await self._drop(running)
            raise SealUnavailable from error
        return signature

    async def public_key(self, key: str) -> EllipticCurvePublicKey:
        """The public half of a key.

        Raises:
            SealUnavailable: The process doesn't answer, or has no such key.
        """
        try:
            async with asyncio.timeout(_ANSWER_WITHIN_S):
                return (await self._ready()).keys[key]
        except _FAULTS as error:
            log.warning("seal.no_answer", key=key, cause=type(error).__name__)
            raise SealUnavailable from error

    async def close(self) -> None:
        """End the process."""
        await self._drop(self._running)

    async def _ready(self) -> _Running:
        async with self._starting:
            running = self._running
            if running is not None and running.process.returncode is None:
                return running
            process = await self._start()
            try:
                greeting = json.loads(await _read(process))
                keys = {name: public_key_of(pem.encode()) for name, pem in greeting.items()}
            except BaseException:
                await _end(process)
                raise
            self._running = _Running(process, keys)
            self._reader = asyncio.create_task(_listen(self._running))
            log.info("seal.ready", keys=sorted(keys))
            return self._running

    async def _start(self) -> Process:
        # It gets nothing of this process's environment, which holds the service's secrets; its own come by a
        # pipe, which no list of processes shows.
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            _MODULE,
            stdin=PIPE,
            stdout=PIPE,
            env={"PYTHONPATH": str(_ROOT), **self._store.environment()},
            start_new_session=True,
        )
        if process.stdin is not None:
            process.stdin.write(f"{self._store.described()}\n".encode())
        return process

    async def _ask(self, running: _Running, question: str) -> bytes:
        if running.process.stdin is None:
            raise BrokenPipeError
        asked = next(self._ids)
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        running.asked[asked] = answer
        try:
            running.process.stdin.write(f"{asked} {question}\n".encode())
            await running.process.stdin.drain()
            return await answer
        finally:
            running.asked.pop(asked, None)

    async def _drop(self, running: _Running | None) -> None:
        """End a process, unless another has taken its place."""
        if running is None or self._running is not running:
            return
        self._running, reader, self._reader = None, self._reader, None
        await _end(running.process)
        if reader is not None:
            await reader


def check(public_key: EllipticCurvePublicKey, sha256: bytes, signature: bytes) -> None:
    """Check an ES256 signature.

    Args:
        public_key: Of the key that is said to have made it.
        sha256: The digest.
        signature: r and s, 32 bytes each.

    Raises:
        InvalidSignature: That key didn't make it over that digest.
        ValueError: It isn't a signature at all.
    """
    if len(signature) != 2 * NUMBER_BYTES:
        raise ValueError("not 64 bytes")
    numbers = (int.from_bytes(signature[:NUMBER_BYTES]), int.from_bytes(signature[NUMBER_BYTES:]))
    public_key.verify(encode_dss_signature(*numbers), sha256, ECDSA(Prehashed(hashes.SHA256())))


async def _listen(running: _Running) -> None:
    """Hand each answer to whoever asked; when the process ends, nobody waits any longer."""
    with suppress(EOFError, ValueError, OSError):
        while True:
            asked, _, signature = (await _read(running.process)).partition(" ")
            waiting = running.asked.get(int(asked))
            if waiting is None or waiting.done():
                continue
            if signature == _NO_SIGNATURE:
                waiting.set_exception(KeyUnusable("no signature"))
            else:
                waiting.set_result(bytes.fromhex(signature))
    for waiting in running.asked.values():
        if not waiting.done():
            waiting.set_exception(EOFError())


async def _end(process: Process) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), _END_WITHIN_S)
    except TimeoutError:
        process.kill()
        await process.wait()


async def _read(process: Process) -> str:
    line = await process.stdout.readline() if process.stdout is not None else b""
    if not line.endswith(b"\n"):
        raise EOFError
    return line.decode().strip()
