"""Commands: what somebody wants done, as a frozen dataclass; and who wants it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from uuid import UUID


@dataclass(frozen=True)
class Actor:
    """Who acts. `groups` are `role` and `role@UNIT`; a guest or the system has no user id."""

    user_id: UUID | None = None
    name: str = ""
    roles: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    kind: str = "user"


SYSTEM = Actor(name="system", kind="system")
GUEST = Actor(name="guest", kind="guest", roles=frozenset({"guest"}))


@dataclass(frozen=True, kw_only=True)
class Command:
    """Base of all commands. `key` makes a repetition harmless: the first answer is given again."""

    tenant_id: UUID
    actor: Actor
    key: str | None = None

    def fingerprint(self) -> str:
        """A digest of the content, so that one key cannot carry two different commands."""
        parts = [type(self).__name__]
        parts += [f"{f.name}={getattr(self, f.name)!r}" for f in fields(self) if f.name not in ("key", "actor")]
        return hashlib.sha256("|".join(parts).encode()).hexdigest()

    def key_hash(self) -> str:
        """The key, bound to actor and kind of command: nobody reads another's answer by its key."""
        text = f"{self.actor.user_id}|{type(self).__name__}|{self.key}"
        return hashlib.sha256(text.encode()).hexdigest()
