"""Telling people: message templates, and channels behind one interface. When something is told, the diagram says."""

from app.notifications.channels import check_configuration, configure
from app.notifications.delivery import tick
from app.notifications.queueing import Recipient, queue

__all__ = ["Recipient", "check_configuration", "configure", "queue", "tick"]
