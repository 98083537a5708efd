"""The acts of a certificate's life through its handlers: how each is prepared and finished."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable

from libs.contracts.certificates import CertificateStatus
from libs.contracts.people import Role
from services.certificates import handlers
from services.certificates.domain.certificate import Stage
from services.certificates.domain.orders import OrderKind, RevocationReason
from services.certificates.handlers.life import OrderAsked
from services.certificates.ports import Deps
from tests.support.certificates_world import (
    CONTROLLER,
    OFFICER,
    PRINTED,
    REGISTRAR,
    SIGNATORY,
    World,
    holder,
    staff,
)

FILE = "request-1"
RENEWAL = "request-2"
CORRECTED = PRINTED.model_copy(update={"birth_place": "فاس"})
VALID, SUSPENDED = CertificateStatus.VALID, CertificateStatus.SUSPENDED
SUPERSEDED, REVOKED = CertificateStatus.SUPERSEDED, CertificateStatus.REVOKED
AGENT = staff("agent", Role.CENTRAL_AGENT)


async def statuses(world: World, certificate_id: str = FILE) -> list[CertificateStatus]:
    return [version.status for version in (await world.file(certificate_id)).versions]


async def told(world: World) -> Counter[str]:
    return Counter(await world.platform.published())


async def to_signature(world: World) -> None:
    """A reissue at drafting is carried to the signature."""
    await handlers.draft(world.deps, OFFICER, FILE)
    await handlers.check(world.deps, CONTROLLER, FILE)
    await handlers.register(world.deps, REGISTRAR, FILE)


async def correction_at_signature(world: World) -> None:
    await handlers.propose_correction(world.deps, OFFICER, FILE, CORRECTED)
    await to_signature(world)


async def duplicate_at_signature(world: World) -> None:
    await handlers.ask_duplicate(world.deps, holder(), FILE)
    await to_signature(world)


async def renewal_at_signature(world: World) -> None:
    await world.brought_to(Stage.SIGNATURE, RENEWAL, renews=FILE)


async def asked(world: World, kind: OrderKind, reason: RevocationReason | None = None) -> None:
    await handlers.ask_order(world.deps, AGENT, FILE, OrderAsked(kind, "because", reason))


async def suspension_asked(world: World) -> None:
    await asked(world, OrderKind.SUSPEND)


async def resumption_asked(world: World) -> None:
    await asked(world, OrderKind.SUSPEND)
    await handlers.confirm_order(world.deps, SIGNATORY, FILE)
    await asked(world, OrderKind.RESUME)


async def revocation_asked(world: World) -> None:
    await asked(world, OrderKind.REVOKE, RevocationReason.FORGERY)


async def sign(deps: Deps) -> None:
    await handlers.sign(deps, SIGNATORY, FILE)


async def sign_renewal(deps: Deps) -> None:
    await handlers.sign(deps, SIGNATORY, RENEWAL)


async def confirm(deps: Deps) -> None:
    await handlers.confirm_order(deps, SIGNATORY, FILE)


Prepare = Callable[[World], Awaitable[None]]
Finish = Callable[[Deps], Awaitable[None]]
ACTS: dict[str, tuple[Prepare, Finish, list[CertificateStatus], str]] = {
    "correction": (correction_at_signature, sign, [SUPERSEDED, VALID], "CertificateCorrected"),
    "duplicate": (duplicate_at_signature, sign, [SUPERSEDED, VALID], "CertificateDuplicated"),
    "renewal": (renewal_at_signature, sign_renewal, [SUPERSEDED], "CertificateSuperseded"),
    "suspension": (suspension_asked, confirm, [SUSPENDED], "CertificateSuspended"),
    "resumption": (resumption_asked, confirm, [VALID], "CertificateResumed"),
    "revocation": (revocation_asked, confirm, [REVOKED], "CertificateRevoked"),
}
WRITES = [("certificates", "save", 1), ("certificates", "save", 2), ("log", "append", 1)]
SIGNING_WRITES = [
    *WRITES,
    ("certificates", "save", 3),
    ("log", "append", 2),
    ("papers", "keep", 1),
    ("signer", "sign", 1),
]
CRASHES = [
    (act, write, after)
    for act in ACTS
    for write in (SIGNING_WRITES if ACTS[act][1] in {sign, sign_renewal} else WRITES)
    for after in (False, True)
    if not (act in {"correction", "duplicate"} and write == ("certificates", "save", 3))
]


async def valid_versions(world: World) -> int:
    """How many versions are valid, of the certificate and of its renewal."""
    found = await statuses(world)
    if await world.deps.certificates.find(RENEWAL) is not None:
        found += await statuses(world, RENEWAL)
    return found.count(VALID)
