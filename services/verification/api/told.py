"""Answers as JSON, put together from rows: the same keys and length for a known code and an unknown one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final

import orjson

from services.verification.domain.certificate import BULLETS, Reason, Verdict
from services.verification.domain.packed import BY_SHIFT, DAY_ZERO, HEAD, NO_DAY, STATUS_MARKS, Mark
from services.verification.domain.typed import Malformed

LENGTH: Final = 768
"""Bytes of an answer; blanks follow its JSON. What is longer, with names of very many parts, takes twice."""

UNKNOWN: Final = HEAD.pack(Mark.UNKNOWN, NO_DAY, NO_DAY, 0, 0, 0, 0)
"""Stands in for the row of a code that nobody has."""

_BULLETS: Final = BULLETS.encode()
_BETWEEN: Final = _BULLETS + b" "
_NULL: Final = b"null"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_IN_FORCE_ONCE: Final = (Mark.VALID, Mark.EXPIRED)
_DATES: Final = b'%b,"issued_on":%b,"valid_until":%b,"since":%b,'
_BODY: Final = _DATES + b'"superseded_by":%b,"arabic_name":%b,"latin_name":%b,"content":%b}'
_HEAD: Final = b'{"verdict":%b,"reason":%b,"suggestions":%b,"number":'
_BY: Final = (_NULL, b'"correction"', b'"duplicate"', b'"renewal"')
_SUPERSEDED: Final = (
    Reason.SUPERSEDED,
    Reason.SUPERSEDED_BY_CORRECTION,
    Reason.DUPLICATE_ISSUED,
    Reason.RENEWED,
)
_VERDICTS: Final = {
    Mark.VALID: Verdict.VALID,
    Mark.SUSPENDED: Verdict.SUSPENDED,
    Mark.SUPERSEDED: Verdict.SUPERSEDED,
    Mark.REVOKED: Verdict.REVOKED,
    Mark.EXPIRED: Verdict.EXPIRED,
    Mark.UNKNOWN: Verdict.UNKNOWN,
}


def _begun(marks: int) -> bytes:
    verdict = _VERDICTS[marks & STATUS_MARKS]
    superseded = verdict is Verdict.SUPERSEDED
    reason = _SUPERSEDED[marks >> BY_SHIFT] if superseded else Reason(verdict.value)
    return _HEAD % (_quoted(verdict.value), _quoted(reason.value), b"[]")


def _quoted(text: str) -> bytes:
    return orjson.dumps(text)


_BEGUN: Final = {
    mark | by << BY_SHIFT: _begun(mark | by << BY_SHIFT) for mark in _VERDICTS for by in range(len(_BY))
}
_DAYS: Final[dict[int, bytes]] = {NO_DAY: _NULL}


def day_number(day: date) -> int:
    """A day as rows count it."""
    return (day - DAY_ZERO).days


def told(row: bytes, today: int, content: bytes = _NULL) -> bytes:
    """The answer to a code, as padded JSON.

    Args:
        row: Of the code's version, or `UNKNOWN`.
        today: In Morocco, from `day_number`.
        content: What the certificate prints, as JSON.
    """
    marks, issued, until, changed_us, _, number_size, arabic_size = HEAD.unpack_from(row)
    if until < today and not marks & STATUS_MARKS:
        marks = marks & ~STATUS_MARKS | Mark.EXPIRED
    arabic_at = HEAD.size + number_size
    latin_at = arabic_at + arabic_size
    since = _NULL if not changed_us or marks & STATUS_MARKS in _IN_FORCE_ONCE else _moment(changed_us)
    return _padded(
        _BEGUN[marks]
        + _BODY
        % (
            b'"%b"' % row[HEAD.size : arabic_at] if number_size else _NULL,
            _DAYS.get(issued) or _day(issued),
            _DAYS.get(until) or _day(until),
            since,
            _BY[marks >> BY_SHIFT],
            _masked(row[arabic_at:latin_at]),
            _masked(row[latin_at:]),
            content,
        )
    )


def told_malformed(asked: Malformed) -> bytes:
    """The answer to what can't be a code, as padded JSON."""
    begun = _MALFORMED[asked.fault.value] % b",".join(b'"%b"' % code.encode() for code in asked.suggestions)
    return _padded(begun + _NOTHING)


_MALFORMED: Final = {
    fault: _HEAD % (_quoted(Verdict.MALFORMED.value), _quoted(f"malformed-{fault}"), b"[%b]")
    for fault in ("length", "characters", "check")
}
_NOTHING: Final = _BODY % ((_NULL,) * 8)


def _masked(initials: bytes) -> bytes:
    return b'"%b%b"' % (initials.replace(b" ", _BETWEEN), _BULLETS) if initials else _NULL


def _padded(body: bytes) -> bytes:
    return body.ljust(LENGTH if len(body) <= LENGTH else -(-len(body) // LENGTH) * LENGTH)


def _day(number: int) -> bytes:
    shown = _DAYS[number] = b'"%b"' % (DAY_ZERO + timedelta(number)).isoformat().encode()
    return shown


def _moment(microseconds: int) -> bytes:
    return orjson.dumps(_EPOCH + timedelta(microseconds=microseconds), option=orjson.OPT_UTC_Z)
