"""The reference models of the standards' own groups pass the Studio's editors unchanged, or are refused with a reason."""

from __future__ import annotations

import pytest

from tests.bench.bench_roundtrip import SHARED, editors, reference_files, trip
from tests.bench.roundtrip import differences

EVERY = 9
"""Of the tables; `make bench` takes all."""
HEAD = b'<b:definitions xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:x="urn:x" id="d">'


def one(body: bytes) -> bytes:
    return HEAD + body + b"</b:definitions>"


def test_the_comparison_sees_what_counts_and_nothing_else() -> None:
    plain = one(b'<b:process id="p" isExecutable="true"><b:task id="t" name="A" x:own="1"/><b:task id="u"/></b:process>')
    same = (b'<definitions id="d" xmlns:y="urn:x" xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process '
            b'isExecutable="true" id="p">\n <task y:own="1" name="A" id="t" isForCompensation="false"/><task id="u"/></process>'
            b"</definitions>")
    assert differences(plain, same) == []
    for old, new in ((b'name="A"', b'name="B"'), (b' x:own="1"', b""), (b'<b:task id="u"/>', b""), (b'id="u"', b'id="v"'),
                     (b'<b:task id="u"/>', b'<b:task id="u"><b:documentation>w</b:documentation></b:task>'),
                     (b'isExecutable="true"', b"")):
        assert differences(plain, plain.replace(old, new)), (old, new)


def test_reference_files_pass_the_editors_unchanged() -> None:
    if not SHARED.is_dir():
        pytest.skip("the conformance files are not beside this checkout (../shared/conformance)")
    paths = reference_files()
    chosen = [path for path in paths if path.suffix == ".bpmn"]
    chosen += [path for path in paths if path.suffix == ".dmn"][::EVERY]
    boxed = next(path for path in paths if path.name == "1152-boxed-for.dmn")
    with editors() as page:
        trips = [trip(page, path) for path in chosen]
        assert trip(page, boxed).refused == "for"
    assert len(trips) > 30 and [(one.file, one.refused) for one in trips if one.refused] == []
    assert [(one.file, each) for one in trips for each in one.differences] == []
    assert all(one.shown for one in trips)
