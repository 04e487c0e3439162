"""The ZIP file of a package: written the same for the same content, and read as what a stranger sent.

A package is a list of files called `<kind>/<key><ending>` and nothing else. Whatever a ZIP may do beyond that (folders,
links, encryption, entries twice or over each other, bytes that swell) is refused by the name of the entry.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from app import catalog
from app.kernel.errors import DefinitionError, Problem, msg

MOST_BYTES = 1_000_000
"""Of the package as it is sent."""
MOST_FILES, MOST_INSIDE, MOST_RATIO = 200, 20_000_000, 100
KINDS = ("process", "decision", "form", "message")
STORED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ENCRYPTED = 0x1
DATE = (2026, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Packed:
    """One definition of a package. `file`: its name inside."""

    kind: str
    key: str
    data: bytes
    file: str


def name_of(kind: str, key: str) -> str:
    """What the file of a definition is called inside a package."""
    return f"{kind}/{key}{PurePosixPath(catalog.kind_named(kind).pattern).suffix}"


def pack(files: Mapping[tuple[str, str], bytes]) -> bytes:
    """The ZIP file; the same bytes for the same files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for (kind, key), data in sorted(files.items()):
            entry = zipfile.ZipInfo(name_of(kind, key), DATE)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, data)
    return out.getvalue()


def unpack(data: bytes) -> list[Packed]:
    """The definitions of a package in its order. Raises DefinitionError, which names the entry."""
    if len(data) > MOST_BYTES:
        raise _refused(None, msg("A package has at most %(limit)s bytes."), limit=MOST_BYTES)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            problems = list(_entries(entries, len(data)))
            if problems:
                raise DefinitionError(problems[:20])
            return list(_contents(archive, entries))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, UnicodeError,
            ValueError, OverflowError):
        raise _refused(None, msg("This is not a readable ZIP file.")) from None


def _refused(file: str | None, text: str, **params: object) -> DefinitionError:
    return DefinitionError([Problem("package", text, params, file=file)])


def _entries(entries: list[zipfile.ZipInfo], size: int) -> Iterator[Problem]:
    if not entries or len(entries) > MOST_FILES:
        yield Problem("package", msg("A package holds between 1 and %(limit)s files; this one holds %(count)s."),
                      {"limit": MOST_FILES, "count": len(entries)})
        return
    if sum(one.compress_size for one in entries) > size:
        yield Problem("package", msg("Entries of the package lie over each other."))
    if sum(one.file_size for one in entries) > MOST_INSIDE:
        yield Problem("package", msg("The files of a package have at most %(limit)s bytes together."),
                      {"limit": MOST_INSIDE})
    seen: set[str] = set()
    for one in entries:
        name = one.filename.casefold()
        fault = msg("Two entries have this name.") if name in seen else _fault(one)
        seen.add(name)
        if fault:
            yield Problem("package", fault, {"limit": MOST_RATIO} if "%(limit)s" in fault else {}, file=_shown(one))


def _shown(entry: zipfile.ZipInfo) -> str:
    return "".join(letter if letter.isprintable() else "�" for letter in entry.orig_filename)[:120]


def _fault(entry: zipfile.ZipInfo) -> str | None:
    mode = entry.external_attr >> 16
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return msg("A package holds plain files only, no links and no devices.")
    if entry.flag_bits & ENCRYPTED:
        return msg("The entry is encrypted.")
    if entry.compress_type not in STORED:
        return msg("The entry is packed in a way that is not read here.")
    if entry.orig_filename != entry.filename or _named(entry.filename) is None:
        return msg("Files of a package are called kind/key.ending, for example process/follow_up.bpmn; kinds are "
                   "process, decision, form and message.")
    if entry.file_size > MOST_RATIO * max(entry.compress_size, 1_000):
        return msg("The entry grows more than %(limit)s times when it is unpacked.")
    return None


def _named(name: str) -> tuple[str, str] | None:
    """(kind, key) of an entry's name."""
    kind, _, rest = name.partition("/")
    key = rest.partition(".")[0]
    known = kind in KINDS and catalog.KEY.fullmatch(key) is not None and name == name_of(kind, key)
    return (kind, key) if known else None


def _contents(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> Iterator[Packed]:
    for one in entries:
        named = _named(one.filename)
        if named is None:
            continue
        limit = catalog.kind_named(named[0]).max_bytes
        with archive.open(one) as stream:
            data = stream.read(limit + 1)
        if len(data) > limit:
            raise _refused(one.filename, msg("The file has more than %(limit)s bytes."), limit=limit)
        if len(data) != one.file_size:
            raise _refused(one.filename, msg("The entry lies about its size."))
        yield Packed(*named, data, one.filename)
