"""How far behind its source a model can be, by the ends of partitions and watermarks alone (ADR 19)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Ask:
    """A partition's end, as it was told.

    Attributes:
        at_s: When the question was sent, on this process' own clock that never jumps.
        end: The offset after the last record at some moment after that.
    """

    at_s: float
    end: int


@dataclass(frozen=True)
class Horizon:
    """What is known of one partition.

    A watermark is the offset of a record; everything committed in the source before that record was appended
    is in the model. Where the watermark isn't below an end that was asked for at a moment, the record came
    after that moment: so everything committed before that moment is in the model.

    Attributes:
        asks: Those that may still be answered, ascending in both.
        as_of_s: Everything committed before this moment is in the model; None where none is known.
    """

    asks: tuple[Ask, ...] = ()
    as_of_s: float | None = None

    def asked(self, ask: Ask, kept_s: float) -> Horizon:
        """With one more ask.

        Args:
            ask: A later one than all before.
            kept_s: Older ones than this are dropped: what they could show is of no use any more.
        """
        # An earlier ask for the same end is answered by whatever answers the later one.
        of_use = (one for one in self.asks if one.end < ask.end and ask.at_s - one.at_s <= kept_s)
        return replace(self, asks=(*of_use, ask))

    def reached(self, watermark: int) -> Horizon:
        """With a heartbeat applied, ahead of which everything else was."""
        answered = [one for one in self.asks if one.end <= watermark]
        if not answered:
            return self
        return Horizon(self.asks[len(answered) :], answered[-1].at_s)


@dataclass(frozen=True)
class Horizons:
    """What is known of all partitions."""

    of: tuple[Horizon, ...]

    @classmethod
    def unknown(cls, partitions: int) -> Horizons:
        """Nothing yet."""
        return cls((Horizon(),) * partitions)

    def asked(self, at_s: float, ends: Mapping[int, int], kept_s: float) -> Horizons:
        """With the ends that were asked for at a moment, by partition."""
        return self._changed(
            (number, self.of[number].asked(Ask(at_s, end), kept_s)) for number, end in ends.items()
        )

    def reached(self, partition: int, watermark: int) -> Horizons:
        """With a heartbeat applied in one partition."""
        return self._changed([(partition, self.of[partition].reached(watermark))])

    @property
    def as_of_s(self) -> float | None:
        """Everything committed before this moment is in the model; None where none is known."""
        oldest: float | None = None
        for horizon in self.of:
            if horizon.as_of_s is None:
                return None
            oldest = horizon.as_of_s if oldest is None else min(oldest, horizon.as_of_s)
        return oldest

    def _changed(self, changes: Iterable[tuple[int, Horizon]]) -> Horizons:
        after = list(self.of)
        for number, horizon in changes:
            after[number] = horizon
        return Horizons(tuple(after))
