"""The page that checks documents without a network: itself, its manifest and the worker that keeps it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from libs.chassis.errors import NotFound
from libs.chassis.web.access import AnyCaller
from libs.chassis.web.caller import ANONYMOUS
from libs.chassis.web.language import LANGUAGES as CHOICE
from libs.chassis.web.language import Lang
from libs.ui.forms import Form
from libs.ui.languages import LANGUAGES
from libs.ui.navigation import menu_for
from libs.ui.pages import PageContext, Pages

PATH: Final = "/v"
_STYLES: Final = tuple(f"khadamaty.{direction}.css" for direction in ("rtl", "ltr"))
_FONTS: Final = ("arabic-400.woff2", "arabic-700.woff2", "tifinagh-400.woff2")
_PICTURES: Final = ("icon.svg", "pattern.svg", "icon-192.png", "icon-maskable-180.png")
_COLOUR: Final = "#0b4f45"

# The page is the same for everybody, and the only one of the platform that may ask for the camera.
_PERMISSIONS: Final = "camera=(self), geolocation=(), microphone=(), payment=(), usb=()"

router = APIRouter(include_in_schema=False)


def _pages_of(request: Request) -> Pages:
    pages: Pages = request.app.state.pages
    return pages


Renderer = Annotated[Pages, Depends(_pages_of)]


@dataclass(frozen=True)
class Shell:
    """What a worker keeps of this release.

    Attributes:
        version: A digest of all that a visitor may see of it.
        pages: The page's address in each language.
        files: The addresses of what it is made of.
        worker: That of the worker's own script.
    """

    version: str
    pages: dict[str, str]
    files: tuple[str, ...]
    worker: str

    @property
    def script(self) -> str:
        """What a browser compares to learn that there's a newer release."""
        kept = {"version": self.version, "pages": self.pages, "files": self.files}
        return (
            f"self.SHELL = {json.dumps(kept, sort_keys=True)};\nimportScripts({json.dumps(self.worker)});\n"
        )


@cache
def shell_of(pages: Pages) -> Shell:
    """What these pages come to; they don't change while a process runs."""
    url = pages.assets.url
    manifests = tuple(f"{PATH}/{lang}.webmanifest" for lang in CHOICE)
    files = tuple(map(url, ("scanned.js", *_STYLES, *_FONTS, *_PICTURES)))
    seen = [
        *(_page(pages, PageContext(lang, PATH, f"lang={lang}", menu_for(ANONYMOUS))) for lang in CHOICE),
        *(_manifest(pages, lang) for lang in CHOICE),
        *files,
        url("worker.js"),
    ]
    version = sha256("\0".join(seen).encode()).hexdigest()[:16]
    addresses = {lang: f"{PATH}?lang={lang}" for lang in CHOICE}
    return Shell(version, addresses, (*files, *manifests), url("worker.js"))


@router.get(PATH)
@router.get("/V")
async def show_scanned(request: Request, _caller: AnyCaller, lang: Lang, pages: Renderer) -> HTMLResponse:
    """The form for a typed code, where a QR code leads: scripts check what stands in the address' fragment.

    QR codes write the path in capitals. The page is the same for whoever is signed in, since devices keep it.
    """
    html = _page(pages, PageContext.of(request, ANONYMOUS))
    headers = {
        "cache-control": "no-store",
        "content-language": lang,
        "khadamaty-shell": shell_of(pages).version,
        "permissions-policy": _PERMISSIONS,
    }
    return HTMLResponse(html, headers=headers)


@router.get(f"{PATH}/worker.js")
async def get_worker(_caller: AnyCaller, pages: Renderer) -> Response:
    """The script of the worker; it may answer for the page, which lies above it."""
    headers = {"service-worker-allowed": "/", "cache-control": "no-cache"}
    return Response(shell_of(pages).script, media_type="text/javascript", headers=headers)


@router.get(f"{PATH}/{{lang}}.webmanifest")
async def get_manifest(lang: str, _caller: AnyCaller, pages: Renderer) -> Response:
    """What an installed page is called and looks like (W3C, Web Application Manifest)."""
    if lang not in CHOICE:
        raise NotFound
    return Response(_manifest(pages, lang), media_type="application/manifest+json")


def _page(pages: Pages, context: PageContext) -> str:
    return pages.render(context, "scanned.html", form=Form(), suggestions=())


def _manifest(pages: Pages, lang: str) -> str:
    language = LANGUAGES[lang]
    icons = [
        _icon(pages, "icon.svg", "any", "any", "image/svg+xml"),
        *(_icon(pages, f"icon-{width}.png", f"{width}x{width}", "any", "image/png") for width in (192, 512)),
        _icon(pages, "icon-maskable-512.png", "512x512", "maskable", "image/png"),
    ]
    told = {
        "id": PATH,
        "start_url": PATH,
        "scope": PATH,
        "display": "standalone",
        "name": pages.word(lang, "app.name"),
        "short_name": pages.word(lang, "app.short_name"),
        "description": pages.word(lang, "app.description"),
        "lang": language.html_lang,
        "dir": language.direction,
        "background_color": "#ffffff",
        "theme_color": _COLOUR,
        "icons": icons,
    }
    return json.dumps(told, ensure_ascii=False)


def _icon(pages: Pages, name: str, sizes: str, purpose: str, media_type: str) -> dict[str, str]:
    return {"src": pages.assets.url(name), "sizes": sizes, "purpose": purpose, "type": media_type}
