"""Thin loops around the handlers: any number of processes, on any number of machines."""

from app.workers.kinds import KINDS
from app.workers.loop import run_forever, start_thread, tick

__all__ = ["KINDS", "run_forever", "start_thread", "tick"]
