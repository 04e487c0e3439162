"""Who may do what: one table of roles and actions, and the question `can`. Policy of cases stands in files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.kernel.commands import Actor
from app.kernel.errors import Forbidden, msg

_FOLLOW = {"case.submit", "case.follow"}
_WORK = {"staff.enter", "case.read", "case.search", "task.read", "task.claim", "task.release", "task.complete",
         "task.delegate", "task.follow_up", "note.add", "attachment.add", "person.read", "knowledge.read",
         "matter.open"}

TABLE: dict[str, frozenset[str]] = {
    "guest": frozenset(_FOLLOW),
    "resident": frozenset(_FOLLOW | {"case.read_own", "profile.edit"}),
    "intake_clerk": frozenset(_WORK | {"case.submit", "case.register", "case.take_in", "case.join", "knowledge.edit",
                                       "knowledge.review"}),
    "dispatcher": frozenset(_WORK | {"case.submit", "case.register", "case.join"}),
    "handler": frozenset(_WORK | {"public_case.read", "public_case.write"}),
    "head": frozenset(_WORK | {"task.reassign", "overview.read", "oversight.read", "case.instruct", "notice.publish",
                               "public_case.read", "public_case.write", "public_case.publish",
                               "reply_template.manage", "knowledge.review", "topic.read"}),
    "provider": frozenset(_WORK - {"case.search", "knowledge.read", "matter.open"}),
    "follow_up_caller": frozenset(_WORK),
    "supervisor": frozenset(_WORK | {"case.join", "task.read_all", "task.reassign", "incident.read", "incident.retry",
                                     "instance.change", "instance.plan", "overview.read", "oversight.read",
                                     "case.instruct", "order.open", "insight.read", "insight.export",
                                     "definition.read", "audit.read", "matter.read_all", "topic.read",
                                     "topic.propose", "topic.compute", "topic.decide"}),
    "analyst": frozenset({"staff.enter", "overview.read", "definition.read", "definition.draft", "definition.publish",
                          "instance.plan", "instance.migrate", "insight.read", "insight.export", "knowledge.read",
                          "topic.read", "topic.propose", "topic.compute"}),
    "administrator": frozenset({"staff.enter", "unit.manage", "user.manage", "place.manage", "service.manage",
                                "settings.manage", "definition.read", "definition.draft", "definition.publish",
                                "message.read", "incident.read", "incident.retry", "instance.change", "instance.plan",
                                "instance.migrate", "overview.read", "audit.read", "person.erase",
                                "knowledge.read", "knowledge.edit", "knowledge.review", "calendar.manage",
                                "notice.publish", "public_case.read", "public_case.publish",
                                "reply_template.manage", "office.export"}),
    "leader": frozenset({"staff.enter", "overview.read", "insight.read", "insight.export", "case.read", "case.search",
                         "task.read", "knowledge.read", "matter.read_all", "topic.read", "topic.propose",
                         "topic.decide"}),
    "operator": frozenset({"staff.enter", "tenant.manage", "definition.read", "incident.read", "incident.retry",
                           "audit.read"}),
}
"""A leader reads, and decides on topics of demand; an operator looks after the installation and sees no person."""

STAFF_ROLES = tuple(role for role in TABLE if role not in ("guest", "resident"))
ACTIONS = frozenset(action for actions in TABLE.values() for action in actions)
GROUP_BOUND = frozenset({"task.claim", "task.release", "task.complete", "task.delegate", "task.follow_up"})


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
    return resource is None or (_in_group(actor, action, resource) and _in_unit(actor, action, resource)
                                and _may_reassign(actor, action, resource)
                                and not (action in GROUP_BOUND and barred(actor, resource)))


def marks(actor: Actor) -> frozenset[str]:
    """What a task may bar the actor by: `by:` with the id, and `@UNIT` for each unit of the actor's groups."""
    own = {f"by:{actor.user_id}"} if actor.user_id is not None else set()
    return frozenset(own | {f"@{unit}" for unit in units_of(actor.groups)})


def barred(actor: Actor, resource: Any) -> bool:
    """Whether the resource names the actor, or a unit of theirs, among those who may not do it (`barred`)."""
    named: str | None = getattr(resource, "barred", None)
    return bool(named) and not marks(actor).isdisjoint(str(named).split())


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
    return not actor.groups.isdisjoint(groups) or _was_given(actor, resource)


def _was_given(actor: Actor, resource: Any) -> bool:
    """A supervisor may give a task to anybody of its unit: theirs while they hold it and belong to the unit."""
    if getattr(resource, "assigned_by", None) is None or resource.claimed_by != actor.user_id:
        return False
    return not units_of(resource.groups).isdisjoint(units_of(actor.groups))


def _may_reassign(actor: Actor, action: str, resource: Any) -> bool:
    """Who reads all tasks reassigns everywhere; others only what their own unit, or one they stand in for, has."""
    if action != "task.reassign" or not hasattr(resource, "groups") or can(actor, "task.read_all"):
        return True
    heading = {group for group in actor.groups if action in TABLE.get(group.partition("@")[0], frozenset())}
    return not units_of(heading).isdisjoint(units_of(resource.groups))


def units_of(groups: Iterable[str]) -> set[str]:
    """The units that groups like `handler@LRS` name."""
    return {unit for _role, at, unit in (group.partition("@") for group in groups) if at}


def _in_unit(actor: Actor, action: str, resource: Any) -> bool:
    if action not in ("case.read", "person.read") or not hasattr(resource, "unit"):
        return True
    allowing = {role for role in actor.roles if action in TABLE.get(role, frozenset())}
    return allowing != {"provider"} or f"provider@{resource.unit}" in actor.groups
