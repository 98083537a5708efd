"""Every route declares who may call it."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterator

import pytest
from fastapi import APIRouter, Depends
from fastapi.routing import iter_route_contexts

from libs.chassis.web.access import Public, declared_access
from tests.support.tree import present_services


def undeclared(router: APIRouter) -> list[str]:
    """The paths of a router's routes that don't say who may call them."""
    return [str(route.path) for route in iter_route_contexts(router.routes) if declared_access(route) is None]


def _routers() -> Iterator[tuple[str, APIRouter]]:
    for service in present_services():
        for name in ("api", "pages"):
            module = f"services.{service}.{name}"
            if importlib.util.find_spec(module) is not None:
                yield module, importlib.import_module(module).router


ROUTERS = dict(_routers())


@pytest.mark.parametrize("module", ROUTERS)
def test_every_route_declares_who_may_call_it(module: str) -> None:
    assert undeclared(ROUTERS[module]) == []


@pytest.mark.parametrize("module", ROUTERS)
def test_router_has_routes(module: str) -> None:
    assert list(iter_route_contexts(ROUTERS[module].routes))


def test_a_route_without_a_declaration_is_noticed() -> None:
    outer, inner = APIRouter(), APIRouter()

    @inner.get("/open")
    async def silent() -> None: ...

    @inner.get("/declared", dependencies=[Depends(Public())])
    async def told() -> None: ...

    outer.include_router(inner, prefix="/inner")
    assert undeclared(outer) == ["/inner/open"]
