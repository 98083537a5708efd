"""What can go wrong while the local parts are fetched and started."""


class LocalPlatformError(Exception):
    """A fault whose text is meant for the person at the terminal."""


class PartFailedError(LocalPlatformError):
    """A part ended or did not become ready; carries the end of its log."""

    def __init__(self, part: str, reason: str, log_tail: str) -> None:
        super().__init__(f"{part}: {reason}" + (f"\n{log_tail}" if log_tail else ""))
        self.part = part


class FetchFailedError(LocalPlatformError):
    """A file that a part needs could not be fetched."""
