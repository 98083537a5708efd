"""Sets pages in threads, so that the event loop goes on meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from datetime import date
from functools import partial
from typing import TypeVar

from libs.contracts.requests import PrintedPerson
from libs.ui.typeset import archive
from libs.ui.typeset.errors import TextTooLongError, UnprintableTextError
from services.certificates.adapters.pdf import get_wording, render_certificate
from services.certificates.adapters.pdf.fast import CertificatePress
from services.certificates.adapters.pdf.proof import compare
from services.certificates.domain.evidence import Evidence
from services.certificates.domain.printed import CertificateContent
from services.certificates.domain.proof import ProofLine
from services.certificates.domain.version import PrintedPage
from services.certificates.errors import Unprintable

T = TypeVar("T")


class PooledPrinter:
    """Sets each page in a pool.

    Args:
        pool: Of threads; whoever made it shuts it down.
    """

    def __init__(self, pool: Executor) -> None:
        self._pool = pool
        self._press = CertificatePress()

    async def print_page(self, content: CertificateContent, evidence: Evidence) -> PrintedPage:
        """The page that will be signed, its slot empty.

        Raises:
            Unprintable: A value can't be set.
        """
        carried = archive.Evidence(evidence.certificates, evidence.lists)
        wording = get_wording(content.issued_on)
        filled = await self._in_pool(partial(self._press.print_certificate, content, wording, carried))
        shared = filled.shared
        return PrintedPage(
            filled.sha256().hex(), filled.digest.hex(), shared.content, shared.sha256.hex(), filled.rest
        )

    async def print_preview(self, content: CertificateContent) -> bytes:
        """The PDF of a page that is marked as one without force.

        Raises:
            Unprintable: A value can't be set.
        """
        wording = get_wording(content.issued_on)
        return await self._in_pool(partial(render_certificate, content, wording, preview=True))

    async def prove(
        self, content: CertificateContent, printed: PrintedPerson, valid_until: date | None
    ) -> Sequence[ProofLine]:
        """What a reader of the page would find, beside what the file says.

        Raises:
            Unprintable: A value can't be set.
        """
        return await self._in_pool(partial(self._prove, content, printed, valid_until))

    def _prove(
        self, content: CertificateContent, printed: PrintedPerson, valid_until: date | None
    ) -> Sequence[ProofLine]:
        wording = get_wording(content.issued_on)
        # Nobody signs or keeps this one, so it carries no evidence.
        pdf = self._press.print_certificate(content, wording).pdf
        return compare(pdf, printed, valid_until, wording)

    async def _in_pool(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        except (UnprintableTextError, TextTooLongError) as error:
            raise Unprintable from error
