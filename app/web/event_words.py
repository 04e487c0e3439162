"""Words for events, as the journal of a case and the audit trail show them."""

from __future__ import annotations

from app.kernel.errors import msg

ABOUT: dict[str, str] = {
    "attachment": msg("Files"), "auth": msg("Signing in and rights"), "case": msg("Cases"),
    "deadline": msg("Deadlines"), "decision": msg("Decisions"), "definition": msg("Rules and processes"),
    "incident": msg("Incidents"), "knowledge": msg("Questions and answers"), "notification": msg("Messages"),
    "person": msg("Personal data"), "places": msg("Places"), "service": msg("Services"), "services": msg("Services"),
    "tenant": msg("Offices"), "unit": msg("Units"), "units": msg("Units"),
}
EVENTS: dict[str, str] = {
    "attachment.accepted": msg("File received"), "attachment.removed": msg("File removed"),
    "auth.access_denied": msg("Access refused"), "auth.code_requested": msg("Code asked for"),
    "auth.locked_out": msg("Sign-in locked for a while"), "auth.memberships_set": msg("Roles changed"),
    "auth.password_changed": msg("Password changed"), "auth.sign_in_failed": msg("Sign-in failed"),
    "auth.signed_in": msg("Signed in"), "auth.signed_out": msg("Signed out"),
    "auth.user_changed": msg("Account changed"), "auth.user_created": msg("Account made"),
    "case.attachment_added": msg("File added"), "case.classified": msg("Sorted by kind"),
    "case.closed": msg("Closed"), "case.contacted": msg("Resident contacted"),
    "case.dispatched": msg("Passed to a unit"), "case.entry_added": msg("Line in the journal"),
    "case.extension_noted": msg("Extension noted"), "case.joined": msg("Joined to an earlier case"),
    "case.not_accepted": msg("Not accepted"), "case.notice_wanted": msg("Message ordered"),
    "case.phase_entered": msg("Next step reached"), "case.question_answered": msg("Question answered"),
    "case.question_asked": msg("Question asked"), "case.rated": msg("Rated"), "case.reopened": msg("Opened again"),
    "case.replied": msg("Replied"), "case.returned": msg("Returned by the unit"), "case.ruled": msg("Ruled"),
    "case.submitted": msg("Handed in"), "case.task_cancelled": msg("Task fell away"),
    "case.task_claimed": msg("Task taken"), "case.task_completed": msg("Task finished"),
    "case.task_opened": msg("Task opened"), "case.task_released": msg("Task given back"),
    "case.withdrawn": msg("Withdrawn"), "deadline.breached": msg("Deadline missed"),
    "deadline.extended": msg("Deadline extended"), "deadline.interrupted": msg("Deadline begun anew"),
    "deadline.paused": msg("Deadline paused"), "deadline.reopened": msg("Deadline opened again"),
    "deadline.resumed": msg("Deadline goes on"), "deadline.started": msg("Deadline started"),
    "deadline.stopped": msg("Deadline met or ended"), "deadline.warned": msg("Deadline comes near"),
    "decision.made": msg("Decided by a table"), "definition.published": msg("Definition published"),
    "definition.refused": msg("Definition refused"),
    "definition.withdrawn": msg("Own definition withdrawn"), "incident.opened": msg("Process stopped"),
    "incident.resolved": msg("Stopped process goes on"), "knowledge.imported": msg("Questions imported"),
    "knowledge.item_saved": msg("Question saved"), "knowledge.model_trained": msg("Suggestions learned anew"),
    "notification.failed": msg("Message failed"), "notification.queued": msg("Message waits to be sent"),
    "notification.sent": msg("Message sent"), "person.erased": msg("Personal data erased"),
    "places.imported": msg("Places imported"), "service.saved": msg("Service saved"),
    "services.imported": msg("Services imported"), "tenant.created": msg("Office made"),
    "tenant.settings_changed": msg("Settings changed"), "unit.saved": msg("Unit saved"),
    "units.imported": msg("Units imported"),
}
