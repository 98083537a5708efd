"""A real browser for tests: accessibility findings, mirrored layout, sideways scrolling."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from libs.ui.assets import Assets, static_folder
from libs.ui.build.__main__ import build, default_cache

CHROMIUM: Final = "/usr/bin/chromium"
ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
AXE_TAGS: Final = (
    "wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice",
)  # fmt: skip
MIRROR_TOLERANCE_PX: Final = 1.5

# Inline boxes are left out: within a line the Unicode algorithm orders them, not the layout.
_BOXES: Final = """() => [...document.querySelectorAll('body *')]
  .filter(e => !e.closest('bdi, .govuk-visually-hidden, option'))
  .map(e => [e, e.getBoundingClientRect(), getComputedStyle(e)])
  .filter(([e, box, style]) => box.width > 1 && box.height > 1 && style.display !== 'inline')
  .map(([e, box, style]) => ({
    name: e.tagName.toLowerCase() + '.' + String(e.className.baseVal ?? e.className).split(' ')[0],
    left: box.left, right: box.right, edges: style.borderLeftWidth + '/' + style.borderRightWidth,
  }))"""
_TURN: Final = """async ([direction, address]) => {
  document.documentElement.dir = direction;
  const link = document.querySelector('link[rel=stylesheet]');
  await new Promise(done => { link.onload = done; link.href = address; });
  await document.fonts.ready;
}"""
_OVERFLOW: Final = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll('body *')]
    .filter(e => { const r = e.getBoundingClientRect(); return r.right > width + 1 || r.left < -1; })
    .map(e => e.tagName.toLowerCase() + '.' + e.className);
}"""

_FOCUS: Final = """() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const box = element.getBoundingClientRect(), style = getComputedStyle(element);
  element.dataset.mark ??= String(performance.now());
  return {
    mark: element.dataset.mark, name: element.id || element.innerText, tag: element.tagName,
    height: box.height, width: box.width, shown: style.outlineStyle !== 'none' || style.boxShadow !== 'none',
  };
}"""


@dataclass(frozen=True)
class Mirror:
    """How far a page turned round is its own mirror image.

    Args:
        boxes: how many visible boxes were compared.
        wrong: the names of those that aren't where the mirror puts them.
    """

    boxes: int
    wrong: tuple[str, ...]

    @property
    def share(self) -> float:
        """The share of mirrored boxes, 0 to 1."""
        return 1 - len(self.wrong) / self.boxes


@pytest.fixture(scope="session")
def assets() -> Assets:
    """The built styles and fonts, brought up to date."""
    build(static_folder(), default_cache())
    return Assets.read()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium, started once per test session."""
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield started
        await started.close()


async def axe_violations(page: Page) -> list[str]:
    """Run npm's axe-core with the AAA tags and return one line per finding."""
    source = default_cache() / "node_modules" / "axe-core" / "axe.min.js"
    await page.evaluate(source.read_text(encoding="utf-8"))
    options = {"runOnly": {"type": "tag", "values": list(AXE_TAGS)}}
    result: dict[str, Any] = await page.evaluate(f"axe.run(document, {json.dumps(options)})")
    return [
        f"{finding['id']}: {node['target'][0]} {node['failureSummary']}"
        for finding in result["violations"]
        for node in finding["nodes"]
    ]


async def mirror(page: Page, assets: Assets) -> Mirror:
    """Turn the page to the other direction and compare every visible box with its reflection."""
    width = await page.evaluate("document.documentElement.clientWidth")
    direction = await page.evaluate("document.documentElement.dir")
    other = "ltr" if direction == "rtl" else "rtl"
    await page.evaluate("document.fonts.ready.then(() => true)")
    before = await page.evaluate(_BOXES)
    await page.evaluate(_TURN, [other, assets.url(f"khadamaty.{other}.css")])
    after = await page.evaluate(_BOXES)
    await page.evaluate(_TURN, [direction, assets.url(f"khadamaty.{direction}.css")])
    assert len(before) == len(after)
    wrong = tuple(a["name"] for a, b in zip(before, after, strict=True) if not _reflected(a, b, width))
    return Mirror(len(before), wrong)


async def sideways_overflow(page: Page, width_px: int) -> list[str]:
    """Return what sticks out of a viewport of that width; empty if nothing scrolls sideways."""
    await page.set_viewport_size({"width": width_px, "height": 800})
    found: list[str] = await page.evaluate(_OVERFLOW)
    return found


def _reflected(box: dict[str, Any], other: dict[str, Any], width: float) -> bool:
    near = abs(width - box["left"] - other["right"]) <= MIRROR_TOLERANCE_PX
    far = abs(width - box["right"] - other["left"]) <= MIRROR_TOLERANCE_PX
    turned: str = "/".join(reversed(other["edges"].split("/")))
    return near and far and bool(box["edges"] == turned)


async def keyboard_walk(page: Page) -> list[dict[str, Any]]:
    """Press Tab from the top to the end of the page and describe each place where the focus stood."""
    places: list[dict[str, Any]] = []
    while True:
        await page.keyboard.press("Tab")
        place: dict[str, Any] | None = await page.evaluate(_FOCUS)
        if place is None or (places and place["mark"] == places[0]["mark"]):
            return places
        places.append(place)
