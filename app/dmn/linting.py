"""Everything worth saying about a DMN file before it is published."""

from __future__ import annotations

from collections.abc import Collection

from app.dmn.loading import HOST_FUNCTIONS, read
from app.kernel.errors import DefinitionError, Problem


def lint(data: bytes, file: str, functions: Collection[str] = HOST_FUNCTIONS) -> list[Problem]:
    """All problems, errors first, in the order of the file. Never raises for a bad file."""
    try:
        _, problems = read(data, file, functions)
    except DefinitionError as error:
        problems = error.problems
    return sorted(problems, key=lambda problem: (problem.severity != "error", problem.line or 0))
