"""A log's checkpoint: which log, how many entries, what root (C2SP tlog-checkpoint)."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from libs.contracts.issuance_log.merkle import HASH_BYTES

_LINES = 3


class NotACheckpoint(ValueError):
    """This text isn't a checkpoint."""


@dataclass(frozen=True)
class Checkpoint:
    """A tree's head, before it is signed.

    Attributes:
        origin: The log's name, which its key bears too.
        size: How many entries there are.
        root: The tree's root hash.
    """

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """What is signed: three lines."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def read(cls, text: str) -> Checkpoint:
        """Read the text of a note; lines after the third are extensions and mean nothing here.

        Raises:
            NotACheckpoint: It isn't one.
        """
        lines = text.split("\n")
        if len(lines) <= _LINES or not lines[0] or lines[-1]:
            raise NotACheckpoint("a checkpoint has three lines")
        origin, size, root = lines[:_LINES]
        if not (size.isascii() and size.isdigit()) or (size != "0" and size.startswith("0")):
            raise NotACheckpoint("the second line is a number")
        try:
            hashed = base64.b64decode(root, validate=True)
        except binascii.Error as error:
            raise NotACheckpoint("the third line is a hash in base64") from error
        if len(hashed) != HASH_BYTES:
            raise NotACheckpoint("the third line is a hash in base64")
        return cls(origin, int(size), hashed)
