"""How an aggregate is written down: its state in clear, its personal part sealed under the owner's key."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from libs.chassis.aggregates import Stored
from libs.chassis.crypto import Vault, seal, unseal

A = TypeVar("A")


@dataclass(frozen=True)
class Codec(Generic[A]):
    """How one kind of aggregate is written down.

    Attributes:
        name: The collection's name.
        model: The aggregate's class, a frozen dataclass.
        owner: Whose key seals its `personal` field; None where it has no such field.
    """

    name: str
    model: type[A]
    owner: Callable[[A], str] | None = None

    async def encode(
        self, aggregate_id: str, write: str, value: A, vault: Vault, before: A | None = None
    ) -> dict[str, Any]:
        """The `state` of its document and the sealed part, bound to the write that sealed it.

        Args:
            aggregate_id: Where it will stand.
            write: Names the write, differently each time.
            value: The aggregate.
            vault: Has the owner's key.
            before: The aggregate as the document has it: an unchanged personal part stays as it was sealed.

        Raises:
            KeyMissing: The owner's key isn't here.
        """
        state = self._adapter().dump_python(value, mode="json")
        if self.owner is None:
            return {"state": state}
        personal = state.pop("personal")
        if before is not None and self._sealed_alike(before, value):
            return {"state": state}
        if personal is None:
            return {"state": state, "owner": self.owner(value), "sealed": None}
        key = await vault.key_of(self.owner(value))
        text = json.dumps(personal, ensure_ascii=False).encode()
        box = seal(key, text, self._place(aggregate_id, write))
        return {"state": state, "owner": self.owner(value), "sealed": box, "sealed_by": write}

    async def decode(self, document: Mapping[str, Any], vault: Vault) -> Stored[A]:
        """The aggregate of `document`.

        Raises:
            KeyMissing: The owner's key isn't here.
        """
        state = dict(document["state"])
        if self.owner is not None:
            state["personal"] = await self._personal(document, vault)
        return Stored(
            id=document["_id"],
            value=self._adapter().validate_python(state),
            version=document["version"],
            sequences=document["sequences"],
            inbox=document["inbox"],
            commands=tuple(document["commands"]),
        )

    async def _personal(self, document: Mapping[str, Any], vault: Vault) -> Any:
        if document["sealed"] is None:
            return None
        key = await vault.key_of(document["owner"])
        place = self._place(document["_id"], document["sealed_by"])
        return json.loads(unseal(key, bytes(document["sealed"]), place))

    def _sealed_alike(self, one: A, other: A) -> bool:
        """True where both have the same personal part under the same owner's key."""
        same_owner = self.owner is not None and self.owner(one) == self.owner(other)
        return same_owner and bool(getattr(one, "personal", None) == getattr(other, "personal", None))

    def _place(self, aggregate_id: str, write: str) -> str:
        return f"{self.name}|{aggregate_id}|personal|{write}"

    def _adapter(self) -> TypeAdapter[A]:
        return _adapter_of(self.model)


_ADAPTERS: dict[type, TypeAdapter[Any]] = {}


def _adapter_of(model: type[A]) -> TypeAdapter[A]:
    if model not in _ADAPTERS:
        _ADAPTERS[model] = TypeAdapter(model)
    return _ADAPTERS[model]
