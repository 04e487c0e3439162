"""A small cache that forgets what was not used for longest, safe for threads."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any


class Bounded:
    """At most `size` entries, of those with one `group` at most `each`; `get` gives None for what is not there."""

    def __init__(self, size: int, each: int | None = None) -> None:
        self._size, self._each, self._lock = size, each, threading.Lock()
        self._entries: OrderedDict[Hashable, Any] = OrderedDict()
        self._groups: dict[Hashable, OrderedDict[Hashable, None]] = {}
        self._group_of: dict[Hashable, Hashable] = {}

    def get(self, key: Hashable) -> Any:
        """The entry, now the most recently used."""
        with self._lock:
            if key in self._entries:
                self._use(key)
            return self._entries.get(key)

    def put(self, key: Hashable, value: Any, group: Hashable = None) -> None:
        """Keep an entry, and forget the oldest when there are too many in all, or of its group."""
        with self._lock:
            self._entries[key] = value
            if group is not None:
                self._group_of[key] = group
                self._groups.setdefault(group, OrderedDict())[key] = None
            self._use(key)
            mine = self._groups.get(group, OrderedDict())
            while self._each is not None and len(mine) > self._each:
                self._drop(next(iter(mine)))
            while len(self._entries) > self._size:
                self._drop(next(iter(self._entries)))

    def _use(self, key: Hashable) -> None:
        self._entries.move_to_end(key)
        if key in self._group_of:
            self._groups[self._group_of[key]].move_to_end(key)

    def _drop(self, key: Hashable) -> None:
        del self._entries[key]
        group = self._group_of.pop(key, None)
        if group is not None:
            del self._groups[group][key]
            if not self._groups[group]:
                del self._groups[group]

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()
            self._groups.clear()
            self._group_of.clear()

    def __len__(self) -> int:
        return len(self._entries)
