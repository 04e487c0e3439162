"""Random expressions of the language, mostly of the right types, as texts."""

from collections.abc import Callable

from hypothesis import strategies as st

Texts = st.SearchStrategy[str]


def joined(pattern: str, *parts: Texts) -> Texts:
    """A pattern with `{}` filled by texts."""
    return st.tuples(*parts).map(lambda found: pattern.replace("{}", "\0").replace("{", "{{").replace("}", "}}").replace("\0", "{}")
                                 .format(*found))


def one_of(*patterns: str) -> Texts:
    return st.sampled_from(patterns)


SMALL = st.integers(-20, 120).map(lambda n: str(n) if n >= 0 else f"({n})")
NUMBERS = SMALL | st.decimals(-1000, 1000, places=2).map(lambda n: f"({n})") | one_of("0", "1", "0.5", "1e3", ".25", "2.50")
LETTERS = st.text("abcXYZ 1é中😀-", max_size=6).map(lambda text: f'"{text}"')
STRINGS = LETTERS | one_of('""', '"foobar"', '"a,b,,c"', '"tab\\tend"', '"quote \\" in"', '"\\u00e9"', '"12.5"')
BOOLEANS = one_of("true", "false")
DAYS = st.dates().map(lambda day: f'date("{day}")') | one_of(
    '@"2024-02-29"', '@"2026-01-31"', 'date("1999-12-31")', "date(2026, 3, 1)", '@"2023-02-28"')
TIMES = one_of('@"10:30:00"', '@"00:00:00"', '@"23:59:59"', 'time("08:15:30")', "time(8, 15, 30)", 'time("12:00:00")')
MOMENTS = st.datetimes(allow_imaginary=False).map(lambda at: f'date and time("{at.replace(microsecond=0).isoformat()}")') | one_of(
    '@"2026-03-01T08:00:00"', '@"2026-03-01T08:00:00Z"', '@"2026-03-01T08:00:00+08:00"', '@"2025-12-31T23:59:59+08:00"',
    'date and time(@"2026-03-01", @"10:00:00")')
LENGTHS = one_of('@"P1D"', '@"PT36H"', '@"-P2D"', '@"P1DT2H3M4S"', 'duration("PT90M")', '@"PT0S"', '@"-PT1H30M"')
MONTHS = one_of('@"P1M"', '@"P14M"', '@"-P1Y"', '@"P1Y2M"', 'duration("P2Y")', '@"P0M"')


def _numbers(number: Texts, string: Texts, boolean: Texts, numbers: Texts) -> Texts:
    return (
        joined("({} {} {})", number, one_of("+", "-", "*", "/"), number) | joined("-{}", number) | joined("({} ** {})", number, one_of("2", "0", "3"))
        | joined("if {} then {} else {}", boolean, number, number).map(lambda text: f"({text})")
        | joined("{}({})", one_of("abs", "floor", "ceiling", "string length"), number)
        | joined("{}({})", one_of("floor", "ceiling", "abs"), number) | joined("string length({})", string)
        | joined("decimal({}, {})", number, one_of("0", "1", "2")) | joined("modulo({}, {})", number, one_of("2", "3", "-3", "7.5"))
        | joined("{}({}, {})", one_of("round up", "round down", "round half up", "round half down"), number, one_of("0", "1", "-1"))
        | joined("{}({})", one_of("count", "sum", "min", "max", "mean", "median", "product", "stddev"), numbers)
        | joined("{}[{}]", numbers, one_of("1", "2", "-1", "9")) | joined("{a: {}, b: a + {}}.b", number, number)
        | joined("number({})", one_of('"12.5"', '"-3"', '"x"', '""', '"1e3"')) | joined("{}.{}", DAYS, one_of("year", "month", "day", "weekday"))
        | joined("{}({})", one_of("day of year", "week of year"), DAYS) | joined("(function(x, y) x + y)({}, {})", number, number)
        | joined("sqrt({})", one_of("4", "2", "0", "144")) | joined("{}.{}", LENGTHS, one_of("days", "hours", "minutes", "seconds"))
        | joined("{}.{}", MONTHS, one_of("years", "months")))


