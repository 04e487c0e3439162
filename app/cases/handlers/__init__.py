"""One handler per command, in small files; importing this package registers them all."""

from app.cases.handlers import erasing, incidents, jobs, notes, resident, submitting, tasks, timers

__all__ = ["erasing", "incidents", "jobs", "notes", "resident", "submitting", "tasks", "timers"]
