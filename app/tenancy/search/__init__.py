"""Full-text search of an office that knows Chinese words of two characters, on SQLite and PostgreSQL alike."""

from app.tenancy.search.index import Found, drop, find, put
from app.tenancy.search.model import SearchDocument
from app.tenancy.search.tokens import tokens

__all__ = ["Found", "SearchDocument", "drop", "find", "put", "tokens"]
