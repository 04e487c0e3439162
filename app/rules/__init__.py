"""Supervision rules over the stream of events: what is noticed by itself, and what is done about it.

The event table is the truth; the memory of the engine is a cache that replay rebuilds.
"""

from app.rules.engines import ChildEngine
from app.rules.language import KIND, SHADOW
from app.rules.owner import LEASE, Owner
from app.rules.upkeep import MakeRuleLive, PublishRule, ReleaseRule, RetryRuleFault, RetryRuleFaults, RetryRules

__all__ = ["KIND", "LEASE", "SHADOW", "ChildEngine", "MakeRuleLive", "Owner", "PublishRule", "ReleaseRule",
           "RetryRuleFault", "RetryRuleFaults", "RetryRules"]
