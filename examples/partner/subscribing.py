"""Makes and ends subscriptions by webhook."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from .api import API, PartnerApi
from .folder import Folder

WEBHOOKS: Final = f"{API}/webhooks"


def subscribe(
    api: PartnerApi, folder: Folder, url: str, since: datetime | None, mode: str = "single"
) -> dict[str, Any]:
    """Make a subscription and keep what its deliveries are checked with.

    Args:
        api: The platform.
        folder: Where the secret is kept: it is told once.
        url: https, at a host that was registered for us.
        since: Also what happened from then on; None for what happens from now on.
        mode: `single`, or `batch` for up to a hundred events in each delivery.

    Returns:
        The subscription without its secret.

    Raises:
        ApiRefused: Events can't be sent there, or we have too many subscriptions.
    """
    wish = {"url": url, "mode": mode, **({"from": since.isoformat()} if since else {})}
    told: dict[str, Any] = api.call("POST", WEBHOOKS, json=wish).json()
    folder.add_webhook_secret(told.pop("secret") or told["verification_key"])
    return told


def unsubscribe(api: PartnerApi, webhook_id: str) -> None:
    """End a subscription.

    Raises:
        ApiRefused: There's none of ours by that id.
    """
    api.call("DELETE", f"{WEBHOOKS}/{webhook_id}")
