"""Documents as they are shown by the road, genuine and forged and past, and what each is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from random import Random
from typing import Any, Final

from playwright.async_api import Page

from libs.contracts.code import code_of
from libs.contracts.qr import address_of, prepare
from services.verification.domain.status_list import ListStatus
from tests.support.offline import claims
from tests.support.qr_keys import OwnQrKey

SORTS: Final = ("genuine", "forged", "altered", "expired", "revoked", "suspended", "superseded")
RIGHT: Final[Mapping[str, frozenset[str]]] = {
    "genuine": frozenset({"valid"}),
    "forged": frozenset({"forged"}),
    "altered": frozenset({"forged", "garbled", "unknown_key"}),
    **{sort: frozenset({sort}) for sort in SORTS[3:]},
}
_LISTED: Final = {
    "revoked": ListStatus.INVALID,
    "suspended": ListStatus.SUSPENDED,
    "superseded": ListStatus.SUPERSEDED,
}
AT_ONCE: Final = 500

# Each document is put where a camera's address would, and waited for until its verdict stands on the page.
_CHECK: Final = """async fragments => {
  const scanned = document.getElementById("scanned"), outcomes = {}, told = [];
  for (const each of document.querySelectorAll("template[id^=scanned-]")) {
    outcomes[each.content.querySelector("h1").textContent.trim()] = each.id.replace("scanned-", "");
  }
  for (const fragment of fragments) {
    const shown = new Promise(done => new MutationObserver((_, observer) => {
      observer.disconnect();
      done();
    }).observe(scanned, { childList: true }));
    const began = performance.now();
    location.hash = fragment;
    await shown;
    const took = performance.now() - began;
    told.push([outcomes[scanned.querySelector("h1").textContent.trim()], took]);
  }
  return told;
}"""


@dataclass(frozen=True)
class Shown:
    """One document.

    Attributes:
        sort: One of `SORTS`.
        digits: What its QR code holds behind the #.
    """

    sort: str
    digits: str


def statuses(count: int) -> dict[int, ListStatus]:
    """What the list says of the documents that `documents` makes."""
    return {index: _LISTED.get(_sort(index), ListStatus.VALID) for index in range(count)}


async def documents(key: OwnQrKey, count: int) -> Sequence[Shown]:
    """That many of them, all sorts in turn, each with a code and a place of its own."""
    other, chance = OwnQrKey(), Random(7)  # noqa: S311 - repeatable, and nothing secret
    made = []
    for index in range(count):
        sort = _sort(index)
        until = date(2026, 11, 1) if sort == "expired" else date(2099, 8, 1)
        told = claims(index, code=code_of(chance.randbytes(10)), valid_until=until)
        signer = other if sort == "forged" else key
        unsigned = prepare(told, await key.key_id())
        payload = unsigned.signed(await signer.sign(sha256(unsigned.to_be_signed).digest()))
        if sort == "altered":
            place = chance.randrange(len(payload))
            changed = payload[place] ^ 1 << chance.randrange(8)
            payload = payload[:place] + bytes([changed]) + payload[place + 1 :]
        made.append(Shown(sort, address_of(payload, "").rpartition("#")[2]))
    return made


async def checked(page: Page, shown: Sequence[Shown]) -> Sequence[tuple[str, float]]:
    """What the page says of each, and after how many milliseconds."""
    told: list[tuple[str, float]] = []
    for some in _slices(shown):
        answers: list[Any] = await page.evaluate(_CHECK, [each.digits for each in some])
        told.extend((outcome, took_ms) for outcome, took_ms in answers)
    return told


def _sort(index: int) -> str:
    return SORTS[index % len(SORTS)]


def _slices(shown: Sequence[Shown]) -> Iterator[Sequence[Shown]]:
    for start in range(0, len(shown), AT_ONCE):
        yield shown[start : start + AT_ONCE]
