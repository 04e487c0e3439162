"""Rule files in YAML: plain, small, with lines."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.catalog import YamlBlock, read_yaml
from app.kernel.errors import DefinitionError


def test_mappings_know_the_lines_of_their_keys() -> None:
    block = read_yaml(b"a: 1\nb:\n  c: [1, 2.50, yes, null, '7']\n  d: 2026-05-01\n", "x.yaml")
    assert block == {"a": 1, "b": {"c": [1, Decimal("2.50"), True, None, "7"], "d": "2026-05-01"}}
    assert isinstance(block["b"], YamlBlock)
    assert (block.line_of("b"), block["b"].line_of("d"), block["b"].line_of("zzz")) == (2, 4, 3)


LAUGHS = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (n, n, b",".join([b"*%c" % (n - 1)] * 9)) for n in range(ord("b"), ord("k")))


@pytest.mark.parametrize(("data", "line"), [
    (LAUGHS, 2), (b"a: &x 1\nb: *x", 2), (b"a:\n  <<: {b: 1}", 2), (b"!!python/object/apply:os.system ['id']", 1),
    (b"a: !!python/name:os.system x", 1), (b"a: !!binary aGk=", 1), (b"a: !!set {b}", 1), (b"a: 1\na: 2", 2),
    (b"? [1]\n: 2", 1), (b"a: [", 1), (b"a: 1\n---\nb: 2", 2), (b"\xff", 1), (b"a: \x00", 1), (b"a:\n\t- 1", 2),
    (b"[" * 50 + b"]" * 50, 1), (b"- 1\n" * 30_000, None), (b"x" * 300_000, 1), (b"a: .nan", 1), (b"a: .inf", 1),
    (b"a: 1.0e+400", 1), (b"a: 99999999-99-99", None), (b"a: 2026-02-31", None),
])
def test_security_06_dangerous_or_endless_yaml_is_refused_with_a_line(data: bytes, line: int | None) -> None:
    if line is None:
        try:
            read_yaml(data, "x.yaml")
        except DefinitionError as error:
            assert error.problems[0].line
        return
    with pytest.raises(DefinitionError) as caught:
        read_yaml(data, "x.yaml")
    (problem,) = caught.value.problems
    assert problem.file == "x.yaml"
    assert problem.line is not None
    assert abs(problem.line - line) <= 1


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=200) | st.text(alphabet="abc:-[]{}&*!?|>'\"%@`#, \n0123456789.", max_size=200).map(str.encode))
def test_security_40_no_bytes_raise_anything_else(data: bytes) -> None:
    try:
        read_yaml(data, "x.yaml")
    except DefinitionError as error:
        assert error.problems[0].line
