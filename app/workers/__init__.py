"""Thin loops around the handlers: any number of processes, on any number of machines."""

from app.workers.loop import run_forever, start_thread, tick

__all__ = ["run_forever", "start_thread", "tick"]
