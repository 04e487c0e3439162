"""The demo office on a clock that tests move."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.placed import misplaced
from tests.integration.play import Office, playing


@pytest.fixture
def office(tenant: Any) -> Iterator[Office]:
    """Everybody of the demo office, on a Monday at ten. Whatever was played, open tasks stand in lists where they belong."""
    with playing(tenant) as made:
        yield made
        assert misplaced(made.tenant_id) == []
