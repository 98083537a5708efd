"""What a client says that it prefers, with how much (RFC 9110 section 12.4.2)."""

from __future__ import annotations


def preferences(header: str) -> list[tuple[str, float]]:
    """Read an `Accept` or `Accept-Language` header.

    Returns:
        Each range in lower case with its quality from 0 to 1; one that can't be read counts 0.
    """
    found = []
    for part in header.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if name:
            found.append((name, _quality(parameters)))
    return found


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            return _between_none_and_all(value)
    return 1.0


def _between_none_and_all(value: str) -> float:
    try:
        quality = float(value)
    except ValueError:
        return 0.0
    return quality if 0 <= quality <= 1 else 0.0
