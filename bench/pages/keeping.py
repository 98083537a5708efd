"""What the service itself does for a certificate: its page is set, kept under a key, and sealed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from os import urandom
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)

from bench.pages.engines import Engine
from bench.pages.printed import NOW, people
from bench.pages.signing import ORIGIN, certify, code_of, raw_signature
from libs.chassis.clock import FixedClock
from libs.chassis.crypto import MemoryKeyStore, Vault
from libs.chassis.mongo import Database, Document
from libs.contracts.people import Identifier
from libs.contracts.requests import PrintedPerson
from services.certificates.adapters.credentials import CredentialsFolder
from services.certificates.adapters.papers import MongoPapers
from services.certificates.adapters.payload_key import HeldPayloadKey
from services.certificates.adapters.printer import PooledPrinter
from services.certificates.adapters.sealing import DocumentSealer
from services.certificates.adapters.signer import KeyProcess, check
from services.certificates.domain.certificate import Certificate
from services.certificates.domain.personal import Personal
from services.certificates.domain.printed import CertificateContent
from services.certificates.domain.version import Approval, SigningPlan
from services.certificates.handlers.signing import keep_page
from services.certificates.ports import Deps

_HOLDER = "holder"


@contextmanager
def kept() -> Iterator[Engine]:
    """The service's handler and adapters; only the database and the pipe to the keys' process are left out.

    What an engine gives is what is kept: what the page doesn't share, deflated and under its holder's key.
    """
    files = {content.number: _file(content) for content in people()}
    with ExitStack() as opened:
        folder = Path(opened.enter_context(TemporaryDirectory()))
        pool = opened.enter_context(ThreadPoolExecutor(1))
        loop = opened.enter_context(asyncio.Runner()).get_loop()
        database = _Database()
        deps = loop.run_until_complete(_deps(folder, pool, database))

        async def issue(content: CertificateContent) -> bytes:
            paper = await keep_page(deps, *files[content.number])
            await deps.signer.sign(paper.document_sha256)
            return bytes(database.newest["rest"])

        def engine(content: CertificateContent) -> bytes:
            # The browser's driver keeps a loop of its own running in this thread.
            others = asyncio._get_running_loop()  # noqa: SLF001 - meant for makers of loops
            asyncio._set_running_loop(None)  # noqa: SLF001 - the same
            try:
                return loop.run_until_complete(issue(content))
            finally:
                asyncio._set_running_loop(others)  # noqa: SLF001 - the same

        yield engine


async def _deps(folder: Path, pool: ThreadPoolExecutor, database: _Database) -> Deps:
    keys = {name: generate_private_key(SECP256R1()) for name in ("seal", "qr")}
    certify(keys["seal"], folder)
    held = _Keys(keys)
    clock = FixedClock(NOW)
    vault = Vault("certificates", urandom(32), MemoryKeyStore())
    await vault.create(_HOLDER)
    parts = SimpleNamespace(
        origin=ORIGIN,
        payload_key=HeldPayloadKey(held),
        printer=PooledPrinter(pool),
        signer=DocumentSealer(cast("KeyProcess", held), CredentialsFolder(folder), clock),
        papers=MongoPapers(cast("Database", database), vault, clock),
    )
    return cast("Deps", parts)


class _Keys:
    """The keys' process without the pipe to it: every signature is checked, as the service does."""

    def __init__(self, keys: Mapping[str, EllipticCurvePrivateKey]) -> None:
        self._keys = keys
        self._public = {name: key.public_key() for name, key in keys.items()}

    async def sign(self, key: str, sha256: bytes) -> bytes:
        signature = raw_signature(self._keys[key], sha256)
        check(self._public[key], sha256, signature)
        return signature

    async def public_key(self, key: str) -> EllipticCurvePublicKey:
        return self._public[key]


class _Database:
    """Takes papers and forgets all but the newest."""

    newest: Document

    def __getitem__(self, _collection: str) -> _Database:
        return self

    async def insert_many(self, documents: Sequence[Document], **_options: Any) -> None:
        self.newest = documents[-1]

    async def update_one(self, *_asked: Any, **_options: Any) -> None:
        return


def _file(content: CertificateContent) -> tuple[Certificate, SigningPlan]:
    """The file at stage 7 that prints this, and its plan."""
    holder = content.holder
    arabic_given, _, arabic_family = holder.arabic_name.partition(" ")
    number, _, year = holder.identifier.partition("/")
    latin_given, _, latin_family = (holder.latin_name or "").partition(" ")
    printed = PrintedPerson(
        arabic_family_name=arabic_family,
        arabic_given_name=arabic_given,
        latin_family_name=latin_family,
        latin_given_name=latin_given,
        sex=holder.sex,
        birth_date=holder.birth_date,
        birth_precision=holder.birth_precision,
        birth_place=holder.birth_place,
        identifier=Identifier(kind=holder.identifier_kind, number=number, year=int(year) if year else None),
        disabilities=content.disabilities,
    )
    certificate = Certificate(
        request_id=content.number,
        reference=content.number,
        person_id=_HOLDER,
        centre="centre",
        centre_name=content.centre,
        approved_at=NOW,
        valid_until=content.valid_until,
        moved_at=NOW,
        personal=Personal(printed, (code_of(content),)),
    )
    approval = Approval("signatory", NOW, NOW)
    return certificate, SigningPlan(1, content.number, "", content.issued_on, approval, status_index=1)
