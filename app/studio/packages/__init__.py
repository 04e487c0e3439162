"""Packages of definitions: a process with all it needs as one ZIP file, out of one office and into another."""

from app.studio.packages.closure import closure
from app.studio.packages.commands import ImportPackage
from app.studio.packages.comparing import Comparison, Line, compare
from app.studio.packages.zipped import MOST_BYTES, Packed, pack, unpack

__all__ = ["MOST_BYTES", "Comparison", "ImportPackage", "Line", "Packed", "closure", "compare", "pack", "unpack"]
