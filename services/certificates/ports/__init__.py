"""What the handlers need of the outside world, and the one object in which they receive it."""

from services.certificates.ports.deps import Deps
from services.certificates.ports.keeping import Numbers, Papers, Printer, StatusIndices
from services.certificates.ports.log import Log, LogTree, LogVoids
from services.certificates.ports.queries import Queries, Scope
from services.certificates.ports.sealing import PayloadKey, Signer, TimeStamps

__all__ = [
    "Deps",
    "Log",
    "LogTree",
    "LogVoids",
    "Numbers",
    "Papers",
    "PayloadKey",
    "Printer",
    "Queries",
    "Scope",
    "Signer",
    "StatusIndices",
    "TimeStamps",
]
