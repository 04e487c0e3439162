"""The mode of a rule file as one line of its text, so that a switch changes nothing else."""

from __future__ import annotations

import re

MODE = re.compile(r"^mode:[^\n]*(?:\n|\Z)", re.MULTILINE)
AFTER = re.compile(r"^shape:[^\n]*\n", re.MULTILINE)


def in_mode(data: bytes, mode: str) -> bytes:
    """The file with this mode: `live` is written only where a mode stood, since it is the usual one.

    What is no text, or has no line `shape`, comes back as it was; checking it says why.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return data
    found = MODE.search(text)
    if found is not None:
        kept = found[0].partition("#")
        remark = f"  #{kept[2]}" if kept[1] else ("\n" if found[0].endswith("\n") else "")
        return (text[:found.start()] + f"mode: {mode}" + remark + text[found.end():]).encode()
    place = AFTER.search(text)
    if mode == "live" or place is None:
        return data
    return (text[:place.end()] + f"mode: {mode}\n" + text[place.end():]).encode()
