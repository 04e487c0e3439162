"""Bringing a package in, as a command."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.kernel.commands import Command


@dataclass(frozen=True, kw_only=True)
class ImportPackage(Command):
    """Publish what of a package is new or changed: all of it, or nothing. Answer {"published": [{kind, key, version}]}.

    `stands`: as the comparison told; Conflict when the office has changed since. `folder`: where the office's files lie
    below the project's root, `tenants/<slug>`.
    """

    package: bytes = field(repr=False)
    stands: str
    reason: str
    folder: str
