"""The rows from which a process answers, without a database behind them."""

from __future__ import annotations

from dataclasses import dataclass, field

from services.verification.adapters.packed_table import PackedTable
from services.verification.domain.certificate import PublicCertificate
from services.verification.domain.packed import unbundle
from services.verification.ports import RowSealer


@dataclass
class Memory:
    """Rows and doubts as a test sets them."""

    sealer: RowSealer
    table: PackedTable = field(default_factory=PackedTable)
    doubted: set[bytes] = field(default_factory=set)
    is_current: bool = True

    def find(self, key: bytes) -> bytes | None:
        return self.table.find(key)

    def is_doubted(self, key: bytes) -> bool:
        return key in self.doubted

    def take(self, certificate: PublicCertificate) -> None:
        """Read a copy as the mirror would."""
        for key, row in unbundle(self.sealer.open(certificate.certificate_id, certificate.packed)):
            self.table.put(key, row)
