"""Which parcel of a subscription goes out next: each certificate's in order, none before its time."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from services.verification.domain.webhook import TRIED_FOR, Held, Progress, Trouble, rest_s, wait_s

WIDEST: Final = 16

_QUEUED: Final = 200
_AHEAD: Final = 2000


@dataclass(frozen=True)
class Parcel:
    """What one request carries.

    Attributes:
        lane: What must stay in order with it: a certificate, or everything.
        positions: Where its events stand in the chronicle, ascending.
    """

    message_id: str
    lane: str
    positions: tuple[int, ...]
    event_ids: tuple[str, ...]
    content_type: str
    body: bytes


@dataclass
class _Lane:
    """Parcels that go one after the other.

    Attributes:
        tries: How often the first one has failed.
        since: When it failed first; None where it hasn't.
        due_at: When it may be tried again; None where it may at any time.
        spell: The failures of the window that came before its last start.
    """

    parcels: deque[Parcel] = field(default_factory=deque)
    tries: int = 0
    since: datetime | None = None
    due_at: datetime | None = None
    spell: int = 0


class Window:
    """What was read of the chronicle for one subscription and hasn't got through yet.

    A parcel that fails holds up its own lane only; the others go on as long as something gets through. After
    each failure everything rests for a while, longer each time as long as nothing succeeds, and goes on with
    one request at a time, by turns with one that failed and one that didn't yet; every success doubles how
    many are under way at once.

    Args:
        progress: Where the subscription stands.
        widest: At most so many requests at once.
    """

    def __init__(self, progress: Progress, widest: int = WIDEST) -> None:
        before = progress.trouble
        self.read_to = progress.position
        self.under_way = 0
        self._turn = progress.turn
        self._lanes: dict[str, _Lane] = {}
        self._ready: deque[str] = deque()
        self._failing: dict[str, _Lane] = {}
        self._open: OrderedDict[int, None] = OrderedDict()
        self._ahead = set(progress.ahead)
        self._queued = 0
        self._widest = widest
        self._allowed = widest if before is None else 1
        self._before = before
        self._held = {held.position: held for held in progress.held}
        self._tries = before.tries if before else 0
        self._reason = before.reason if before else ""
        self._rest_until = before.rest_until if before else None
        self._quiet_until: datetime | None = None
        self._spell = 0

    @property
    def trouble(self) -> Trouble | None:
        """What stands in the way; None while all goes well."""
        if not self._failing:
            return self._before
        begun = [lane.since for lane in self._failing.values() if lane.since is not None]
        dues = [lane.due_at for lane in self._failing.values() if lane.due_at is not None]
        since = min(begun)
        rest_until = self._rest_until or since
        next_at = rest_until if self._ready else max(rest_until, min(dues))
        return Trouble(since, self._tries, rest_until, next_at, self._reason)

    @property
    def has_room(self) -> bool:
        """Whether more should be read."""
        return self._queued < _QUEUED and self.read_to - self._position() < _AHEAD

    def progress(self) -> Progress:
        """How far the subscription has come."""
        position = self._position()
        self._ahead = {place for place in self._ahead if place > position}
        held = tuple(
            Held(lane.parcels[0].positions[0], lane.tries, lane.since, lane.due_at)
            for lane in self._failing.values()
            if lane.since is not None and lane.due_at is not None
        )
        return Progress(
            position,
            self.read_to if not self._ready and self.under_way == 0 else position,
            self._turn,
            tuple(sorted(self._ahead)),
            (*held, *self._held.values()),
            self.trouble,
        )

    def went_ahead(self, position: int) -> bool:
        """Whether that position was delivered before, out of its turn."""
        return position in self._ahead

    def add(self, parcels: Iterable[Parcel], read_to: int) -> None:
        """Take in what was read up to a position, without what went ahead already."""
        for parcel in parcels:
            self._queued += 1
            self._open.update(dict.fromkeys(parcel.positions))
            lane = self._lanes.setdefault(parcel.lane, _Lane())
            lane.parcels.append(parcel)
            held = self._held.pop(parcel.positions[0], None)
            if held is not None:
                lane.tries, lane.since, lane.due_at = held.tries, held.since, held.due_at
                self._failing[parcel.lane] = lane
            elif len(lane.parcels) == 1:
                self._ready.append(parcel.lane)
        self.read_to = read_to

    def take(self, now: datetime) -> tuple[Parcel, int] | None:
        """The next parcel and which try it is; None where nothing may go out now."""
        if self.under_way >= self._allowed or self._rests(now):
            return None
        name = self._next_lane(now)
        if name is None:
            return None
        lane = self._lanes[name]
        lane.spell = self._spell
        self.under_way += 1
        self._queued -= 1
        return lane.parcels[0], lane.tries + 1

    def delivered(self, parcel: Parcel) -> None:
        """It got through."""
        self.under_way -= 1
        lane = self._lanes[parcel.lane]
        lane.parcels.popleft()
        lane.tries, lane.since, lane.due_at = 0, None, None
        for position in parcel.positions:
            del self._open[position]
            self._ahead.add(position)
        if lane.parcels:
            self._ready.append(parcel.lane)
        else:
            del self._lanes[parcel.lane]
        self._allowed = min(self._allowed * 2, self._widest)
        # What a partner asked for is kept even while other requests of the same moment succeed.
        self._before, self._rest_until = None, self._quiet_until
        self._tries = 0 if self._quiet_until is None else 1

    def failed(
        self, parcel: Parcel, now: datetime, reason: str, *, chance: float, asked_s: float | None = None
    ) -> None:
        """It didn't: it stays the first of its lane.

        Args:
            parcel: What was tried.
            now: The present moment.
            reason: What the attempt came to.
            chance: Spreads the wait.
            asked_s: For how long the partner wants to be left alone.
        """
        self.under_way -= 1
        self._queued += 1
        lane = self._lanes[parcel.lane]
        lane.since = lane.since or (self._before.since if self._before else now)
        lane.tries += 1
        last = lane.since + TRIED_FOR
        lane.due_at = _before_end(now, wait_s(lane.tries, chance, asked_s), last)
        self._failing[parcel.lane] = lane
        self._reason = reason
        self._allowed = 1
        if lane.spell == self._spell:
            # Requests that were under way together fail together: that is one failure.
            self._spell += 1
            self._tries += 1
        self._rest_until = _before_end(now, rest_s(max(self._tries, 1), chance, asked_s), last)
        if asked_s:
            self._quiet_until = max(self._rest_until, self._quiet_until or self._rest_until)

    def _next_lane(self, now: datetime) -> str | None:
        if self._ready and self._tries and self._tries % 2 == 0:
            return self._ready.popleft()
        due = (name for name, lane in self._failing.items() if lane.due_at is None or lane.due_at <= now)
        name = next(due, None)
        if name is not None:
            del self._failing[name]
            return name
        return self._ready.popleft() if self._ready else None

    def _rests(self, now: datetime) -> bool:
        if self._quiet_until is not None and self._quiet_until <= now:
            self._quiet_until = None
        return self._rest_until is not None and now < self._rest_until

    def _position(self) -> int:
        return next(iter(self._open)) - 1 if self._open else self.read_to


def _before_end(now: datetime, wait: float, last: datetime) -> datetime:
    """When the wait is over; where trying ends sooner, then once more at that end."""
    over = now + timedelta(seconds=wait)
    return last if now < last < over else over
