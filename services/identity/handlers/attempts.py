"""Limits on attempts, before any costly work is done for them."""

from __future__ import annotations

import math

from libs.chassis.web.errors import TooManyAttempts
from libs.chassis.web.throttle import Limit
from services.identity.ports import Deps

_SECONDS_PER_MINUTE = 60


async def count_login(deps: Deps, identity: str, network: str) -> None:
    """Count a login, a confirmation or a change of code.

    Args:
        deps: The parts.
        identity: A digest of the number, or a staff code.
        network: Where it comes from.

    Raises:
        TooManyAttempts: One of the limits was reached; its details tell when to come back.
    """
    limits = deps.policy.limits
    await _count(deps, limits.login_network, network)
    await _count(deps, limits.login_identity, identity)
    await _count(deps, limits.login_all, "everybody")


async def count_as_right(deps: Deps, identity: str) -> None:
    """Let a right login not count against its own number or staff code: that limit is there for guesses.

    The limits of a network and of the whole platform keep it: they are there for the work it makes.

    Args:
        deps: The parts.
        identity: What `count_login` was called with.
    """
    await deps.attempts.give_back(deps.policy.limits.login_identity, identity)


async def count_sending(deps: Deps, network: str) -> None:
    """Count a registration or a request for a new code from one network.

    Raises:
        TooManyAttempts: The limit was reached.
    """
    await _count(deps, deps.policy.limits.register_network, network)


async def count_token_request(deps: Deps, client_id: str, network: str) -> None:
    """Count a request for a token in a partner's name.

    The partner's own limit is counted for each network apart: nobody elsewhere can use up the tries of the
    partner itself.

    Raises:
        TooManyAttempts: One of the limits was reached.
    """
    limits = deps.policy.limits
    await _count(deps, limits.token_network, network)
    await _count(deps, limits.token_client, _of_client(client_id, network))


async def count_token_as_right(deps: Deps, client_id: str, network: str) -> None:
    """Let a good request for a token count for nothing: those limits are there for faulty ones."""
    limits = deps.policy.limits
    await deps.attempts.give_back(limits.token_network, network)
    await deps.attempts.give_back(limits.token_client, _of_client(client_id, network))


def _of_client(client_id: str, network: str) -> str:
    return f"{network} {client_id}"


async def may_mail(deps: Deps, identity: str) -> bool:
    """Count a mailed code for one number; False when it has had enough of them for now."""
    try:
        await _count(deps, deps.policy.limits.mail_identity, identity)
    except TooManyAttempts:
        return False
    return True


async def _count(deps: Deps, limit: Limit, who: str) -> None:
    try:
        await deps.attempts.hit(limit, who)
    except TooManyAttempts as refusal:
        retry_after_s = refusal.details["retry_after_s"]
        seconds = retry_after_s if isinstance(retry_after_s, int) else limit.window_s
        minutes = math.ceil(seconds / _SECONDS_PER_MINUTE)
        raise TooManyAttempts(retry_after_s=seconds, minutes=minutes) from refusal
