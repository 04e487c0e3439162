"""Secrets as slow hashes (argon2id); nothing else knows the algorithm."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.kernel.errors import Invalid, msg

MIN_LENGTH, MAX_LENGTH = 10, 200
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""OWASP's smallest recommended argon2id setting: 19 MiB, two passes."""
_DUMMY = _hasher.hash("nobody has this password")


def hash_secret(secret: str) -> str:
    """The encoded hash with its own salt."""
    return _hasher.hash(secret)


def matches(stored: str | None, secret: str) -> bool:
    """Whether the secret fits; takes as long for a missing hash, so that unknown names do not show."""
    try:
        return _hasher.verify(stored or _DUMMY, secret) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def check_strength(password: str) -> None:
    """Length only, as ASVS 6.2 asks; Invalid otherwise."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise Invalid(msg("Please check the marked fields."), fields={"password": [
            (msg("A password has %(low)s to %(high)s characters."), {"low": MIN_LENGTH, "high": MAX_LENGTH})]})
