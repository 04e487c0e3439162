"""Words for codes: roles, phases, kinds, states. Names of services and units come from their rows."""

from __future__ import annotations

from app.kernel.errors import msg
from app.web.content_words import CONTENT
from app.web.demand_words import DEMAND_WORDS
from app.web.event_words import ABOUT, EVENTS
from app.web.matter_words import MATTER_WORDS
from app.web.moving_words import MOVING_WORDS
from app.web.notice_words import NOTICE_WORDS
from app.web.office_words import OFFICE_WORDS
from app.web.retention_words import RETENTION_WORDS
from app.web.rule_words import RULE_WORDS
from app.web.studio_words import STUDIO_WORDS
from app.web.texts import t
from app.web.walk_words import WALK_WORDS

WORDS: dict[str, dict[str, str]] = {
    "role": {
        "resident": msg("Resident"), "intake_clerk": msg("Intake clerk"), "dispatcher": msg("Dispatcher"),
        "handler": msg("Handler"), "head": msg("Head of unit"), "provider": msg("Outside provider"),
        "follow_up_caller": msg("Follow-up caller"), "supervisor": msg("Supervisor"), "analyst": msg("Analyst"),
        "administrator": msg("Administrator"), "leader": msg("Leader"), "operator": msg("Platform operator"),
    },
    "door": {
        "resident": msg("ask, follow, rate"), "intake_clerk": msg("takes in what callers say"),
        "dispatcher": msg("finds who is responsible"), "handler": msg("does the work and replies"),
        "provider": msg("a firm held to the same limits"), "follow_up_caller": msg("asks whether it was solved"),
        "supervisor": msg("sees what is late, steps in"), "analyst": msg("diagrams and figures"),
        "administrator": msg("services, tables, people"), "leader": msg("the street at a glance"),
        "operator": msg("sets up offices"),
    },
    "part_of_day": {
        "at_once": msg("at once"), "morning": msg("in the morning"), "afternoon": msg("in the afternoon"),
        "evening": msg("in the evening"),
    },
    "appointment_state": {
        "agreed": msg("Agreed"), "refused": msg("You said that this time does not suit. Another one will be proposed."),
        "missed": msg("Nobody was met. Another time will be agreed."), "cancelled": msg("The visit was called off."),
        "kept": msg("The visit took place."), "replaced": msg("Replaced by another time"),
    },
    "next_date": {
        "accept": msg("We tell you by then whether we take it on"),
        "dispatch": msg("A unit has your request by then"), "reply": msg("We promised an answer by"),
        "visit": msg("We ask you by then whether it helped"),
        "rectify": msg("What you were not satisfied with is put right by"),
        "remedy": msg("The head of the unit tells you by then why we were late"),
    },
    "wish": {"call_back": msg("Please ring me"), "on_behalf_of": msg("It is for")},
    "phase": {
        "submit": msg("Handed in"), "intake": msg("Taken in"), "classify": msg("Sorted by kind"),
        "dispatch": msg("Passed to a unit"), "reply": msg("Being handled"), "feedback": msg("Your opinion"),
    },
    "outcome": {
        "satisfied": msg("Closed: resident satisfied"), "unrated": msg("Closed: no rating given"),
        "not_accepted": msg("Not accepted"), "withdrawn": msg("Withdrawn"), "joined": msg("Joined to an earlier case"),
        "unresolved": msg("Closed: not solved"),
    },
    "module": {
        "LI": msg("Living information"), "LS": msg("Living services"), "PS": msg("Public services"),
        "CS": msg("Complaints and suggestions"),
    },
    "kind": {
        "consultation": msg("Consultation"), "help": msg("Help"), "complaint": msg("Complaint"),
        "report": msg("Report of an offence"), "suggestion": msg("Suggestion"), "praise": msg("Praise"),
    },
    "urgency": {"normal": msg("normal"), "urgent": msg("urgent"), "emergency": msg("emergency")},
    "channel": {
        "phone": msg("Phone"), "hotline": msg("Hotline 12345"), "12345": msg("Hotline 12345"),
        "counter": msg("Counter"), "web": msg("Web"), "wechat": msg("WeChat"), "visit": msg("Home visit"),
        "message": msg("Message"), "internal": msg("within the office"), "iot": msg("Device"),
        "open311": msg("Open311"), "api": msg("Other system"),
    },
    "rating": {
        "5": msg("Very satisfied"), "4": msg("Satisfied"), "3": msg("Fairly satisfied"), "2": msg("Dissatisfied"),
        "1": msg("Very dissatisfied"),
    },
    "solved": {"yes": msg("Solved"), "half": msg("Half solved"), "no": msg("Not solved")},
    "unit_kind": {"internal": msg("Own unit"), "provider": msg("Outside provider")},
    "place_kind": {"committee": msg("Residents' committee"), "compound": msg("Compound"),
                   "building": msg("Building"), "grid": msg("Grid cell")},
    "definition": {"process": msg("Process"), "scenarios": msg("Scenarios of a process"),
                   "decision": msg("Decision table"), "form": msg("Form"),
                   "message": msg("Message template"), "supervision": msg("Supervision rule"),
                   "supervision_shadow": msg("Supervision rule on trial"),
                   "demand": msg("Demand rule"), "calendar": msg("Calendar")},
    "entry": {
        "reply": msg("Reply"), "question": msg("Question"), "answer": msg("Answer"), "contact": msg("Contact"),
        "note": msg("Note"), "return": msg("Returned"), "extension": msg("Extension"), "ruling": msg("Ruling"),
        "rating": msg("Rating"), "not_accepted": msg("Not accepted"), "submitted": msg("Request"),
        "withdrawn": msg("Withdrawn"), "joined": msg("Joined"), "message": msg("Message"),
        "comment": msg("Comment"), "handed": msg("Task handed over"), "instruction": msg("Instruction"),
        "operation": msg("Change by hand"),
        "supervision": msg("Noticed by a rule"), "rectification": msg("Put right"),
        "explanation": msg("Why we were late"),
        "order_answer": msg("Answer of the unit"), "order_verdict": msg("Look at the answer"),
        "appointment_refused": msg("The time does not suit"),
    },
    "deadline": {"accept": msg("Taking in"), "dispatch": msg("Passing on"), "reply": msg("Reply"),
                 "visit": msg("Return visit"), "rectify": msg("Putting right"),
                 "plan": msg("Plan of a change"), "change": msg("Change of supply"),
                 "remedy": msg("Explanation of a broken promise"), "escalation": msg("Leader told after"),
                 "order": msg("Answer to the order")},
    "visit": {"phone": msg("a caller rings"), "on_site": msg("a caller comes to the door"),
              "invite": msg("invited to rate"), "at_once": msg("rated during the call"), "none": msg("nobody asks")},
    "visit_reason": {
        "rated_at_once": msg("already said what they think"), "no_phone": msg("urgent, and there is no phone"),
        "not_reachable": msg("no phone and no account"), "handled_again": msg("handled again"),
        "emergency": msg("an emergency"), "anonymous": msg("without a name, so not traced"),
        "complaint": msg("complaints are always asked about"), "help": msg("help is always asked about"),
        "sampled": msg("drawn by lot"), "sampled_out": msg("not drawn by lot"),
        "earlier_diagram": msg("an earlier version of the process"), "not_accepted": msg("Not accepted"),
        "withdrawn": msg("Withdrawn"), "joined": msg("Joined to an earlier case"),
    },
    "promise": {"standing": msg("stands"), "kept": msg("kept"), "extended": msg("kept after an extension"),
                "broken": msg("broken"), "dropped": msg("ended with the request"),
                "dated": msg("confirmed with its date"), "reclassified": msg("replaced: another service"),
                "changed": msg("replaced: other terms"), "renewed": msg("replaced: begun anew")},
    "decision": {
        "time_limit": msg("Time limit"), "handling_unit": msg("Handling unit"), "urgency": msg("Urgency"),
        "extension_limit": msg("Limit of an extension"), "visit_result": msg("Result of the return visit"),
        "follow_up": msg("Return visit"), "return_route": msg("Way of a returned case"),
        "return_judgement": msg("Whether the return was proper"), "unit_score": msg("Score of a unit"),
        "review": msg("Review"),
        "service_module": msg("Module"), "commitment": msg("Service commitment"),
        "answer_wait": msg("Waiting for an answer"),
        "handling_process": msg("Way of handling"), "co_handling": msg("Who helps"),
        "classification_confidence": msg("How sure the sorting is"), "response_rate": msg("Response rate"),
        "solved_rate": msg("Solved rate"), "satisfied_rate": msg("Satisfied rate"),
        "rate_goals": msg("Goals of the rates"),
        "evaluation_route": msg("What the rating leads to"), "reopen_level": msg("Who handles it again"),
        "demand_effect": msg("How a topic is run"),
    },
    "deadline_state": {"running": msg("running"), "paused": msg("paused"), "stopped": msg("done"),
                       "dropped": msg("ended with the request"),
                       "due": msg("due"), "overdue": msg("overdue"), "warned": msg("due soon")},
    "delivery_state": {"pending": msg("waiting"), "sent": msg("sent"), "failed": msg("failed"), "dead": msg("given up"),
                       "queued": msg("waiting"), "sending": msg("being sent"),
                       "handed": msg("handed over, no answer yet"), "read": msg("read"),
                       "skipped": msg("not sent")},
    "event": EVENTS, "event_about": ABOUT, **CONTENT,
    "actor": {"guest": msg("Guest"), "system": msg("System"), "resident": msg("Resident")},
    "status": {"open": msg("open"), "closed": msg("closed"), "active": msg("active")},
}

