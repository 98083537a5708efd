"""The delivery desk: the paper goes to its holder."""

from __future__ import annotations

from libs.chassis.delivery import Fact
from libs.chassis.web.caller import Caller
from services.certificates.domain import certificate as steps
from services.certificates.domain import facts
from services.certificates.handlers.work import load_file
from services.certificates.ports import Deps


async def hand_over(deps: Deps, desk: Caller, certificate_id: str) -> None:
    """The desk saw the holder's identity, took a signature on paper and handed the certificate over.

    Raises:
        NotFound: There's no such certificate at the caller's centres.
        WrongStage: It isn't issued.
        AlreadyHandedOver: That was done before.
    """
    now = deps.clock.now()
    stored = await load_file(deps, desk, certificate_id)
    after = steps.hand_over(stored.value, desk.id, now)
    await deps.certificates.save(stored, after, [Fact(facts.handed_over(after, now))])
