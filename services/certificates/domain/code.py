"""The drawing of a verification code."""

from __future__ import annotations

from libs.contracts.code import ALPHABET, CODE_LENGTH

ENTROPY_BYTES = 10
"""80 bits: 16 characters of 5 bits."""

_BITS = 5


def draw_code(entropy: bytes) -> str:
    """The 16 characters that spell `entropy`.

    Args:
        entropy: 10 unpredictable bytes.

    Raises:
        ValueError: There are more bytes or fewer.
    """
    if len(entropy) != ENTROPY_BYTES:
        raise ValueError(f"a code is drawn from {ENTROPY_BYTES} bytes")
    number = int.from_bytes(entropy)
    shifts = range(_BITS * (CODE_LENGTH - 1), -1, -_BITS)
    return "".join(ALPHABET[number >> shift & (1 << _BITS) - 1] for shift in shifts)
