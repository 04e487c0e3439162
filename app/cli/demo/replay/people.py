"""The simulated people: residents by the table's users, and the office's real staff with their real rights."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from app import auth
from app.auth import policy
from app.auth.commands import ConfirmCode, RequestCode
from app.auth.queries import staff
from app.cases.commands import SubmitCase
from app.cli.demo.mailbox import codes_to_memory
from app.cli.demo.replay.behaviour import Behaviour
from app.cli.demo.replay.messages import Message
from app.engine.model import OpenTaskRow
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import GUEST, Actor
from app.tenancy.queries import places

BY_STAFF = frozenset({"phone", "counter", "visit", "message", "12345"})
"""Channels on which the intake desk writes down what a resident says."""


@dataclass(frozen=True)
class Resident:
    """One user of the table. `actor` is a guest unless the person has an account."""

    name: str
    phone: str
    actor: Actor


@dataclass
class People:
    """Who acts in a replay."""

    tenant_id: UUID
    behaviour: Behaviour
    members: tuple[Actor, ...]
    places: tuple[UUID, ...]
    _residents: dict[str, Resident] = field(default_factory=dict)

    @staticmethod
    def of(tenant_id: UUID, behaviour: Behaviour) -> People:
        """Everybody on the office's staff list."""
        with database.current().read(tenant_id) as session:
            members = tuple(auth.actor_of(session, row.user_id) for row in staff(session) if row.active)
            return People(tenant_id, behaviour, members, tuple(place.id for place in places(session)))

    def member(self, groups: Iterable[str], role: str | None = None, task: OpenTaskRow | None = None) -> Actor | None:
        """Somebody of one of the groups (or of a role) whom the task does not bar; None when the office has nobody."""
        wanted = {role} if role else set(groups)
        able = [actor for actor in self.members
                if not actor.groups.isdisjoint(wanted) and not policy.barred(actor, task)]
        return self.behaviour.chance.choice(able) if able else None

    def resident(self, user: str) -> Resident:
        """The person behind a user of the table: the same name and phone each time."""
        if user not in self._residents:
            digest = hashlib.sha256(user.encode()).hexdigest()
            phone = f"198{int(digest[:12], 16) % 10**8:08d}"
            signed_in = self.behaviour.happens("residents", "signed_in")
            self._residents[user] = Resident(f"居民{digest[:6]}", phone, self._sign_in(phone) if signed_in else GUEST)
        return self._residents[user]

    def _sign_in(self, phone: str) -> Actor:
        with codes_to_memory() as codes:
            dispatch(RequestCode(tenant_id=self.tenant_id, actor=GUEST, phone=phone))
            answer = dispatch(ConfirmCode(tenant_id=self.tenant_id, actor=GUEST, phone=phone, code=codes[phone]))
        with database.current().read(self.tenant_id) as session:
            return auth.actor_of(session, UUID(answer["user_id"]))

    def submission(self, message: Message) -> SubmitCase:
        """What a person hands in for a row of the table, on the row's channel."""
        how, resident = self.behaviour, self.resident(message.user)
        clerk = self.member((), "intake_clerk") if message.channel in BY_STAFF else None
        actor = clerk or resident.actor
        anonymous = clerk is None and how.happens("residents", "anonymous")
        phone = None if anonymous or how.happens("residents", "no_phone") else resident.phone
        urgency = how.weighted(how.part("residents", "urgency"))
        return SubmitCase(
            tenant_id=self.tenant_id, actor=actor, key=f"replay:{message.row_id}"[:200], text=message.text,
            name=None if anonymous else resident.name, phone=phone, anonymous=anonymous, channel=message.channel,
            urgency_claimed=None if urgency == "none" else urgency, **self._subject(message), **self._where(message))

    def _subject(self, message: Message) -> dict[str, Any]:
        if message.service is None:
            return {}
        says = self.behaviour.happens("residents", "says_service")
        return {"module": message.service[:2], "service": message.service if says else None}

    def _where(self, message: Message) -> dict[str, Any]:
        if message.place or message.lat is not None:
            return {"place_text": (message.place or "")[:500] or None, "lat": message.lat, "lng": message.lng}
        if self.places and self.behaviour.happens("residents", "says_place"):
            return {"place_id": self.behaviour.chance.choice(self.places)}
        return {}
