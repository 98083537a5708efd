"""Verification behind a free port with its built styles, for whoever looks at it with a browser."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from libs.chassis.web.server import serve
from libs.ui.assets import STATIC_URL, Assets, static_folder
from libs.ui.pages import Pages
from services.verification import api, pages
from tests.support.qr_keys import OwnQrKey
from tests.support.verifying import Asked, PublicSite, verifying
from tests.support.visitors import build_site, probe_settings


@asynccontextmanager
async def public_site(assets: Assets) -> AsyncIterator[PublicSite]:
    """Serve it until the block ends; it knows one certificate and one key of QR codes."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    origin = f"http://localhost:{port}"
    service, key = await verifying(), OwnQrKey()
    await service.know()
    await service.know_key(key.jwk())
    renderer = Pages("services.verification", assets)
    built = build_site(
        pages.router,
        api.router,
        settings=probe_settings(public_origin=origin),
        translate=renderer.word,
        on_error=renderer.on_error,
    )
    built.app.state.deps, built.app.state.pages = service.deps, renderer
    built.app.mount(STATIC_URL, StaticFiles(directory=static_folder()))
    stop = asyncio.Event()
    asked: list[Asked] = []
    task = asyncio.create_task(serve(_watched(built.app, asked), "127.0.0.1", port, stop))
    yield PublicSite(origin, assets, key, service, built.app.state, asked)
    stop.set()
    await task


def _watched(app: ASGIApp, asked: list[Asked]) -> ASGIApp:
    async def watching(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = {name.decode(): value.decode() for name, value in scope["headers"]}
            address = scope["path"] + ("?" if scope["query_string"] else "") + scope["query_string"].decode()
            asked.append(Asked(scope["method"], address, headers))
        await app(scope, receive, send)

    return watching
