"""What all machines of an installation share and no office owns: the key that signs cookies, unless one is set."""

from __future__ import annotations

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel import database
from app.kernel.model import Base


class InstallationSecret(Base):
    """Made by the migration. Only the user who connects reads it: the roles that work for offices have no right."""

    __tablename__ = "installation_secret"
    __table_args__ = {"info": {"secret": True}}

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(String(200))


def session_key() -> str:
    """The key of the installed database. Raises what the database raises, also while its tables are not made."""
    query = select(InstallationSecret.value).where(InstallationSecret.name == "session_key")
    with database.current().engine.connect() as connection:
        return str(connection.execute(query).scalar_one())
