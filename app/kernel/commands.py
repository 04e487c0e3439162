"""Commands: what somebody wants done, as a frozen dataclass; and who wants it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from typing import ClassVar
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
    while_paused: ClassVar[bool] = False
    """Whether it runs in a suspended office too: signing in and out, reading on, exporting, ending the pause."""

    def fingerprint(self) -> str:
        """A digest of the content, so that one key cannot carry two different commands.

        A field marked `secret` in its metadata has no part in it: a digest of a password is never stored.
        """
        parts = [type(self).__name__]
        parts += [f"{f.name}={getattr(self, f.name)!r}" for f in fields(self) if f.name not in ("key", "actor")
                  and not f.metadata.get("secret")]
        return hashlib.sha256("|".join(parts).encode()).hexdigest()

    def key_hash(self) -> str:
        """The key, bound to actor and kind of command: nobody reads another's answer by its key."""
        text = f"{self.actor.user_id}|{type(self).__name__}|{self.key}"
        return hashlib.sha256(text.encode()).hexdigest()
