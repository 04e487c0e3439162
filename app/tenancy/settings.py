"""The office's settings: a typed list of those that are known, and the values that tables, diagrams and pages read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.kernel.errors import FieldErrors, msg
from app.tenancy.written import WRITTEN
from app.tenancy.zones import kept

PHONE = re.compile(r"[0-9+()/ ,;-]{3,60}\Z", re.ASCII)


@dataclass(frozen=True)
class Setting:
    """One setting. `kind`: text, phone, number, key or one of `written`; `reads`: who uses it, in words.

    A name with a dot is a field of a document: `attachment_quotas.case_files`.
    """

    name: str
    kind: str
    title: str
    about: str
    reads: str
    default: Any = ""
    allowed: tuple[str, ...] = ()
    least: int = 0
    most: int = 2000
    scale: int = 1

    def given(self, document: Mapping[str, Any]) -> Any:
        """The value in an office's document, None where the default counts."""
        head, _, part = self.name.partition(".")
        found = document.get(head)
        return (found.get(part) if isinstance(found, Mapping) else None) if part else found

    def shown(self, document: Mapping[str, Any]) -> str:
        """As a form shows it: an empty text for the default."""
        found = self.given(document)
        if self.kind in WRITTEN and found is not None:
            return WRITTEN[self.kind].text(found)
        return "" if found is None else str(found // self.scale if isinstance(found, int) else found)


_PAGES = msg("The residents' pages")
_KB, _MB = 1024, 1024 * 1024
_STEPS = msg("Running processes")
_STOPS = msg("Beyond it the process stops at the element, for somebody to look at.")
REGISTRY: tuple[Setting, ...] = (
    Setting("contact_phone", "phone", msg("Phone of the office"), msg("Shown at the foot of every page."), _PAGES),
    Setting("address_zh", "text", msg("Address in Chinese"), msg("Shown at the foot of every page."), _PAGES, most=200),
    Setting("address_en", "text", msg("Address in English"), msg("Shown at the foot of every page."), _PAGES, most=200),
    Setting("hours_zh", "text", msg("Opening hours in Chinese"), msg("Shown at the foot of every page."), _PAGES,
            most=200),
    Setting("hours_en", "text", msg("Opening hours in English"), msg("Shown at the foot of every page."), _PAGES,
            most=200),
    Setting("emergency_zh", "text", msg("Words for emergencies in Chinese"),
            msg("Takes the place of the sentence about 110, 119 and 120 at the foot."), _PAGES, most=300),
    Setting("emergency_en", "text", msg("Words for emergencies in English"),
            msg("Takes the place of the sentence about 110, 119 and 120 at the foot."), _PAGES, most=300),
    Setting("case_process", "key", msg("Process of a new case"),
            msg("The key of the diagram that every new request begins with."), msg("Handing in a request"),
            default="service_request", most=100),
    Setting("working_hours", "shifts", msg("Working hours"),
            msg("Weekdays, Monday is 1, then the hours: 1-5: 09:00-12:00, 13:00-17:30"),
            msg("All limits in working days and hours"), default="1-5: 09:00-12:00, 13:00-17:30", most=200),
    Setting("quiet_hours", "span", msg("Quiet hours"),
            msg("Messages that leave the house wait until they end. With \"none\" they go at any time."),
            msg("Messages to people"), default="21:00-08:00", most=20),
    Setting("retention_hours", "span", msg("Hours of clearing up"),
            msg("What has had its time by the table of retention goes within these hours. With \"none\" at any time."),
            msg("Background work"), default="22:00-06:00", most=20),
    Setting("interests", "entries", msg("What residents may be interested in"),
            msg("One a line, as: health = 健康与接种 / Health and vaccination. Empty means the usual list."),
            msg("Profiles and notices"), most=2000),
    Setting("draft_days", "number", msg("Days that a draft is kept"),
            msg("Begun forms that nobody touched for so long are forgotten."), msg("The forms of tasks"), default=30,
            least=1, most=365),
    Setting("export_days", "number", msg("Days that an export is kept"),
            msg("A file with everything of the office is removed after so many days."), msg("Subscription and export"),
            default=7, least=1, most=30),
    Setting("suggestion_fewest_cases", "number", msg("Closed cases before suggestions learn"),
            msg("With fewer closed cases suggestions come from the catalogue alone."),
            msg("The suggestion of a service"), default=200, least=10, most=100_000),
    Setting("rule_firings_many", "number", msg("Firings from which a supervision rule warns"),
            msg("A changed rule that would have fired more often in the days tried warns before it is published."),
            msg("Trying a supervision rule on past days"), default=100, least=1, most=100_000),
    Setting("studio.review", "switch", msg("A second person approves drafts of the Studio"),
            msg("A draft is published only after somebody else has approved this very text."), msg("The Studio"),
            default="off", allowed=("on", "off"), most=3),
    Setting("attachment_quotas.tenant_bytes", "number", msg("Room for all files (MB)"),
            msg("Further files are refused beyond it."), msg("Files that people send"), default=20 * 1024 * _MB,
            least=100, most=10_000_000, scale=_MB),
    Setting("attachment_quotas.resident_bytes", "number", msg("Room for the files of one resident (MB)"),
            msg("Further files are refused beyond it."), msg("Files that people send"), default=200 * _MB, least=10,
            most=100_000, scale=_MB),
    Setting("attachment_quotas.resident_files", "number", msg("Files of one resident"),
            msg("Further files are refused beyond it."), msg("Files that people send"), default=200, least=1,
            most=10_000),
    Setting("attachment_quotas.case_files", "number", msg("Files of one case"),
            msg("Further files are refused beyond it."), msg("Files that people send"), default=20, least=1, most=500),
    Setting("step_budget.steps", "number", msg("Automatic steps at a time"),
            msg("What a process does by itself until it waits for somebody."), _STEPS, default=1_000, least=50,
            most=10_000),
    Setting("step_budget.seconds", "number", msg("Seconds for a step of a process"), _STOPS, _STEPS, default=5, least=1,
            most=30),
    Setting("step_budget.instances", "number", msg("Instances of one multi-instance activity"), _STOPS, _STEPS,
            default=1_000, least=10, most=5_000),
    Setting("step_budget.depth", "number", msg("Subprocesses and calls inside each other"), _STOPS, _STEPS, default=12,
            least=2, most=30),
    Setting("step_budget.rounds", "number", msg("Rounds of a loop"),
            msg("How often a process may come back to one element while the scope around it is open."), _STEPS,
            default=10_000, least=10, most=1_000_000),
    Setting("step_budget.variable_bytes", "number", msg("Size of one variable of a process (KB)"),
            msg("Documents belong in files."), _STEPS, default=256 * _KB, least=4, most=4_096, scale=_KB),
    Setting("step_budget.state_bytes", "number", msg("Size of a whole process (KB)"), _STOPS, _STEPS,
            default=1_024 * _KB, least=64, most=16_384, scale=_KB),
)
"""Every setting that code or definitions read has its row here; tests/architecture asks for it."""


def value(session: Session, name: str, default: Any = None) -> Any:
    """The setting `name` of the session's office, or `default`."""
    tenant_id: UUID | None = session.info.get("tenant_id")
    tenant = kept(session, tenant_id) if tenant_id is not None else None
    return default if tenant is None else (tenant.settings or {}).get(name, default)


def merged(document: Mapping[str, Any], sent: Mapping[str, str], faults: FieldErrors) -> dict[str, Any]:
    """The document with what a form sent; what is wrong is added to `faults`. Unknown names of the document stay."""
    found: dict[str, Any] = {name: dict(one) if isinstance(one, Mapping) else one for name, one in document.items()}
    for setting in REGISTRY:
        if setting.name in sent:
            _put(found, setting.name, read(setting, sent[setting.name].strip(), faults))
    return found


def _put(found: dict[str, Any], name: str, new: Any) -> None:
    head, _, part = name.partition(".")
    if part:
        inner = {**(found.get(head) or {}), part: new}
        found[head] = {key: one for key, one in inner.items() if one is not None}
        new = found[head] or None
    if new is None:
        found.pop(head, None)
    else:
        found[head] = new


def read(setting: Setting, text: str, faults: FieldErrors) -> Any:
    """The value of a text; None where it is empty. A fault is noted under the setting's name."""
    if not text:
        return None
    if setting.kind == "number":
        if text.isascii() and text.isdecimal() and len(text) < 12 and setting.least <= int(text) <= setting.most:
            return int(text) * setting.scale
        faults[setting.name] = [(msg("A whole number from %(least)s to %(most)s."),
                                 {"least": setting.least, "most": setting.most})]
    elif setting.kind in WRITTEN:
        found = WRITTEN[setting.kind].value(text)
        if found is not None and len(text) <= setting.most:
            return found
        faults[setting.name] = [(WRITTEN[setting.kind].example, {})]
    elif setting.kind == "phone" and not PHONE.match(text):
        faults[setting.name] = [(msg("A phone number has digits, spaces, + and - only."), {})]
    elif len(text) > setting.most:
        faults[setting.name] = [(msg("At most %(limit)s characters."), {"limit": setting.most})]
    else:
        return text
    return None
