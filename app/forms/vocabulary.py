"""Which component types, keys and validations of form-js 1.23 are known, and which are refused and why."""

from __future__ import annotations

from app.kernel.errors import msg

MAX_SCHEMA_VERSION = 19
MAX_COMPONENTS = 500
MAX_ROWS = 100
"""Most items of one dynamic list."""
MAX_OPTIONS = 2_000
TEXT_LIMIT = 10_000
"""Most characters of a text when the form gives no maxLength; `TEXT_LIMIT_TOP` bounds what a form may give."""
TEXT_LIMIT_TOP = 100_000

TOP_KEYS = frozenset({
    "type", "id", "schemaVersion", "components", "executionPlatform", "executionPlatformVersion", "versionTag",
    "exporter", "generator", "properties",
})

_ANY = frozenset({"type", "id", "layout", "conditional", "properties"})
_INPUT = _ANY | {"key", "label", "description", "disabled", "readonly", "validate", "defaultValue"}
_CHOICE = _INPUT | {"values", "valuesKey", "valuesExpression"}
_TEXT = _INPUT | {"appearance"}

KEYS: dict[str, frozenset[str]] = {
    "textfield": _TEXT,
    "textarea": _INPUT,
    "number": _TEXT | {"increment", "decimalDigits", "serializeToString"},
    "datetime": _INPUT | {"subtype", "dateLabel", "timeLabel", "use24h", "timeSerializingFormat", "timeInterval",
                          "disallowPassedDates"},
    "checkbox": _INPUT,
    "checklist": _CHOICE,
    "radio": _CHOICE,
    "select": _CHOICE | {"searchable"},
    "taglist": _CHOICE,
    "filepicker": _INPUT - {"defaultValue"} | {"multiple", "accept"},
    "expression": _ANY | {"key", "expression", "computeOn"},
    "text": _ANY | {"text", "strict"},
    "html": _ANY | {"content", "strict"},
    "image": _ANY | {"source", "alt"},
    "table": _ANY | {"label", "columns", "columnsExpression", "rowCount", "dataSource"},
    "button": _ANY | {"label", "action", "key"},
    "separator": _ANY,
    "spacer": _ANY | {"height"},
    "group": _ANY | {"label", "path", "components", "showOutline", "verticalAlignment"},
    "dynamiclist": _ANY | {"label", "path", "components", "showOutline", "verticalAlignment", "isRepeating",
                           "defaultRepetitions", "allowAddRemove", "disableCollapse", "nonCollapsedItems"},
}
"""Known keys of each component type that is rendered."""

REFUSED: dict[str, str] = {
    "iframe": msg("An iframe is not taken: it would show foreign pages inside ours. Use a text with a link."),
    "documentPreview": msg("A documentPreview is not taken: documents are shown from the case's attachments."),
    "multipage": msg("A multipage is not taken: use groups, or one form for each task."),
    "page": msg("A page is not taken: use groups, or one form for each task."),
}
"""Component types of form-js that are known and not rendered, with the reason."""

CHOICES = frozenset({"checklist", "radio", "select", "taglist"})
MANY = frozenset({"checklist", "taglist", "filepicker"})
CONTAINERS = frozenset({"group", "dynamiclist"})
INPUTS = frozenset(kind for kind, keys in KEYS.items() if "validate" in keys)
KEYED = INPUTS | {"expression"}

VALIDATE_KEYS: dict[str, frozenset[str]] = {
    kind: frozenset({"required"}) for kind in INPUTS
} | {
    "textfield": frozenset({"required", "minLength", "maxLength", "pattern", "patternErrorMessage", "validationType"}),
    "textarea": frozenset({"required", "minLength", "maxLength"}),
    "number": frozenset({"required", "min", "max"}),
}
VALIDATION_TYPES = frozenset({"email", "phone", "custom", "", None})
SUBTYPES = frozenset({"date", "time", "datetime"})
TIME_FORMATS = frozenset({"utc_offset", "utc_normalized", "no_timezone"})

RESERVED_KEYS = frozenset({
    "typename", "locale", "this", "parent", "i", "if", "then", "else", "for", "in", "return", "some", "every",
    "satisfies", "and", "or", "not", "between", "instance", "of", "true", "false", "null", "function", "external",
})
"""Names a field may not have: words of FEEL, the names forms put in scope, and one the process engine keeps."""
