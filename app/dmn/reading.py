"""Walking over the elements of a DMN file: local names, texts, and problems with their place."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lxml import etree

from app.kernel.errors import Problem, msg

NAMESPACES = tuple(
    f"https://www.omg.org/spec/DMN/{version}/MODEL/" for version in ("20191111", "20211108", "20230324")
)
ROOT_TAGS = tuple(f"{{{namespace}}}definitions" for namespace in NAMESPACES)
FEEL_NAMES = frozenset({
    "feel", *(f"https://www.omg.org/spec/DMN/{version}/FEEL/" for version in ("20191111", "20211108", "20230324")),
    "http://www.omg.org/spec/FEEL/20140401", "http://www.omg.org/spec/DMN/20180521/FEEL/",
})
NOT_EVALUATED = frozenset({
    "description", "extensionElements", "question", "allowedAnswers", "authorityRequirement", "supportedObjective",
    "impactedPerformanceIndicator", "decisionMaker", "decisionOwner", "usingProcess", "usingTask",
})
"""Elements of the standard that say something to people and nothing to the evaluation."""

Element = Any  # lxml's _Element; its stubs make every attribute optional


@dataclass
class Report:
    """The problems found in one file. `tables`: the decision tables that could be read whole, with their elements;
    `within`: what is being read, as `Problem` has it."""

    file: str | None
    problems: list[Problem] = field(default_factory=list)
    tables: list[tuple[Element, Any]] = field(default_factory=list)
    within: tuple[tuple[str, Mapping[str, Any]], ...] = ()

    @property
    def errors(self) -> int:
        """How many of the problems refuse the file."""
        return sum(problem.severity == "error" for problem in self.problems)

    def inside(self, message: str, **params: Any) -> Report:
        """The same report for a part of what is being read."""
        return replace(self, within=(*self.within, (message, params)))

    def add(self, code: str, element: Element, message: str, *, severity: str = "error", line: int | None = None,
            **params: Any) -> None:
        """Note a problem at an element; its id is that of the nearest ancestor that has one."""
        named = element
        while named is not None and named.get("id") is None:
            named = named.getparent()
        self.problems.append(Problem(
            f"dmn.{code}", message, params, severity=severity, file=self.file,
            line=element.sourceline if line is None else line, element=None if named is None else named.get("id"),
            within=self.within,
        ))

    def unknown(self, element: Element) -> None:
        """Note an element that is not understood here: it is refused, never skipped."""
        self.add("unknown_element", element, msg("The element <%(name)s> is not supported here."),
                 name=local(element))


def local(element: Element) -> str:
    """The name of an element without its namespace."""
    return str(etree.QName(element).localname)


def children(element: Element, *names: str) -> list[Element]:
    """The children of the standard with one of these local names, in order."""
    return [child for child in element if local(child) in names and own(child)]


def child(element: Element, name: str) -> Element | None:
    """The first child with this local name."""
    return next(iter(children(element, name)), None)


def own(element: Element) -> bool:
    """True for elements of the standard, false for those of other namespaces."""
    return etree.QName(element).namespace in NAMESPACES


def refuse_others(element: Element, report: Report, known: Collection[str]) -> None:
    """Report every child that is neither known here nor without meaning for the evaluation."""
    for each in others(element, known):
        report.unknown(each)


def others(element: Element, known: Collection[str]) -> Iterator[Element]:
    """Children that are not known here."""
    for each in element:
        if not own(each) or (local(each) not in known and local(each) not in NOT_EVALUATED):
            yield each


def text_element(element: Element | None) -> tuple[Element | None, str]:
    """The `text` child and its text, stripped."""
    found = None if element is None else child(element, "text")
    return found, "" if found is None else (found.text or "").strip()


def target(element: Element) -> str:
    """The id that `href` points to, whatever stands before the #."""
    return str(element.get("href") or "").rpartition("#")[2]


def name_of(element: Element) -> str:
    """The name others refer to an element by: that of its variable, else its own, else its id."""
    variable = child(element, "variable")
    own_name = None if variable is None else variable.get("name")
    return str(own_name or element.get("name") or element.get("id") or "")
