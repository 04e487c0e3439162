"""Settings that others have computed with: rooms above say so, and are told in the transaction that changes one."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from app.kernel.unit_of_work import UnitOfWork

Watcher = Callable[[UnitOfWork], None]
_watchers: dict[tuple[str, str], Watcher] = {}


def watcher(setting: str, name: str) -> Callable[[Watcher], Watcher]:
    """Register who must follow a change of `setting`; registering a name again replaces it."""

    def register(function: Watcher) -> Watcher:
        _watchers[setting, name] = function
        return function

    return register


def tell(uow: UnitOfWork, changed: Iterable[str]) -> None:
    """These settings have new values, flushed already. Raises what a watcher raises: then nothing is changed."""
    names = set(changed)
    for (setting, _name), follow in _watchers.items():
        if setting in names:
            follow(uow)