def _strings(number: Texts, string: Texts, boolean: Texts, _numbers: Texts) -> Texts:
    return (
        joined("({} + {})", string, string) | joined("{}({})", one_of("upper case", "lower case"), string)
        | joined("substring({}, {})", string, one_of("1", "2", "-2", "5")) | joined("substring({}, {}, {})", string, one_of("1", "2", "-3"), one_of("1", "2", "9"))
        | joined("substring {}({}, {})", one_of("before", "after"), string, string)
        | joined("string({})", number | boolean | string | DAYS) | joined('string join(["a", {}, null, "z"], {})', string, string)
        | joined('replace({}, "{}", "{}")', string, one_of("[a-z]+", "o", "(b)(a)", "\\\\d"), one_of("-", "[$1]", ""))
        | joined("if {} then {} else {}", boolean, string, string).map(lambda text: f"({text})")
        | joined("{}({})", one_of("day of week", "month of year"), DAYS) | joined("split({}, {})[1]", string, one_of('","', '" "', '"o"'))
        | joined("{name: {}}.name", string))


def _booleans(number: Texts, string: Texts, boolean: Texts, numbers: Texts) -> Texts:
    compare = one_of("<", "<=", ">", ">=", "=", "!=")
    return (
        joined("({} {} {})", number, compare, number) | joined("({} {} {})", string, compare, string) | joined("({} {} {})", DAYS, compare, DAYS)
        | joined("({} {} {})", boolean, one_of("and", "or", "=", "!="), boolean) | joined("not({})", boolean)
        | joined("({} between {} and {})", number, number, number) | joined("({} in {}({})..({}){})", number, one_of("[", "(", "]"), number, number, one_of("]", ")", "["))
        | joined("({} in ({}, > {}))", number, number, number) | joined("({} in {})", number, numbers)
        | joined("({} {} i in {} satisfies i {} {})", one_of(""), one_of("some", "every"), numbers, compare, number)
        | joined("{}({}, {})", one_of("contains", "starts with", "ends with"), string, string) | joined("list contains({}, {})", numbers, number)
        | joined('matches({}, "{}")', string, one_of("^a", "[0-9]+", "foo.*", "^$", "b|c")) | joined("{}({})", one_of("all", "any"), st.lists(boolean, max_size=3).map(lambda b: f"[{', '.join(b)}]"))
        | joined("{}({})", one_of("even", "odd"), SMALL) | joined("({} instance of {})", number | string | boolean | DAYS, one_of("number", "string", "boolean", "date"))
        | joined("{}([{}..{}], [{}..{}])", one_of("before", "after", "meets", "met by", "overlaps", "includes", "during", "starts", "finishes", "coincides"), SMALL, SMALL, SMALL, SMALL)
        | joined("({} {} {})", LENGTHS, compare, LENGTHS) | joined("({} {} {})", MOMENTS, one_of("<", ">="), MOMENTS) | joined("({} = {})", MONTHS, MONTHS)
        | joined("({} = {})", numbers, numbers) | joined("({a: {}} = {a: {}})", number, number) | joined("({} = null)", number | string))


def _lists(number: Texts, _string: Texts, _boolean: Texts, numbers: Texts) -> Texts:
    compare = one_of("<", "<=", ">", ">=", "=", "!=")
    return (
        joined("[{}]", number) | joined("[{}, {}, {}]", number, number, number) | joined("(for i in {} return i * {})", numbers, number)
        | joined("(for i in {}..{} return i + {})", one_of("1", "3", "-2"), one_of("1", "4", "-1"), number)
        | joined("(for i in [1, 2], j in {} return i + j)", numbers) | joined("{}[item {} {}]", numbers, compare, number)
        | joined("{}({}, {})", one_of("append", "concatenate"), numbers, number) | joined("{}({})", one_of("reverse", "distinct values", "mode"), numbers)
        | joined("sublist({}, {}, {})", numbers, one_of("1", "2", "-2"), one_of("1", "2")) | joined("insert before({}, 1, {})", numbers, number)
        | joined("remove({}, {})", numbers, one_of("1", "-1")) | joined("index of({}, {})", numbers, number) | joined("union({}, {})", numbers, numbers)
        | joined("flatten([{}, [{}]])", numbers, number) | joined("sort({}, function(x, y) x > y)", numbers) | joined("[{a: {}}, {a: {}}].a", number, number)
        | joined("[{a: {}, b: 1}, {a: {}, b: 2}][a {} {}].b", number, number, compare, number) | joined("list replace({}, 1, {})", numbers, number))


