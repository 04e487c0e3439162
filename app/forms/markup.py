"""Texts of a form as safe HTML: a small Markdown, and cleaned HTML. What a person wrote never becomes markup."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator

import nh3
from markupsafe import Markup

from app.forms.model import Template
from app.forms.scope import Scope, as_text

TAGS = {
    "a", "abbr", "b", "blockquote", "br", "caption", "code", "dd", "div", "dl", "dt", "em", "h1", "h2", "h3", "h4",
    "h5", "h6", "hr", "i", "kbd", "li", "ol", "p", "pre", "s", "small", "span", "strong", "sub", "sup", "table",
    "tbody", "td", "th", "thead", "tr", "u", "ul",
}
ATTRIBUTES = {"a": {"href", "title"}, "abbr": {"title"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}}
SCHEMES = {"http", "https", "mailto", "tel"}

_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_ITEM = re.compile(r"\s*(?:([-*+])|\d{1,3}[.)])\s+(.*)")
_INLINE: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"`([^`\n]{1,500})`"), r"<code>\1</code>"),
    (re.compile(r"\[([^\]\n]{1,500})\]\(([^()\s]{1,1000})\)"), r'<a href="\2">\1</a>'),
    (re.compile(r"\*\*([^*\n]{1,2000})\*\*"), r"<strong>\1</strong>"),
    (re.compile(r"(?<!\w)[*_]([^*_\n]{1,2000})[*_](?!\w)"), r"<em>\1</em>"),
)
_MARK, _END = "\ue000", "\ue001"
_PLACE = re.compile(f"{_MARK}(\\d+){_END}")


def clean(text: str) -> Markup:
    """HTML with the tags above only: no scripts, styles, pictures, forms or foreign schemes."""
    safe = nh3.clean(text, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener noreferrer")
    return Markup(safe)  # noqa: S704 - just cleaned


def from_markdown(template: Template, scope: Scope) -> Markup:
    """A `text` component. A computed text (`= ...`) is plain: its line breaks stay, its signs mean nothing."""
    if template.computed:
        return Markup("<p>{}</p>").format(template.text(scope)) if template.parts else Markup("")
    return _filled(template, scope, lambda text: _blocks(html.escape(text, quote=True)))


def from_html(template: Template, scope: Scope) -> Markup:
    """An `html` component; values put into it are escaped."""
    if template.computed:
        return Markup("<p>{}</p>").format(template.text(scope)) if template.parts else Markup("")
    return _filled(template, scope, lambda text: text)


def _filled(template: Template, scope: Scope, convert: Callable[[str], str]) -> Markup:
    """Convert with marks in place of the values, then put the escaped values in, then clean the whole."""
    values: list[str] = []
    pieces: list[str] = []
    for part in template.parts:
        if isinstance(part, str):
            pieces.append(part.replace(_MARK, "").replace(_END, ""))
        else:
            pieces.append(f"{_MARK}{len(values)}{_END}")
            values.append(html.escape(as_text(scope.evaluate(part)), quote=True))
    text = convert("".join(pieces))
    return clean(_PLACE.sub(lambda found: values[int(found.group(1))], text))


def _blocks(text: str) -> str:
    """Headings, lists, rules and paragraphs of escaped text."""
    return "".join(_block(lines) for lines in _paragraphs(text))


def _paragraphs(text: str) -> Iterator[list[str]]:
    """Runs of lines that belong together; a heading stands alone."""
    lines: list[str] = []
    for line in [*text.splitlines(), ""]:
        starts = _HEADING.match(line) or line.strip() in ("---", "***")
        kind = bool(_ITEM.match(line))
        if lines and (not line.strip() or starts or kind != bool(_ITEM.match(lines[0]))):
            yield lines
            lines = []
        if starts:
            yield [line]
        elif line.strip():
            lines.append(line)


def _block(lines: list[str]) -> str:
    if heading := _HEADING.match(lines[0]):
        level = len(heading.group(1))
        return f"<h{level}>{_inline(heading.group(2))}</h{level}>"
    if lines[0].strip() in ("---", "***"):
        return "<hr>"
    items = [found for found in map(_ITEM.match, lines) if found]
    if items:
        tag = "ul" if items[0].group(1) else "ol"
        return f"<{tag}>" + "".join(f"<li>{_inline(item.group(2))}</li>" for item in items) + f"</{tag}>"
    return "<p>" + "<br>".join(_inline(line) for line in lines) + "</p>"


def _inline(text: str) -> str:
    for pattern, replacement in _INLINE:
        text = pattern.sub(replacement, text)
    return text
