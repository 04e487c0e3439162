"""The Chinese of the editors' packages: no text that dmn-js or form-js's editor shows is missing in our dictionaries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.journeys.server import ROOT

MODULES, SOURCES = ROOT / "node_modules", ROOT / "static" / "src" / "studio"
DMN = ("dmn-js-drd", "dmn-js-decision-table", "dmn-js-literal-expression", "dmn-js-boxed-expression", "dmn-js-shared",
       "table-js", "diagram-js")
QUOTED = r"""'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)\""""
TRANSLATED = re.compile(rf"translate\(\s*(?:{QUOTED})")
SHOWN = re.compile(rf"\b(?:label|explanation|title|placeholder|\"aria-label\"|\"title\"):\s*(?:{QUOTED})")
FORM_SHOWN = re.compile(rf"(?:\b(?:label|description|tooltip|title|placeholder|text|children|name|emptyListMessage)|"
                        rf"\"(?:aria-label|title)\"|return|errorMessage =|placeholderContent =):?\s*(?:{QUOTED})")
WORDS = re.compile(rf"^\s*(?:{QUOTED}):", re.MULTILINE)
NEVER_SHOWN = {
    # examples in comments, names of languages and units, and what only refused components (iframe, document) say
    "dmn": {"HELLO {you}", "FEEL", "Java", "PMML", "JUEL", "JavaScript", "Powered by bpmn.io"},
    "form": {
        "Additional details are optional. The expected format is as follows:", "Document preview", "Document reference",
        "Each entry must include a document ID, name, and MIME type.", "Max height of preview container",
        "Enter a HTTPS URL to a source or populate it dynamically via a template or an expression (e.g., to pass a value "
        "from the variable).", 'For security reasons the URL must start with "https".', "Security attributes",
        "Please make sure that the URL is safe as it might impose security risks.",
        "The document data source is required.",
        "These options can incur security risks, especially if used in combination with dynamic links. Ensure that you are "
        "aware of them, that you trust the source url and only enable what your use case requires.",
        "When using Camunda Tasklist UI, additional document reference attributes are automatically handled. Modifying the "
        "document reference may affect the document preview functionality.",
        # what a new table would hold, for which ours has own words; examples; reasons that only a console hears
        "Column 1", "Column 2", "Column 3", "Dominic Leaf", "Erika Muller", "John Doe", "FilterContext", "Root",
        "Drop is not a valid target", "Drop not allowed by path registry", "No associated form field in the registry",
    },
}


def unquoted(match: re.Match[str]) -> str:
    """The text between the quotes, as the script has it."""
    text = match[1] if match[1] is not None else match[2]
    return re.sub(r"\\(u[0-9a-f]{4}|.)", lambda one: one[1] if len(one[1]) == 1 else chr(int(one[1][1:], 16)), text)


def words(name: str) -> set[str]:
    """The keys of a dictionary module."""
    return {unquoted(one) for one in WORDS.finditer((SOURCES / name).read_text(encoding="utf-8"))}


def scripts(package: str) -> Iterator[Path]:
    found = sorted((MODULES / package / "lib").rglob("*.js"))
    assert found, f"{package} is not installed"
    yield from found


def dmn_texts() -> set[str]:
    found: set[str] = set()
    for package in DMN:
        for path in scripts(package):
            text = path.read_text(encoding="utf-8")
            found |= {unquoted(one) for one in TRANSLATED.finditer(text)}
            if package.startswith("dmn-js"):
                found |= {unquoted(one) for one in SHOWN.finditer(text)}
    return {one for one in found if re.search("[A-Za-z]{2}", one)}


def test_every_text_of_the_table_editor_has_chinese() -> None:
    found = dmn_texts()
    assert len(found) > 150 and {"Add rule", "Hit policy", "Append decision", "Unique"} <= found
    assert sorted(found - words("dmn_words.js") - NEVER_SHOWN["dmn"]) == []


def test_every_text_of_our_own_parts_of_it_has_chinese() -> None:
    found = {unquoted(one) for path in sorted(SOURCES.glob("dmn*.js"))
             for one in re.finditer(rf"\bt\(\s*(?:{QUOTED})", path.read_text(encoding="utf-8"))}
    assert len(found) > 30 and {"Filter", "Also in this file"} <= found
    assert sorted(found - words("dmn_words.js")) == []


def form_texts() -> set[str]:
    text = (MODULES / "@bpmn-io" / "form-js-editor" / "dist" / "index.es.js").read_text(encoding="utf-8")
    found = {unquoted(one) for pattern in (FORM_SHOWN, TRANSLATED) for one in pattern.finditer(text)}
    viewer = (MODULES / "@bpmn-io" / "form-js-viewer" / "dist" / "index.es.js").read_text(encoding="utf-8")
    found |= {unquoted(one) for one in re.finditer(rf"\bname:\s*(?:{QUOTED})", viewer)}
    return {one.strip() for one in found if re.match("[A-Z<][a-z]", one.strip())}


def test_every_text_of_the_form_editor_has_chinese() -> None:
    known = words("form_words.js") | set(re.findall(r'\["([^"]+)", "[^"]+"\]', (SOURCES / "form_words.js").read_text()))
    found = form_texts()
    assert len(found) > 120 and {"Default value", "Required", "Text field", "Search components"} <= found
    assert sorted(found - known - NEVER_SHOWN["form"]) == []
