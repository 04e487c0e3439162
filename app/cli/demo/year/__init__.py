"""Twelve months of made-up requests, played through the live definitions and moved into a demo office part by part."""

from app.cli.demo.year.filling import SEED, Sizes, go_on, start
from app.cli.demo.year.process import WORDS, behind, fill, first_part, left, line, wanted

__all__ = ["SEED", "WORDS", "Sizes", "behind", "fill", "first_part", "go_on", "left", "line", "start", "wanted"]
