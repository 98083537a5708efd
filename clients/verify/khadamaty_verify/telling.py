"""Tells a verdict in words, or as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from typing import Any, Final

from khadamaty_verify.payload import Claims
from khadamaty_verify.verdict import Verdict

LANGUAGES: Final = ("ar", "fr", "en")


def as_json(verdict: Verdict) -> str:
    """A verdict as one JSON object: `reason`, `valid`, `as_of`, `claims`."""
    claims = verdict.claims
    told: dict[str, Any] = {
        "reason": verdict.reason.value,
        "valid": verdict.is_valid,
        "as_of": verdict.as_of.isoformat() if verdict.as_of else None,
        "claims": None,
    }
    if claims is not None:
        told["claims"] = asdict(claims) | {
            "issued_on": claims.issued_on,
            "valid_until": claims.valid_until,
        }
    return json.dumps(told, ensure_ascii=False)


def in_words(verdict: Verdict, lang: str) -> str:
    """A verdict for people: what it is, what to do, and what to compare with the document.

    Args:
        verdict: What the code came to.
        lang: One of `LANGUAGES`.
    """
    words = _words()[lang]
    title, text = words["reasons"][verdict.reason.value]
    lines = [title, text]
    if verdict.claims is not None:
        lines += [f"  {label}: {value}" for label, value in _facts(verdict.claims, words) if value]
    if verdict.as_of is not None:
        lines.append(words["as_of"].format(moment=f"{verdict.as_of:%Y-%m-%d %H:%M} UTC"))
    return "\n".join(lines)


def word(lang: str, key: str) -> str:
    """One of the command's own sentences."""
    told: str = _words()[lang]["command"][key]
    return told


def _facts(claims: Claims, words: Any) -> list[tuple[str, str]]:
    labels = words["labels"]
    return [
        (labels["kind"], words["kinds"][claims.kind]),
        (labels["number"], claims.number),
        (labels["arabic_name"], claims.arabic_name),
        (labels["latin_name"], claims.latin_name),
        (labels["issued_on"], claims.issued_on),
        (labels["valid_until"], claims.valid_until or words["for_ever"]),
        (labels["code"], claims.code),
    ]


@cache
def _words() -> Any:
    return json.loads(files("khadamaty_verify").joinpath("words.json").read_text("utf-8"))
