"""Sets pages in threads, so that the event loop goes on meanwhile."""

from __future__ import annotations

import asyncio
from concurrent.futures import Executor

from libs.ui.typeset.errors import TextTooLongError, UnprintableTextError
from services.certificates.adapters.pdf import get_wording, render_certificate
from services.certificates.domain.printed import CertificateContent
from services.certificates.errors import Unprintable


class PooledPrinter:
    """Sets each page in a pool.

    Args:
        pool: Of threads or processes; whoever made it shuts it down.
    """

    def __init__(self, pool: Executor) -> None:
        self._pool = pool

    async def print_page(self, content: CertificateContent, *, preview: bool = False) -> bytes:
        """The PDF of a page.

        Raises:
            Unprintable: A value can't be set.
        """
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._pool, _set_page, content, preview)
        except (UnprintableTextError, TextTooLongError) as error:
            raise Unprintable from error


def _set_page(content: CertificateContent, preview: bool) -> bytes:  # noqa: FBT001 - an executor passes by position
    return render_certificate(content, get_wording(content.issued_on), preview=preview)
