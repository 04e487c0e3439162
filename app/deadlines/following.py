"""Who owns clocks follows the calendar: registered here by the room above, told in the transaction of the change."""

from __future__ import annotations

from collections.abc import Callable

from app.kernel.unit_of_work import UnitOfWork

Follower = Callable[[UnitOfWork], int]
"""Moves what depends on the calendar that now stands in the session's rows; how many dates moved."""
_followers: dict[str, Follower] = {}


def follower(name: str) -> Callable[[Follower], Follower]:
    """Register one; registering a name again replaces it."""

    def register(function: Follower) -> Follower:
        _followers[name] = function
        return function

    return register


def calendar_changed(uow: UnitOfWork) -> int:
    """Tell all; how many dates moved. Raises Invalid where a limit cannot be met any more: then nothing is changed."""
    uow.session.flush()
    return sum(follow(uow) for follow in _followers.values())