def _any(number: Texts, string: Texts, boolean: Texts, numbers: Texts) -> Texts:
    return (
        joined("{a: {}, b: {}, c: [a, b]}", number, string) | joined("{}({})", one_of("get entries", "string", "context"), joined('[{key: "k", value: {}}]', number))
        | joined('get value({a: {}}, "{}")', number, one_of("a", "b")) | joined('context put({a: {}}, "{}", {})', number, one_of("a", "b"), string)
        | joined("context merge([{a: {}}, {b: {}}])", number, boolean) | joined("({} + {})", DAYS | MOMENTS, LENGTHS | MONTHS)
        | joined("({} - {})", DAYS | MOMENTS, LENGTHS | MONTHS) | joined("({} - {})", DAYS, DAYS) | joined("({} - {})", TIMES, TIMES)
        | joined("({} {} {})", LENGTHS, one_of("+", "-"), LENGTHS) | joined("({} {} {})", MONTHS, one_of("+", "-"), MONTHS) | joined("({} * {})", LENGTHS | MONTHS, one_of("2", "3", "0.5"))
        | joined("({} + {})", TIMES, LENGTHS) | joined("years and months duration({}, {})", DAYS, DAYS) | joined("date({})", MOMENTS) | joined("time({})", MOMENTS)
        | joined("({} {} {})", number | string | boolean | numbers, one_of("+", "-", "*", "/", "<", "="), number | string | boolean | one_of("null"))
        | joined("[{}..{}]", number, number) | joined("({} and {})", boolean | number | one_of("null"), boolean | one_of("null")) | joined("string({})", numbers | MOMENTS | LENGTHS | MONTHS | TIMES))


def expressions() -> Texts:
    """Any expression, nested three deep at most."""
    number, string, boolean, numbers = NUMBERS, STRINGS, BOOLEANS, st.lists(NUMBERS, max_size=4).map(lambda n: f"[{', '.join(n)}]")
    for _ in range(2):
        made: list[Callable[..., Texts]] = [_numbers, _strings, _booleans, _lists]
        number, string, boolean, numbers = (old | make(number, string, boolean, numbers)
                                            for make, old in zip(made, (number, string, boolean, numbers), strict=True))
    parts = number, string, boolean, numbers
    return _numbers(*parts) | _strings(*parts) | _booleans(*parts) | _lists(*parts) | _any(*parts)


def cells() -> st.SearchStrategy[tuple[str, str]]:
    """(cell of a decision table, expression of the tested value)."""
    for_number = st.lists(
        NUMBERS | joined("{} {}", one_of("<", "<=", ">", ">="), NUMBERS) | joined("{}{}..{}{}", one_of("[", "(", "]"), NUMBERS, NUMBERS, one_of("]", ")", "["))
        | joined("? {} {}", one_of("<", "=", ">="), NUMBERS) | one_of("null"), min_size=1, max_size=3).map(", ".join)
    for_string = st.lists(STRINGS, min_size=1, max_size=3).map(", ".join)
    for_day = joined("{} {}", one_of("<", "<=", ">", ">="), DAYS) | joined("[{}..{}]", DAYS, DAYS)
    wrapped = lambda tests: tests | joined("not({})", tests) | one_of("-")  # noqa: E731
    return st.one_of(st.tuples(wrapped(for_number), NUMBERS | one_of("null")), st.tuples(wrapped(for_string), STRINGS | one_of("null")),
                     st.tuples(for_day, DAYS))
