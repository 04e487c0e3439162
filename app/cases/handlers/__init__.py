"""One handler per command, in small files; importing this package registers them all."""

from app.cases import uses
from app.cases.handlers import (
    calendars,
    contacts,
    desk,
    drafts,
    erasing,
    handing,
    inbox_views,
    incidents,
    instructing,
    jobs,
    joining,
    matters,
    notes,
    operating,
    resident,
    ruled,
    settling,
    submitting,
    tasks,
    timers,
)

__all__ = ["calendars", "contacts", "desk", "drafts", "erasing", "handing", "inbox_views", "incidents",
           "instructing", "jobs", "joining", "matters", "notes", "operating", "resident", "ruled", "settling",
           "submitting", "tasks", "timers", "uses"]
