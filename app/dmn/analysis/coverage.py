"""What no row matches, and rows that never match or never decide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.dmn.analysis.boxes import Box, Steps, apart, empty, inside, meet, uncovered
from app.dmn.analysis.findings import Finding
from app.dmn.analysis.regions import Space
from app.dmn.columns import numbered

MOST_GAPS = 5
FEW_ROWS = 12
"""So many rows that cover another one together are looked at for a smaller set."""


def gaps(space: Space, steps: Steps) -> Iterator[Finding]:
    """Inputs that no row matches, where the table has no default result: each as large as it goes, a few of them.

    A missing value (null) counts only where a cell of its column names null: whether a value may be missing is not
    known from the table, and nearly every table leaves it out. Calculated inputs are taken as anything. COLLECT
    tables may match nothing.
    """
    table = space.table
    if table.policy == "COLLECT" or any(output.default is not None for output in table.outputs):
        return
    within = space.expected()
    rows = [tuple(bits if axis.free or bits == axis.domain.all else -1
                  for axis, bits in zip(space.axes, region.chance, strict=True)) for region in space.regions]
    for _ in range(MOST_GAPS):
        box = uncovered(within, rows, steps)
        if box is None:
            return
        box = _widened(box, within, rows)
        rows.append(box)
        yield Finding("gap", example=space.example(box),
                      shown=tuple(space.axes[at].name for at in _cut(box, within)))


def _cut(box: Box, within: Box) -> list[int]:
    return [at for at, (bits, all_) in enumerate(zip(box, within, strict=True)) if bits != all_]


def _widened(box: Box, within: Box, rows: Sequence[Box]) -> Box:
    """The largest box that holds this one and meets no row, axis by axis."""
    for at in range(len(box)):
        taken = 0
        for row in rows:
            if all(a & b for number, (a, b) in enumerate(zip(box, row, strict=True)) if number != at):
                taken |= row[at]
        box = (*box[:at], within[at] & ~taken, *box[at + 1:])
    return box


def never(space: Space) -> Iterator[Finding]:
    """Rows with a cell, or several on one input, that hold for no value; those that hold for a missing one only are
    told too, unless the column names null."""
    for row, region in enumerate(space.regions):
        for axis, bits in zip(space.axes, region.may, strict=True):
            domain = axis.domain
            possible = bits & (domain.all if domain.expected & domain.missing else domain.all & ~domain.missing)
            if possible & ~domain.foreign:
                continue
            besides = domain.missing | domain.foreign
            column = next((at for at in axis.columns if _holds_nothing(space, row, at, besides)), axis.columns[-1])
            test = space.table.rules[row].tests[column]
            yield Finding("never", (row,), column=column,
                          words={"cell": "-" if test is None else test.source, "name": axis.name})
            break


def _holds_nothing(space: Space, row: int, column: int, besides: int) -> bool:
    bits = space.cells[row][column]
    return bits is not None and not bits & ~besides


def undecided(space: Space, steps: Steps) -> Iterator[Finding]:
    """Rows whose conditions stand in an earlier row too, and, where one row decides (FIRST, PRIORITY), rows that
    others always come before. Where all rows count, equal conditions are meant unless the results are equal too."""
    seen, repeated = dict[tuple[object, ...], int](), set[int]()
    for row, region in enumerate(space.regions):
        first = seen.setdefault(_conditions(space, row), row)
        if first != row and not empty(region.may):
            repeated.add(row)
            if space.table.policy != "UNIQUE" or not region.exact:  # else they are told as rows that match together
                yield _found(space, "duplicate", (first, row))
    if space.table.policy not in ("FIRST", "PRIORITY"):
        return
    for row, others in enumerate(space.neighbours(steps)):
        if row not in repeated and not empty(space.regions[row].may):
            rows = _covering(space, row, [other for other in numbered(others) if _before(space, other, row)], steps)
            if rows:
                yield _found(space, "unreachable", (*rows, row))


def _conditions(space: Space, row: int) -> tuple[object, ...]:
    """What two rows have in common when one repeats the other."""
    rule, region = space.table.rules[row], space.regions[row]
    texts = tuple("" if test is None else test.source for test in rule.tests)
    results = tuple("" if result is None else result.source for result in rule.results)
    one_row = space.table.policy in ("UNIQUE", "FIRST", "PRIORITY")
    return region.may if region.exact else texts, () if one_row else results


def _before(space: Space, other: int, row: int) -> bool:
    """Whether the other row decides wherever both match."""
    if space.table.policy == "FIRST":
        return other < row
    ranks = [None if (constant := space.table.rules[at].constant) is None else space.table.priority(constant)
             for at in (other, row)]
    if ranks[0] is None or ranks[1] is None:
        return False
    return (ranks[0], other) < (ranks[1], row)


def _covering(space: Space, row: int, others: Sequence[int], steps: Steps) -> tuple[int, ...]:
    """The rows among others that together match whatever this one matches; none where they do not."""
    steps.use(1 + len(others))
    whole, sure = space.regions[row].may, {other: space.regions[other].sure for other in others}
    alone = next((other for other in others if inside(whole, sure[other])), None)
    if alone is not None:
        return (alone,)
    left = [other for other in others if not apart(sure[other], whole)]
    if len(left) < 2 or uncovered(whole, [sure[other] for other in left], steps) is not None:
        return ()
    if len(left) <= FEW_ROWS:
        for other in list(left):
            fewer = [one for one in left if one != other]
            if uncovered(whole, [sure[one] for one in fewer], steps) is None:
                left = fewer
    return tuple(left)


def _found(space: Space, kind: str, rows: tuple[int, ...]) -> Finding:
    """With an example that the last of the rows matches."""
    box = space.regions[rows[-1]].may
    usual = meet(box, tuple(axis.domain.expected for axis in space.axes))
    box = box if empty(usual) else usual
    shown = tuple(space.axes[at].name for at in space.partial(box))
    return Finding(kind, rows, example=space.example(box), shown=shown)
