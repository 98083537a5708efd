"""Starts the process that holds the seal and asks it for signatures."""

from __future__ import annotations

import asyncio
import base64
import json
import sys
from asyncio.subprocess import PIPE, Process
from dataclasses import dataclass
from pathlib import Path

import structlog
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature

from services.certificates.domain.version import Seal
from services.certificates.errors import SealUnavailable

log = structlog.get_logger(__name__)

_MODULE = "services.certificates.adapters.seal"
_ROOT = Path(__file__).resolve().parents[3]
_ANSWER_WITHIN_S = 10.0
_END_WITHIN_S = 5.0
_NUMBER_BYTES = 32


@dataclass(frozen=True)
class _Running:
    process: Process
    key_id: str
    public_key: EllipticCurvePublicKey


class SealProcess:
    """The seal's process, started when first asked and started anew when it died.

    Args:
        key_file: Where that process keeps its key; this one never opens it.
    """

    def __init__(self, key_file: Path) -> None:
        self._key_file = key_file
        self._process: Process | None = None
        self._running: _Running | None = None
        self._one_at_a_time = asyncio.Lock()

    async def sign(self, sha256: str) -> Seal:
        """The detached signature over a digest, in hex, checked with the public key before it is given out.

        Raises:
            SealUnavailable: The process doesn't answer, or answers nonsense.
        """
        async with self._one_at_a_time:
            try:
                async with asyncio.timeout(_ANSWER_WITHIN_S):
                    running = await self._ready()
                    answer = await _ask(running.process, sha256)
                check(running.public_key, sha256, answer)
            except (OSError, EOFError, TimeoutError, ValueError, InvalidSignature) as error:
                log.warning("seal.no_answer", cause=type(error).__name__)
                await self._end()
                raise SealUnavailable from error
            return Seal(running.key_id, signature=answer)

    async def close(self) -> None:
        """End the process."""
        async with self._one_at_a_time:
            await self._end()

    async def _ready(self) -> _Running:
        running = self._running
        if running is not None and running.process.returncode is None:
            return running
        # It gets nothing of this process's environment, which holds the service's secrets.
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            _MODULE,
            str(self._key_file),
            stdin=PIPE,
            stdout=PIPE,
            env={"PYTHONPATH": str(_ROOT)},
            start_new_session=True,
        )
        self._process = process
        greeting = json.loads(await _read(process))
        public_key = serialization.load_pem_public_key(greeting["public_key"].encode())
        if not isinstance(public_key, EllipticCurvePublicKey):
            raise ValueError("not an elliptic-curve key")  # noqa: TRY004 - another process said so
        self._running = _Running(process, greeting["key_id"], public_key)
        log.info("seal.ready", key_id=greeting["key_id"])
        return self._running

    async def _end(self) -> None:
        process, self._process, self._running = self._process, None, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), _END_WITHIN_S)
        except TimeoutError:
            process.kill()
            await process.wait()


def check(public_key: EllipticCurvePublicKey, sha256: str, signature: str) -> None:
    """Check a detached signature.

    Args:
        public_key: Of the seal.
        sha256: The digest, in hex.
        signature: r and s in base64url without padding.

    Raises:
        InvalidSignature: It isn't the seal's over that digest.
        ValueError: It isn't a signature at all.
    """
    raw = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    if len(raw) != 2 * _NUMBER_BYTES:
        raise ValueError("not 64 bytes")
    numbers = (int.from_bytes(raw[:_NUMBER_BYTES]), int.from_bytes(raw[_NUMBER_BYTES:]))
    public_key.verify(
        encode_dss_signature(*numbers), bytes.fromhex(sha256), ECDSA(Prehashed(hashes.SHA256()))
    )


async def _ask(process: Process, line: str) -> str:
    if process.stdin is None:
        raise BrokenPipeError
    process.stdin.write(f"{line}\n".encode())
    await process.stdin.drain()
    return await _read(process)


async def _read(process: Process) -> str:
    line = await process.stdout.readline() if process.stdout is not None else b""
    if not line.endswith(b"\n"):
        raise EOFError
    return line.decode().strip()
