"""Names of files that strangers chose: made harmless for screens, folders and headers."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

LONGEST = 120
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f;%&`$\']')
_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)")


def clean(name: str) -> str:
    """A name without path, control or direction characters, at most 120 characters, with its last extension.

    The result is for showing and downloading; on disk a file has the name of its hash.
    """
    name = unicodedata.normalize("NFKC", name).replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(c for c in name if unicodedata.category(c)[0] != "C" and unicodedata.category(c) not in ("Zl", "Zp"))
    name = " ".join(_FORBIDDEN.sub("_", name).split()).rstrip(". ")
    stem, dot, extension = name.rpartition(".")
    if not dot:
        stem, extension = name, ""
    # only the last dot means a type: "photo.php.jpg" must not look like a script to any server
    stem = stem.replace(".", "_").strip("_ ") or "file"
    if _RESERVED.match(stem):
        stem = "_" + stem
    extension = re.sub(r"[^a-z0-9]", "", extension.lower())[:10]
    return stem[: LONGEST - len(extension) - 1] + (f".{extension}" if extension else "")


def extension_of(name: str) -> str:
    """The last extension in small letters, without the dot; empty if there is none."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def content_disposition(name: str) -> str:
    """`attachment` with the name twice: plain ASCII for old browsers and RFC 5987 for the others."""
    cleaned = clean(name)
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", cleaned)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(cleaned, safe='')}"
