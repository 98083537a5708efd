"""Identity's collections and the questions that are asked of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from libs.chassis.aggregates import Aggregates, Index, Stored
from libs.chassis.codec import Codec
from libs.chassis.platform import Ground
from services.identity.domain.partner import Partner
from services.identity.domain.person import Person
from services.identity.domain.session import Session
from services.identity.domain.signing import SigningKey
from services.identity.domain.staff import StaffMember
from services.identity.ports import IDENTIFIER_INDEX

PERSONS: Final = Codec("persons", Person, owner=lambda person: person.person_id)
SESSIONS: Final = Codec("sessions", Session)
STAFF: Final = Codec("staff", StaffMember)
SIGNING_KEYS: Final = Codec("signing_keys", SigningKey)
PARTNERS: Final = Codec("partners", Partner)

_MOST_SESSIONS: Final = 1000


@dataclass(frozen=True)
class IdentityStore:
    """The collections, on MongoDB or in memory."""

    persons: Aggregates[Person]
    sessions: Aggregates[Session]
    staff: Aggregates[StaffMember]
    signing_keys: Aggregates[SigningKey]
    partners: Aggregates[Partner]

    @classmethod
    async def open(cls, ground: Ground) -> IdentityStore:
        """Open the collections, their indexes with them."""
        return cls(
            persons=await ground.aggregates(
                PERSONS, [Index(IDENTIFIER_INDEX, ("identifier_digest",), unique=True)]
            ),
            sessions=await ground.aggregates(SESSIONS, [Index("open_sessions_of", ("owner_id", "ended_at"))]),
            staff=await ground.aggregates(
                STAFF,
                [
                    Index("one_member_per_code", ("code",), unique=True),
                    Index("one_member_per_address", ("email",), unique=True),
                ],
            ),
            signing_keys=await ground.aggregates(SIGNING_KEYS),
            partners=await ground.aggregates(PARTNERS),
        )

    async def find_person(self, identifier_digest: str) -> Stored[Person] | None:
        """The account of a number, by the number's keyed digest."""
        found = await self.persons.find_by({"identifier_digest": identifier_digest}, limit=1)
        return found[0] if found else None

    async def find_staff(self, login: str) -> Stored[StaffMember] | None:
        """The staff member with that code or address."""
        field = "email" if "@" in login else "code"
        found = await self.staff.find_by({field: login}, limit=1)
        return found[0] if found else None

    async def open_sessions(self, owner_id: str) -> tuple[Stored[Session], ...]:
        """The sessions of that person or staff member that were not ended."""
        wanted = {"owner_id": owner_id, "ended_at": None}
        return tuple(await self.sessions.find_by(wanted, limit=_MOST_SESSIONS))
