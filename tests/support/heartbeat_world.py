"""A small world of relays, a broker, a consumer and a model, each of which may stand still for any time."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import Enum, auto

from libs.chassis.heartbeats import Claims
from services.verification.domain.freshness import Horizons

BATCH = 2
FRESH_FOR_S = 45
BOUND_S = 60
#: How far the clock of the process that asks stands from the world's.
OWN_CLOCK_S = 86_400


class Mistake(Enum):
    """What a wrong design would do."""

    NONE = auto()
    OWN_OFFSET = auto()  # a heartbeat speaks of its own place in the log
    FULL_BATCH = auto()  # a batch that may not have been all counts as all
    BEATS_FIRST = auto()  # the consumer notes a heartbeat before what is ahead of it
    LATE_ASK = auto()  # an end counts from when it was told


@dataclass
class Relay:
    """One process that publishes; of several, none knows of the others."""

    claims: Claims = field(default_factory=Claims)
    began: float = 0
    batch: list[int] = field(default_factory=list)
    is_full: bool = False
    waits_for: int = 0
    acknowledged: int = 0
    beat_at: int | None = None
    doing: str = "idle"


@dataclass(frozen=True)
class Sent:
    """A record that may be appended at any time from now on, whatever becomes of its sender."""

    sender: Relay
    event: int | None = None
    beat: tuple[int | None] | None = None


@dataclass
class World:
    """Everything at one moment; each action is one that a real part does without interruption."""

    mistake: Mistake = Mistake.NONE
    now: float = 0
    committed: list[float] = field(default_factory=list)
    outbox: list[int] = field(default_factory=list)
    relays: list[Relay] = field(default_factory=lambda: [Relay(), Relay()])
    sockets: list[deque[Sent]] = field(default_factory=lambda: [deque(), deque()])
    log: list[Sent] = field(default_factory=list)
    position: int = 0
    oplog: deque[tuple[str, int]] = field(default_factory=deque)
    model: set[int] = field(default_factory=set)
    horizons: Horizons = field(default_factory=lambda: Horizons.unknown(1))
    asked_at: float | None = None
    told: int | None = None

    def do(self, action: str, number: int, pause_s: float) -> None:
        """One action of one part, and some time."""
        getattr(self, action)(number)
        self.now += pause_s

    def commit(self, _number: int) -> None:
        self.committed.append(self.now)
        self.outbox.append(len(self.committed) - 1)

    def relay(self, number: int) -> None:
        """The next thing that a relay does, if what it waits for is there."""
        relay = self.relays[number % 2]
        step = {"idle": self._read, "read": self._send, "sent": self._pull, "beat": self._note_beat}
        step[relay.doing](relay, self.sockets[number % 2])

    def _read(self, relay: Relay, _socket: deque[Sent]) -> None:
        relay.began, relay.batch, relay.doing = self.now, self.outbox[:BATCH], "read"
        relay.is_full = len(relay.batch) == BATCH and self.mistake is not Mistake.FULL_BATCH

    def _send(self, relay: Relay, socket: deque[Sent]) -> None:
        socket.extend(Sent(relay, event) for event in relay.batch)
        relay.waits_for, relay.acknowledged, relay.doing = len(relay.batch), 0, "sent"

    def _pull(self, relay: Relay, socket: deque[Sent]) -> None:
        if relay.acknowledged < relay.waits_for:
            return
        self.outbox = [event for event in self.outbox if event not in relay.batch]
        if not relay.is_full:
            relay.claims = relay.claims.settled(relay.began)
        socket.append(Sent(relay, beat=(relay.claims.watermarks.get(0),)))
        relay.doing, relay.beat_at = "beat", None

    def _note_beat(self, relay: Relay, _socket: deque[Sent]) -> None:
        if relay.beat_at is not None:
            relay.claims = relay.claims.acknowledged(self.now, {0: relay.beat_at})
            relay.doing = "idle"

    def crash(self, number: int) -> None:
        """What a relay sent may still be appended; it knows nothing any more."""
        self.relays[number % 2] = Relay()

    def broker(self, number: int) -> None:
        """Append what came first from one relay."""
        socket = self.sockets[number % 2]
        if not socket:
            return
        sent = socket.popleft()
        self.log.append(sent)
        if sent.beat is None:
            sent.sender.acknowledged += 1
        else:
            sent.sender.beat_at = len(self.log) - 1

    def consume(self, number: int) -> None:
        """See a batch through."""
        batch = list(enumerate(self.log))[self.position : self.position + number]
        states = [("state", sent.event) for _, sent in batch if sent.event is not None]
        beats = [
            ("beat", mark) for place, sent in batch if (mark := self._watermark(place, sent)) is not None
        ]
        self.oplog.extend(beats + states if self.mistake is Mistake.BEATS_FIRST else states + beats)
        self.position += len(batch)

    def consume_and_die(self, number: int) -> None:
        """Apply a part of a batch that will be read again."""
        batch = self.log[self.position : self.position + number // 2]
        self.oplog.extend(("state", sent.event) for sent in batch if sent.event is not None)

    def _watermark(self, place: int, sent: Sent) -> int | None:
        if sent.beat is None:
            return None
        return place if self.mistake is Mistake.OWN_OFFSET else sent.beat[0]

    def follow(self, number: int) -> None:
        """Take in some changes."""
        for _ in range(min(number, len(self.oplog))):
            kind, value = self.oplog.popleft()
            if kind == "state":
                self.model.add(value)
            else:
                self.horizons = self.horizons.reached(0, value)

    def ask(self, _number: int) -> None:
        if self.asked_at is None:
            self.asked_at, self.told = self.now + OWN_CLOCK_S, None

    def answer(self, _number: int) -> None:
        if self.asked_at is not None and self.told is None:
            self.told = len(self.log)

    def hear(self, _number: int) -> None:
        if self.asked_at is not None and self.told is not None:
            at = self.now + OWN_CLOCK_S if self.mistake is Mistake.LATE_ASK else self.asked_at
            self.horizons = self.horizons.asked(at, {0: self.told}, FRESH_FOR_S)
            self.asked_at = None

    def healthy(self, _number: int) -> None:
        """Everybody does what he should, once."""
        for action in ("ask", "answer", "hear", *("relay", "broker", "broker", "relay") * 3):
            self.do(action, 0, 0)
        self.consume(100)
        self.follow(100)

    def is_fresh(self) -> bool:
        as_of = self.horizons.as_of_s
        return as_of is not None and self.now + OWN_CLOCK_S - as_of < FRESH_FOR_S

    def lies(self) -> bool:
        """Whether it claims what it misses, or calls itself fresh without what was committed a minute ago."""
        missing = [at for event, at in enumerate(self.committed) if event not in self.model]
        as_of = self.horizons.as_of_s
        claims_too_much = as_of is not None and any(at + OWN_CLOCK_S < as_of for at in missing)
        return claims_too_much or (self.is_fresh() and any(self.now - at > BOUND_S for at in missing))


ACTIONS = (
    *("commit", "relay", "relay", "relay", "broker", "broker", "consume", "follow"),
    *("ask", "answer", "hear", "crash", "consume_and_die", "healthy"),
)
