"""The drawing of a verification code."""

from __future__ import annotations

from libs.contracts.code import ENTROPY_BYTES, code_of

__all__ = ["ENTROPY_BYTES", "draw_code"]


def draw_code(entropy: bytes) -> str:
    """The 16 characters that spell `entropy`.

    Args:
        entropy: 10 unpredictable bytes.

    Raises:
        ValueError: There are more bytes or fewer.
    """
    return code_of(entropy)
