"""The menus: static by who is looking, so that no service asks another what to show."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from libs.chassis.web.caller import Caller


@dataclass(frozen=True)
class NavLink:
    """One link of the menu.

    Args:
        label_key: the catalogue key of its words.
        href: a path of this origin.
    """

    label_key: str
    href: str


ANONYMOUS_MENU: Final = (
    NavLink("nav.home", "/"),
    NavLink("nav.register", "/register"),
    NavLink("nav.login", "/login"),
    NavLink("nav.verify", "/verify"),
    NavLink("nav.centres", "/centres"),
)

CITIZEN_MENU: Final = (
    NavLink("nav.space", "/space"),
    NavLink("nav.new_request", "/requests/new"),
    NavLink("nav.messages", "/messages"),
    NavLink("nav.forms", "/forms"),
    NavLink("nav.account", "/account"),
)

_REQUEST_WORK: Final = NavLink("nav.staff_requests", "/staff/requests")
_CERTIFICATE_WORK: Final = NavLink("nav.staff_certificates", "/staff/certificates")
_ISSUANCE_LOG: Final = NavLink("nav.log", "/log")

STAFF_MENUS: Final[Mapping[str, tuple[NavLink, ...]]] = {
    "coaph_agent": (_REQUEST_WORK,),
    "coaph_head": (_REQUEST_WORK,),
    "regional_agent": (_REQUEST_WORK,),
    "central_agent": (_REQUEST_WORK, _CERTIFICATE_WORK),
    "committee_doctor": (_REQUEST_WORK,),
    "committee_chair": (_REQUEST_WORK,),
    "certificate_officer": (_CERTIFICATE_WORK,),
    "controller": (_CERTIFICATE_WORK,),
    "registrar": (_CERTIFICATE_WORK, _ISSUANCE_LOG),
    "signatory": (_CERTIFICATE_WORK, _ISSUANCE_LOG),
    "delivery_desk": (_CERTIFICATE_WORK,),
    "data_protection_officer": (_ISSUANCE_LOG,),
    "auditor": (_ISSUANCE_LOG,),
    "administrator": (),
}


def menu_for(caller: Caller) -> tuple[NavLink, ...]:
    """Return the menu of whoever asks for a page.

    Args:
        caller: nobody, a person with an account, or one of the staff with the roles that are still held.
    """
    if caller.kind == "anonymous":
        return ANONYMOUS_MENU
    if caller.kind == "person":
        return CITIZEN_MENU
    links = dict.fromkeys(link for role, menu in STAFF_MENUS.items() if role in caller.roles for link in menu)
    return (NavLink("nav.staff_home", "/staff"), *links)
