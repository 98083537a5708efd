"""What can't be said for now, because news of a certificate waits or couldn't be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import ValidationError

from libs.chassis.log import Record
from libs.contracts.event import Data
from services.verification.ports import Deps


class _Coded(Data):
    code_hash: str


class _Told(Data):
    """As much of `CertificateState` as tells whom it concerns; it stands in clear."""

    versions: tuple[_Coded, ...]


async def doubted_codes(deps: Deps, record: Record) -> Mapping[str, Sequence[str]]:
    """The codes of a certificate whose newest state isn't applied.

    Args:
        deps: The service's parts.
        record: Of a certificate's state, readable or not; its key is the certificate's id.

    Returns:
        `code_hashes`: those that the record tells and those that were known before.
    """
    known = await deps.known.code_hashes_of((record.key or b"").decode("utf-8", "replace"))
    return {"code_hashes": sorted({*known, *_told_by(record)})}


def _told_by(record: Record) -> Sequence[str]:
    try:
        told = _Told.model_validate_json(record.value or b"")
    except ValidationError:
        return ()
    return tuple(version.code_hash for version in told.versions)
