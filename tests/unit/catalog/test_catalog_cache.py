"""The caches of definitions forget: what was not used for longest, and old versions of one that is changed again and again."""

from __future__ import annotations

from app.catalog.cache import Bounded


def test_the_oldest_of_all_goes_and_use_keeps() -> None:
    cache = Bounded(2)
    cache.put("a", 1)
    cache.put("b", 2)
    assert cache.get("a") == 1
    cache.put("c", 3)
    assert (cache.get("a"), cache.get("b"), cache.get("c"), len(cache)) == (1, None, 3, 2)


def test_of_one_group_only_so_many_stay_and_others_are_left_alone() -> None:
    cache = Bounded(100, each=3)
    cache.put("form", "f", "forms")
    for version in range(50):
        cache.put(version, version, "table")
        cache.get(0)
    assert [one for one in range(50) if cache.get(one) is not None] == [0, 48, 49] and cache.get("form") == "f"
    cache.put(49, "again", "table")
    assert cache.get(49) == "again" and len(cache) == 4
    cache.clear()
    assert len(cache) == 0 and cache.get("form") is None
    cache.put("x", 1, "table")
    assert cache.get("x") == 1
