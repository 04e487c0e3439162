"""The built-in functions of the language, by name. Host functions are not here: they come with each evaluation."""

from app.feel.functions import (
    aggregates,
    contexts,
    conversion,
    lists,
    numeric,
    patterns,
    ranges,
    temporal,
    text,
)
from app.feel.functions.registry import BUILT_IN, BuiltIn

__all__ = ["BUILT_IN", "BuiltIn", "aggregates", "contexts", "conversion", "lists", "numeric", "patterns", "ranges",
           "temporal", "text"]
