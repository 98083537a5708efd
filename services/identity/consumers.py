"""What identity follows: nothing, for it is where the facts about people begin."""

from __future__ import annotations

from libs.chassis.subscription import On

SUBSCRIPTIONS: tuple[On, ...] = ()
