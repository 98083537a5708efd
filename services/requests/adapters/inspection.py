"""Has uploads read by a process of their own, which may break without harm."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path
from typing import Final

import structlog

from services.requests.errors import ScanUnusable
from services.requests.ports import Inspected

log = structlog.get_logger(__name__)

_MODULE: Final = "services.requests.adapters.upload_reader"
_ROOT: Final = Path(__file__).resolve().parents[3]
_ANSWER_WITHIN_S: Final = 30.0
_AT_ONCE: Final = 2


class UploadInspector:
    """Reads each upload in a new process with narrow limits and an empty environment.

    Args:
        answer_within_s: After that a process that hasn't answered is ended.
    """

    def __init__(self, answer_within_s: float = _ANSWER_WITHIN_S) -> None:
        self._answer_within_s = answer_within_s
        self._free = asyncio.Semaphore(_AT_ONCE)

    async def inspect(self, content: bytes) -> Inspected:
        """Check an upload by its bytes alone, whatever its name says.

        Raises:
            ScanUnusable: No PDF, JPEG or PNG, damaged, locked, or beyond a limit.
        """
        async with self._free:
            answer = await self._ask(content)
        line, _, kept = answer.partition(b"\n")
        if not line:
            raise _refusal("heavy")
        told = json.loads(line)
        if "refused" in told:
            raise _refusal(told["refused"])
        return Inspected(kept, told["media_type"], told["pages"])

    async def _ask(self, content: bytes) -> bytes:
        """What the process answered; nothing if it broke a limit or took too long."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-B",
            "-m",
            _MODULE,
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            env={"PYTHONPATH": str(_ROOT)},
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(self._answer_within_s):
                answer, _ = await process.communicate(content)
        except TimeoutError:
            return b""
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return answer if process.returncode == 0 else b""


def _refusal(why: str) -> ScanUnusable:
    log.info("scan.refused", why=why)
    return ScanUnusable(why=why)