WORDS["step"] = {**WORDS["phase"], "feedback": msg("Return visit")}  # what staff call it; the resident gives an opinion
WORDS.update(NOTICE_WORDS)
WORDS.update(OFFICE_WORDS)
WORDS.update(MATTER_WORDS)
WORDS.update(WALK_WORDS)
WORDS.update(MOVING_WORDS)
WORDS.update(DEMAND_WORDS)
WORDS.update(STUDIO_WORDS)
WORDS.update(RULE_WORDS)
WORDS.update(RETENTION_WORDS)
WORDS["value"] = {
    **WORDS["urgency"], **WORDS["role"], **WORDS["solved"], "none": msg("nobody"), "claim": msg("as the resident said"),
    "suggestion": msg("as suggested"), "satisfied": msg("satisfied"), "unsolved": msg("not solved"),
    "unrated": msg("no rating given"), "handle_information": msg("Living information"),
    "handle_life_service": msg("Living services"), "handle_public_service": msg("Public services"),
    "handle_complaint": msg("Complaints and suggestions"), **WORDS["module"],
}
"""Answers of the shipped tables. An analyst's own codes show as they are."""


def word(kind: str, code: object) -> str:
    """The word for a code in the page's language; the code itself when nobody named it."""
    if code is None or code == "":
        return ""
    found = WORDS[kind].get(str(code))
    return t(found) if found is not None else str(code)
