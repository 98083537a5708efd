"""The one frozen object in which handlers receive all of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from libs.chassis.aggregates import Aggregates
from libs.chassis.clock import Clock
from libs.chassis.trust import Trust
from services.certificates.domain.batch import Batch
from services.certificates.domain.certificate import Certificate
from services.certificates.domain.verifier_key import VerifierKey
from services.certificates.ports.keeping import Numbers, Papers, Printer, StatusIndices
from services.certificates.ports.log import Log, LogTree, LogVoids
from services.certificates.ports.queries import Queries
from services.certificates.ports.sealing import PayloadKey, Signer


@dataclass(frozen=True)
class Deps:
    """What every handler receives.

    Attributes:
        entropy: Gives that many unpredictable bytes.
        origin: The platform's public origin, without a slash at its end.
    """

    clock: Clock
    trust: Trust
    certificates: Aggregates[Certificate]
    batches: Aggregates[Batch]
    queries: Queries
    numbers: Numbers
    papers: Papers
    printer: Printer
    signer: Signer
    payload_key: PayloadKey
    log: Log
    log_tree: LogTree
    log_voids: LogVoids
    status_indices: StatusIndices
    verifier_keys: Aggregates[VerifierKey]
    entropy: Callable[[int], bytes]
    origin: str
