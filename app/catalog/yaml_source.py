"""Rule files in YAML: read safely, small and shallow, with the line of each key. No aliases, no tags, no merges."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

import yaml

from app.kernel.errors import DefinitionError, Problem, msg

MAX_BYTES, MAX_DEPTH, MAX_NODES = 200_000, 20, 20_000
LONGEST_INTEGER = 40
_PLAIN = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "map", "seq", "timestamp")}


class YamlBlock(dict[str, Any]):
    """A mapping that knows its place and those of its keys and values; lines and columns count from 1."""

    def __init__(self, line: int, column: int = 1) -> None:
        super().__init__()
        self.line, self.column = line, column
        self.key_lines: dict[str, int] = {}
        self.key_columns: dict[str, int] = {}
        self.value_places: dict[str, tuple[int, int]] = {}

    def line_of(self, key: str) -> int:
        """The line of a key, or of the mapping."""
        return self.key_lines.get(key, self.line)

    def place_of(self, key: str) -> tuple[int, int]:
        """(line, column) of a key, or of the mapping."""
        return self.line_of(key), self.key_columns.get(key, self.column)

    def value_place(self, key: str) -> tuple[int, int]:
        """(line, column) of the first character of a value: behind the quote, where it has one."""
        return self.value_places.get(key, self.place_of(key))


def read_yaml(data: bytes, file: str) -> Any:
    """The document: mappings are `YamlBlock`s, numbers with a fraction Decimal, dates stay text.

    Raises DefinitionError with the line for anything else than one plain, small document.
    """
    if len(data) > MAX_BYTES:
        raise _fault(file, 1, msg("The file has more than %(limit)s bytes."), limit=MAX_BYTES)
    try:
        loader = _Loader(data.decode("utf-8-sig"), file)
        try:
            node = loader.get_single_node()
            return None if node is None else _value(loader, node, file)
        finally:
            loader.dispose()
    except UnicodeDecodeError:
        raise _fault(file, 1, msg("The file is not UTF-8 text.")) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "?"
        raise _fault(file, mark.line + 1 if mark else 1, msg("This is not readable YAML: %(reason)s"),
                     reason=str(reason)) from None
    except (RecursionError, ValueError):
        raise _fault(file, 1, msg("The file cannot be read.")) from None


class _Loader(yaml.SafeLoader):
    """Counts while it reads: what is too much is refused before it is built, and the text is read once."""

    def __init__(self, text: str, file: str) -> None:
        super().__init__(text)
        self.file, self.events, self.depth = file, 0, 0

    def get_event(self) -> Any:
        """The next event. DefinitionError for an alias, and beyond the limits."""
        event = super().get_event()  # type: ignore[no-untyped-call]
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            raise _fault(self.file, line, msg("Aliases (*name) are not allowed."))
        if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self.depth += 1
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self.depth -= 1
        if self.depth > MAX_DEPTH or self.events > MAX_NODES:
            raise _fault(self.file, line, msg("The file is too deep or holds too much."))
        self.events += 1
        return event


def _value(loader: yaml.SafeLoader, node: yaml.Node, file: str) -> Any:
    line = node.start_mark.line + 1
    if node.tag not in _PLAIN:
        raise _fault(file, line, msg("The tag %(tag)s is not allowed."), tag=node.tag)
    if isinstance(node, yaml.SequenceNode):
        return [_value(loader, item, file) for item in node.value]
    if isinstance(node, yaml.MappingNode):
        block = YamlBlock(line, node.start_mark.column + 1)
        for key_node, value_node in node.value:
            key, place = key_node.value, key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode) or key_node.tag.endswith(":merge"):
                raise _fault(file, place, msg("A key must be a plain text."))
            if key in block:
                raise _fault(file, place, msg("The key %(key)s stands twice in one object."), key=key)
            block.key_lines[key], block.key_columns[key] = place, key_node.start_mark.column + 1
            block.value_places[key] = _text_place(value_node)
            block[key] = _value(loader, value_node, file)
        return block
    return _scalar(loader, node, file, line)


def _text_place(node: yaml.Node) -> tuple[int, int]:
    """Where the text itself begins: after a quote, or on the line below `|` and `>`."""
    mark, style = node.start_mark, getattr(node, "style", None)
    if isinstance(node, yaml.ScalarNode) and style in ("|", ">"):
        return mark.line + 2, 1
    quoted = isinstance(node, yaml.ScalarNode) and style in ("'", '"')
    return mark.line + 1, mark.column + 1 + int(quoted)


def _scalar(loader: yaml.SafeLoader, node: yaml.Node, file: str, line: int) -> Any:
    if node.tag.endswith(":timestamp"):
        return str(node.value)
    if node.tag.endswith(":float"):
        try:
            number = Decimal(node.value.replace("_", ""))
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or abs(number) > Decimal(10) ** 30:
            raise _fault(file, line, msg("A finite number was expected here."))
        return number
    if node.tag.endswith(":int") and len(node.value) > LONGEST_INTEGER:  # 1:1:1:… would be counted in base 60
        raise _fault(file, line, msg("A finite number was expected here."))
    return loader.construct_object(node)


def _fault(file: str, line: int, message: str, **params: Any) -> DefinitionError:
    return DefinitionError([Problem("yaml", message, params, file=file, line=line)])
