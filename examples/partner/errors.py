"""What can go wrong, each with a text for the person at the terminal."""


class KitError(Exception):
    """A fault whose text is meant for whoever runs the command."""


class NotSetUp(KitError):
    """The folder lacks something that `setup`, `subscribe` or the ministry has to put there."""


class ApiRefused(KitError):
    """The platform said no, or nothing that can be understood.

    Attributes:
        status: The answer's.
    """

    def __init__(self, what: str, status: int, why: str) -> None:
        super().__init__(f"{what}: {status} {why}".rstrip())
        self.status = status


class EventUnreadable(KitError):
    """This isn't an event of the kind that its type says."""


class FollowFailed(KitError):
    """The broker refuses, or holds what can't be read."""


class NotProved(KitError):
    """The issuance log doesn't bear a fact out.

    Attributes:
        may_come: The log's head is merely older than the fact: ask again in a second.
    """

    def __init__(self, why: str, *, may_come: bool = False) -> None:
        super().__init__(why)
        self.may_come = may_come
