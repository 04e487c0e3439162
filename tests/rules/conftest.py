"""An office at the beginning of the world's clock, and owners of rules that are closed afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest

from app import assemble
from app.kernel import clock
from app.kernel.database import Database
from app.kernel.ids import new_id
from app.rules import Owner
from tests.rules import world


@pytest.fixture
def tenant_id(database: Database) -> Iterator[UUID]:
    assemble()
    with clock.use(clock.VirtualClock(world.START)):
        yield new_id()


@pytest.fixture
def owners() -> Iterator[Callable[..., Owner]]:
    made: list[Owner] = []

    def make(**how: Any) -> Owner:
        made.append(Owner(**how))
        return made[-1]

    yield make
    for one in made:
        one.close()
