"""Which acts a staff member may do on a file now: those that the domain, tried on it, doesn't refuse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from libs.chassis.errors import NotFound, ServiceError
from libs.chassis.web.caller import Caller
from libs.contracts.people import Role
from libs.contracts.requests import Category, Degree, DisabilityLine, Duration
from services.requests.domain import centre_work, committee
from services.requests.domain.medical_file import MedicalFile
from services.requests.domain.request import Piece, RefusalReason, Request
from services.requests.domain.stages import Actor, Stage, Terms
from services.requests.errors import MedicalFileIncomplete, WrongStage
from services.requests.handlers.staff import AGENTS, CENTRAL_ROLES, find_medical_file
from services.requests.ports import Deps


@dataclass(frozen=True)
class Trial:
    """A file on which an act is tried; the domain's values are frozen, so nothing comes of it."""

    request: Request
    file: MedicalFile | None
    by: Actor
    at: datetime
    terms: Terms

    def entered(self) -> MedicalFile:
        """The medical file.

        Raises:
            MedicalFileIncomplete: There's none yet.
        """
        if self.file is None:
            raise MedicalFileIncomplete
        return self.file


@dataclass(frozen=True)
class Act:
    """One thing that can be done to a file.

    Attributes:
        name: The last part of its page's address, and of its words.
        roles: Who may do it, one of these.
        attempt: Raises what the domain would, where the act's own answers don't matter.
    """

    name: str
    roles: Sequence[Role]
    attempt: Callable[[Trial], object]


@dataclass(frozen=True)
class Offer:
    """An act at the file's stage.

    Attributes:
        refused_for: The slug of what stands in the way; empty where nothing does.
    """

    name: str
    refused_for: str = ""


def _deposit(trial: Trial) -> object:
    return centre_work.deposit(trial.request, trial.by, trial.at, trial.terms)


def _enter(trial: Trial) -> object:
    return trial.request.stands_at(Stage.ENTRY)


def _scan(trial: Trial) -> object:
    trial.request.stands_at(Stage.ENTRY)
    return trial.entered()


def _check(trial: Trial) -> object:
    trial.request.stands_at(Stage.ENTRY)
    return trial.entered().checked_by(trial.by.id, trial.at)


def _ask_completion(trial: Trial) -> object:
    pieces = list(Piece)
    return centre_work.ask_completion(trial.request, pieces, "", trial.by, trial.at, trial.terms)


def _complete(trial: Trial) -> object:
    return centre_work.complete(trial.request, trial.by, trial.at)


def _admit(trial: Trial) -> object:
    centre_work.at_centre(trial.request)
    return committee.admit(trial.request, trial.entered(), trial.by, trial.at)


def _give_opinion(trial: Trial) -> object:
    line = DisabilityLine(
        category=Category.MOTOR, degree=Degree.MILD, duration=Duration.PERMANENT, companion=False
    )
    return committee.give_opinion(trial.request, [line], None, trial.by, trial.at)


def _approve(trial: Trial) -> object:
    return committee.approve(trial.request, trial.by, trial.at)


def _refuse_at_centre(trial: Trial) -> object:
    centre_work.at_centre(trial.request)
    return committee.refuse(trial.request, RefusalReason.NOT_ENTITLED, "-", trial.by, trial.at)


def _refuse_in_committee(trial: Trial) -> object:
    committee.before_committee(trial.request)
    return committee.refuse(trial.request, RefusalReason.NOT_ENTITLED, "-", trial.by, trial.at)


ACTS: Final = (
    Act("deposit", AGENTS, _deposit),
    Act("file", AGENTS, _enter),
    Act("scans", AGENTS, _scan),
    Act("checked", AGENTS, _check),
    Act("completed", AGENTS, _complete),
    Act("admit", (Role.COAPH_HEAD,), _admit),
    Act("opinion", (Role.COMMITTEE_DOCTOR,), _give_opinion),
    Act("approve", (Role.COMMITTEE_CHAIR,), _approve),
    Act("completion", AGENTS, _ask_completion),
    Act("refuse", (Role.COAPH_HEAD,), _refuse_at_centre),
    Act("refuse", (Role.COMMITTEE_CHAIR,), _refuse_in_committee),
)
"""In the order in which pages offer them."""


async def list_offers(deps: Deps, caller: Caller, request: Request) -> Sequence[Offer]:
    """The acts at the file's stage that are the caller's to do, those that something hinders among them."""
    trial = await _trial(deps, caller, request)
    offers = [(act, _refused_for(act, trial)) for act in ACTS if _holds(caller, act, request)]
    return [Offer(act.name, slug) for act, slug in offers if slug != WrongStage.slug]


async def check_offer(deps: Deps, caller: Caller, request: Request, name: str) -> None:
    """Let the caller open an act's page, or raise what its end would raise.

    Raises:
        NotFound: It isn't theirs to do on this file.
        ServiceError: What the domain refuses, such as WrongStage or SamePerson.
    """
    held = [act for act in ACTS if act.name == name and _holds(caller, act, request)]
    if not held:
        raise NotFound
    trial = await _trial(deps, caller, request)
    refusals = [_refusal(act, trial) for act in held]
    if all(refusals) and refusals[0] is not None:
        raise refusals[0]


async def _trial(deps: Deps, caller: Caller, request: Request) -> Trial:
    held = await find_medical_file(deps, request)
    file = held.value if held else None
    return Trial(request, file, Actor.staff(caller.id), deps.clock.now(), deps.terms)


def _holds(caller: Caller, act: Act, request: Request) -> bool:
    roles = caller.roles & set(act.roles)
    return bool(roles & set(CENTRAL_ROLES)) or (bool(roles) and request.centre in caller.centres)


def _refusal(act: Act, trial: Trial) -> ServiceError | None:
    try:
        act.attempt(trial)
    except ServiceError as refusal:
        return refusal
    return None


def _refused_for(act: Act, trial: Trial) -> str:
    refusal = _refusal(act, trial)
    return refusal.slug if refusal else ""
