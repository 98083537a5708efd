"""What people do with their own requests: file, look, withdraw, print forms."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from libs.chassis.aggregates import Stored
from libs.chassis.clock import civil_date
from libs.chassis.errors import Duplicate, NotFound, NotYet
from libs.chassis.web.caller import Caller
from services.requests.domain.centre import Centre
from services.requests.domain.filing import Filing, begin, may_renew, withdraw
from services.requests.domain.person import Person
from services.requests.domain.request import Request
from services.requests.domain.stages import Actor, Channel
from services.requests.errors import CentreUnknown, FormTokenUnusable, OpenRequestExists, RenewalUnusable
from services.requests.handlers import facts
from services.requests.ports import FORMS, Deps, FormFilling

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class SubmitRequest:
    """What an applicant chose and typed.

    Attributes:
        token: The form's token; the same one again is the same request.
        centre: The centre's code.
        renews: One's own request whose certificate is to be renewed; empty for none.
    """

    token: str
    centre: str
    family_name: str = ""
    given_name: str = ""
    renews: str = ""


async def get_myself(deps: Deps, caller: Caller) -> Person:
    """The copy of the caller's own account.

    Raises:
        NotYet: It hasn't arrived from identity yet.
    """
    stored = await deps.store.persons.find(caller.id)
    if stored is None:
        raise NotYet
    return stored.value


async def submit_request(deps: Deps, caller: Caller, command: SubmitRequest) -> Request:
    """File a request for oneself; a second call with the same token answers the first one's request.

    Raises:
        FormTokenUnusable: The token isn't a UUID of this person's form.
        CentreUnknown: There's no such centre, or it takes no requests.
        RenewalUnusable: What it is to renew isn't the caller's, or doesn't end soon.
        OpenRequestExists: Another one is open, or the form was filed with other answers; `details` name it.
        NotYet: The account's copy hasn't arrived yet.
    """
    person = await get_myself(deps, caller)
    return await file_for(deps, person, command, Actor.person(caller.id), Channel.ONLINE)


async def file_for(
    deps: Deps, person: Person, command: SubmitRequest, by: Actor, channel: Channel
) -> Request:
    """File a request for `person`, through whichever channel; see `submit_request`."""
    token = read_token(command.token)
    if (earlier := await _find_earlier(deps, token, person.person_id, command)) is not None:
        return earlier
    centre = await get_centre(deps, command.centre)
    renews = await _renewed(deps, person.person_id, command.renews)
    if (open_one := await deps.store.find_open(person.person_id)) is not None:
        return _again(open_one.value, token, command)
    now = deps.clock.now()
    year = civil_date(now).year
    reference = f"{year}-{await deps.references.next(year):07d}"
    filing = Filing(
        token=token,
        person_id=person.person_id,
        identifier=person.known.identifier,
        birth_date=person.known.birth_date,
        centre=centre.code,
        channel=channel,
        family_name=command.family_name,
        given_name=command.given_name,
        renews=renews,
    )
    request = begin(filing, reference, by, now, deps.terms)
    try:
        await deps.store.requests.insert(request.id, request, [facts.submitted(request)])
    except Duplicate:
        return await _faster_one(deps, token, person.person_id, command)
    log.info("request.submitted", request_id=request.id, reference=reference, channel=channel.value)
    return request


async def withdraw_request(deps: Deps, caller: Caller, request_id: str) -> Request:
    """Withdraw one's own request: closed at once, or asked of `certificates` while it prepares.

    Raises:
        NotFound: There's none by that id that is the caller's.
        TooLateToWithdraw: It is at the signature, or has ended.
    """
    stored = await get_own(deps, caller, request_id)
    request = stored.value
    if request.withdrawal_pending:
        return request
    now = deps.clock.now()
    after = withdraw(request, Actor.person(caller.id), now)
    fact = facts.withdrawal_requested(after) if after.open else facts.closed(after, now)
    await deps.store.requests.save(stored, after, [fact])
    log.info("request.withdrawn", request_id=request_id, at_once=not after.open)
    return after


async def get_own(deps: Deps, caller: Caller, request_id: str) -> Stored[Request]:
    """One's own request.

    Raises:
        NotFound: There's none by that id that is the caller's.
    """
    stored = await deps.store.find_own(caller.id, request_id)
    if stored is None:
        raise NotFound
    return stored


async def list_own(deps: Deps, caller: Caller) -> Sequence[Request]:
    """One's own requests, the latest first."""
    return [stored.value for stored in await deps.store.requests_of(caller.id)]


async def get_centre(deps: Deps, code: str) -> Centre:
    """A centre that takes requests.

    Raises:
        CentreUnknown: There's none by that code.
    """
    stored = await deps.store.centres.find(code)
    if stored is None or not stored.value.active:
        raise CentreUnknown
    return stored.value


async def print_form(deps: Deps, kind: str, caller: Caller | None) -> bytes:
    """A form to download, blank or filled in for the caller.

    Raises:
        NotFound: There's no form of that kind.
    """
    if kind not in FORMS:
        raise NotFound
    return await deps.forms.print(kind, await _filling(deps, caller) if caller else None)


async def _filling(deps: Deps, caller: Caller) -> FormFilling:
    person = await get_myself(deps, caller)
    latest = next(iter(await list_own(deps, caller)), None)
    return FormFilling(
        family_name=latest.applicant.family_name if latest else "",
        given_name=latest.applicant.given_name if latest else "",
        identifier=person.known.identifier.printed(),
        birth_date=person.known.birth_date,
        reference=latest.reference if latest and latest.open else "",
    )


async def find_renewable(deps: Deps, person_id: str, request_id: str) -> Request | None:
    """The person's request whose certificate may be renewed today, or None."""
    stored = await deps.store.find_own(person_id, request_id) if request_id else None
    if stored is None or not may_renew(stored.value, civil_date(deps.clock.now())):
        return None
    return stored.value


async def _renewed(deps: Deps, person_id: str, request_id: str) -> str | None:
    if not request_id:
        return None
    if await find_renewable(deps, person_id, request_id) is None:
        raise RenewalUnusable
    return request_id


def read_token(typed: str) -> str:
    """A form's token in its canonical form.

    Raises:
        FormTokenUnusable: It isn't a UUID.
    """
    try:
        return str(uuid.UUID(typed))
    except ValueError:
        raise FormTokenUnusable from None


async def _find_earlier(deps: Deps, token: str, person_id: str, command: SubmitRequest) -> Request | None:
    """The request that the same form has filed already."""
    stored = await deps.store.requests.find(token)
    if stored is None:
        return None
    if stored.value.person_id != person_id:
        raise FormTokenUnusable
    return _again(stored.value, token, command)


async def _faster_one(deps: Deps, token: str, person_id: str, command: SubmitRequest) -> Request:
    """The request that was inserted while this one was being made."""
    earlier = await _find_earlier(deps, token, person_id, command)
    if earlier is not None:
        return earlier
    open_one = await deps.store.find_open(person_id)
    if open_one is None:
        raise NotYet
    return _again(open_one.value, token, command)


def _again(known: Request, token: str, command: SubmitRequest) -> Request:
    """The known request if it came of the same form with the same answers: another click was faster."""
    applicant = known.applicant
    answers = (known.id, known.centre, applicant.family_name, applicant.given_name, known.renews or "")
    if answers != (token, command.centre, command.family_name, command.given_name, command.renews):
        raise OpenRequestExists(request_id=known.id, reference=known.reference)
    return known
