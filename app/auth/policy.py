"""Who may do what: one table of roles and actions, and the question `can`. Policy of cases stands in files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.kernel.commands import Actor
from app.kernel.errors import Forbidden, msg

_FOLLOW = {"case.submit", "case.follow"}
_WORK = {"staff.enter", "case.read", "case.search", "task.read", "task.claim", "task.release", "task.complete",
         "note.add", "attachment.add", "person.read", "knowledge.read"}

TABLE: dict[str, frozenset[str]] = {
    "guest": frozenset(_FOLLOW),
    "resident": frozenset(_FOLLOW | {"case.read_own"}),
    "intake_clerk": frozenset(_WORK | {"case.submit", "case.register", "knowledge.edit"}),
    "dispatcher": frozenset(_WORK | {"case.submit", "case.register"}),
    "handler": frozenset(_WORK),
    "head": frozenset(_WORK | {"task.reassign", "overview.read"}),
    "provider": frozenset(_WORK - {"case.search", "knowledge.read"}),
    "follow_up_caller": frozenset(_WORK),
    "supervisor": frozenset(_WORK | {"task.read_all", "task.reassign", "incident.read", "incident.retry",
                                     "overview.read", "definition.read", "audit.read"}),
    "analyst": frozenset({"staff.enter", "overview.read", "definition.read", "insight.read", "insight.export",
                          "knowledge.read"}),
    "administrator": frozenset({"staff.enter", "unit.manage", "user.manage", "place.manage", "service.manage",
                                "settings.manage", "definition.read", "definition.publish", "message.read",
                                "incident.read", "incident.retry", "overview.read", "audit.read", "person.erase",
                                "knowledge.read", "knowledge.edit", "calendar.manage"}),
    "leader": frozenset({"staff.enter", "overview.read", "case.read", "case.search", "task.read",
                         "knowledge.read"}),
    "operator": frozenset({"staff.enter", "tenant.manage", "definition.read", "incident.read", "incident.retry",
                           "audit.read"}),
}
"""A leader only reads; an operator looks after the installation and sees no person."""

STAFF_ROLES = tuple(role for role in TABLE if role not in ("guest", "resident"))
ACTIONS = frozenset(action for actions in TABLE.values() for action in actions)
GROUP_BOUND = frozenset({"task.claim", "task.release", "task.complete"})


def can(actor: Actor, action: str, resource: Any = None) -> bool:
    """Whether a role of the actor allows the action. KeyError for an action that no role knows.

    `resource` may bear `groups` (or be a collection of group names): what is bound to groups then needs one of
    the actor's. With `unit`, an outside provider reads what its own unit handles and nothing else.
    """
    if action not in ACTIONS:
        raise KeyError(action)
    if actor.kind == "system":
        return True
    if not any(action in TABLE.get(role, frozenset()) for role in actor.roles):
        return False
    return resource is None or (_in_group(actor, action, resource) and _in_unit(actor, action, resource))


def require(actor: Actor, action: str, resource: Any = None) -> None:
    """Raise Forbidden unless `can`."""
    if not can(actor, action, resource):
        raise Forbidden(msg("You may not do this."))


def roles_that_may(action: str) -> frozenset[str]:
    """All roles that have an action; KeyError for an unknown one."""
    if action not in ACTIONS:
        raise KeyError(action)
    return frozenset(role for role, actions in TABLE.items() if action in actions)


def _in_group(actor: Actor, action: str, resource: Any) -> bool:
    groups: Iterable[str] | None = getattr(resource, "groups", None)
    if groups is None and isinstance(resource, list | tuple | set | frozenset):
        groups = resource
    if groups is None or action not in GROUP_BOUND:
        return True
    return not actor.groups.isdisjoint(groups)


def _in_unit(actor: Actor, action: str, resource: Any) -> bool:
    if action not in ("case.read", "person.read") or not hasattr(resource, "unit"):
        return True
    allowing = {role for role in actor.roles if action in TABLE.get(role, frozenset())}
    return allowing != {"provider"} or f"provider@{resource.unit}" in actor.groups
