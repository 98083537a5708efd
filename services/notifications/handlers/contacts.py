"""Follows how people can be reached."""

from __future__ import annotations

from libs.chassis.aggregates import Copied
from libs.chassis.delivery import Delivery
from libs.contracts.identity import PersonState
from libs.contracts.people import PersonDetails
from services.notifications.domain import Address, Contact
from services.notifications.ports import Deps

_WRITTEN = ("ar", "fr")
_DEFAULT = "ar"


def contact_of(_deps: Deps, delivery: Delivery[PersonState]) -> Copied[Contact]:
    """The contact of a person as identity now knows it; of the sealed part only the address is kept."""
    event = delivery.event
    contact = Contact(
        person_id=event.person_id,
        language=event.language if event.language in _WRITTEN else _DEFAULT,
        active=event.active,
        personal=Address(delivery.opened(PersonDetails).email),
    )
    return Copied(event.person_id, contact, delivery)
