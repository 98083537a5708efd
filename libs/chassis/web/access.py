"""Who may call a route: every route declares one of these, and a test lists them all."""

from abc import ABC, abstractmethod
from datetime import timedelta
from typing import Annotated, Any, ClassVar, Final

from fastapi import Depends, Request

from libs.chassis.errors import NotFound
from libs.chassis.web.caller import ANONYMOUS, Caller
from libs.chassis.web.errors import Forbidden, NotFresh, NotSignedIn, SessionExpired
from libs.chassis.web.kept import KeptPage, keep_posted, page_above
from libs.chassis.web.parts import parts_of
from libs.chassis.web.problem import wants_json
from libs.chassis.web.redirects import SeeOther, address_of

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_THROUGH_GATEWAY: Final = ("x-forwarded-for", "forwarded")


class Declaration(ABC):
    """Says who may call a route.

    Attributes:
        heeds_cookies: Whether a browser's cookie may open it, so that other sites must be kept away.
    """

    heeds_cookies: ClassVar[bool] = True

    @abstractmethod
    def __str__(self) -> str:
        """The declaration in a few words, for lists of routes."""


class Access(Declaration):
    """A declaration that, as a FastAPI dependency, returns the `Caller`."""

    @abstractmethod
    async def __call__(self, request: Request) -> Caller:
        """Let the caller in, or raise."""


class Public(Access):
    """Anybody; somebody with a good session is recognised, and one that has expired counts as nobody."""

    def __str__(self) -> str:
        return "public"

    async def __call__(self, request: Request) -> Caller:
        """Recognise the caller, if there is a usable session."""
        try:
            return _noted(request, await parts_of(request).sessions.caller_of(request))
        except NotSignedIn:
            return _noted(request, ANONYMOUS)


class Internal(Access):
    """Probes and scrapers inside the platform: whatever came through the gateway finds nothing here."""

    def __str__(self) -> str:
        return "internal"

    async def __call__(self, request: Request) -> Caller:
        """Refuse what was forwarded."""
        if any(header in request.headers for header in _THROUGH_GATEWAY):
            raise NotFound
        return ANONYMOUS


class SelfProved(Access):
    """Programs that prove themselves in the body: no cookie counts, so no other site can misuse one.

    Their routes ask for no `Origin`.
    """

    heeds_cookies = False

    def __str__(self) -> str:
        return "whoever proves itself in the body"

    async def __call__(self, request: Request) -> Caller:
        """Let everybody in, as nobody: the route's own work is to ask for the proof."""
        del request
        return ANONYMOUS


class Nobody(SelfProved):
    """Anybody, and always as nobody: nothing is changed and no cookie counts, so no `Origin` is asked for."""

    def __str__(self) -> str:
        return "anybody, as nobody"


class SignedIn(Access):
    """Anybody with a good session. Others are asked to sign in, and find their answers again afterwards."""

    def __str__(self) -> str:
        return "signed in"

    async def __call__(self, request: Request) -> Caller:
        """Let callers with a good session in."""
        return await _signed_in(request)


class Allow(Access):
    """Callers who hold at least one of these roles.

    Args:
        roles: Plain strings, as sessions carry them.
    """

    def __init__(self, *roles: str) -> None:
        if not roles:
            raise ValueError("name at least one role, or use SignedIn")
        self._roles = frozenset(roles)

    def __str__(self) -> str:
        return "one of " + ", ".join(sorted(self._roles))

    async def __call__(self, request: Request) -> Caller:
        """Let callers with the role in."""
        caller = await _signed_in(request)
        if not caller.roles & self._roles:
            raise Forbidden
        return caller


class Fresh(Access):
    """Callers whose secret was asked for and given within the last minutes (RFC 9470).

    Args:
        minutes: How recent that must be.
        roles: Of which one must be held; none for any signed-in caller.
    """

    def __init__(self, minutes: int, *roles: str) -> None:
        self._minutes = minutes
        self._who: Access = Allow(*roles) if roles else SignedIn()

    def __str__(self) -> str:
        return f"{self._who}, authenticated within {self._minutes} min"

    async def __call__(self, request: Request) -> Caller:
        """Let recently authenticated callers in; pages lead others to prove themselves again."""
        caller = await self._who(request)
        parts = parts_of(request)
        oldest = parts.clock.now() - timedelta(minutes=self._minutes)
        if caller.authenticated_at is not None and caller.authenticated_at >= oldest:
            return caller
        if wants_json(request):
            raise NotFresh
        page = await _page_after_login(request, caller.id)
        raise SeeOther(parts.login.renewal(page.address, fresh_minutes=self._minutes), page.browser_secret)


AnyCaller = Annotated[Caller, Depends(Public())]
"""A public route's parameter that receives the caller."""

NobodysCaller = Annotated[Caller, Depends(Nobody())]
"""A parameter of a route that reads in public and that programs call."""

SignedInCaller = Annotated[Caller, Depends(SignedIn())]
"""A parameter that receives a signed-in caller."""


def declared_access(route: Any) -> str | None:
    """What a route declares.

    Args:
        route: Of `APIRouter.routes` or of `fastapi.routing.iter_route_contexts`.

    Returns:
        The declaration in words; several are joined by "and"; None if the route declares nothing.
    """
    dependant = getattr(route, "dependant", None)
    if dependant is None:
        return None
    found = list(dict.fromkeys(map(str, _declarations(dependant))))
    return " and ".join(found) or None


def heeds_cookies(route: Any) -> bool:
    """Whether a browser's cookie may open a route; one that declares nothing counts among those."""
    declared = _declarations(getattr(route, "dependant", None))
    return not declared or any(declaration.heeds_cookies for declaration in declared)


def _declarations(dependant: Any) -> list[Declaration]:
    if dependant is None:
        return []
    own = [dependant.call] if isinstance(dependant.call, Declaration) else []
    return own + [told for inner in dependant.dependencies for told in _declarations(inner)]


def _noted(request: Request, caller: Caller) -> Caller:
    """Leave the caller where the page can find it."""
    request.state.caller = caller
    return caller


async def _signed_in(request: Request) -> Caller:
    sessions = parts_of(request).sessions
    try:
        caller = await sessions.caller_of(request)
        if caller.signed_in:
            return _noted(request, caller)
        refusal = NotSignedIn()
    except NotSignedIn as error:
        refusal = error
    if wants_json(request):
        raise refusal
    login = parts_of(request).login
    if isinstance(refusal, SessionExpired):
        owner = await sessions.find_owner(request)
        page = await _page_after_login(request, owner.id if owner else None)
        raise SeeOther(login.renewal(page.address), page.browser_secret)
    page = await _page_after_login(request, None)
    raise SeeOther(login.sign_in(page.address), page.browser_secret)


async def _page_after_login(request: Request, owner: str | None) -> KeptPage:
    """Where the visitor wanted to go; what was typed into a posted form waits there."""
    if request.method in SAFE_METHODS:
        return KeptPage(address_of(request.url.path, request.url.query))
    kept = parts_of(request).kept
    return await keep_posted(request, kept, owner) if kept is not None else KeptPage(page_above(request))
