"""Form file -> Form, with every problem found on the way. One pass serves `load` and `lint`."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import Any

from app.forms import vocabulary as words
from app.forms.model import Component, Form
from app.forms.pieces import Pieces
from app.forms.settings import read_default, read_settings
from app.forms.source import Block, SourceError, read
from app.kernel.errors import DefinitionError, Problem, msg

ID = re.compile(r"[A-Za-z_][\w.-]{0,99}", re.ASCII)
_PATH = re.compile(r"[A-Za-z_]\w{0,63}(?:\.[A-Za-z_]\w{0,63}){0,4}", re.ASCII)


def load(data: bytes, file: str) -> Form:
    """The compiled form. Raises DefinitionError with every problem; warnings alone do not stop it."""
    form, problems = _Reading(file).form(data)
    if form is None or any(p.severity == "error" for p in problems):
        raise DefinitionError(problems)
    return form


def lint(data: bytes, file: str) -> list[Problem]:
    """All problems of the file, in the order of its lines."""
    return sorted(_Reading(file).form(data)[1], key=lambda p: p.line or 0)


class _Reading(Pieces):
    """The walk over one file."""

    def __init__(self, file: str) -> None:
        super().__init__(file)
        self.ids: set[str] = set()
        self.paths: dict[tuple[str, ...], str] = {}
        self.count = 0

    def form(self, data: bytes) -> tuple[Form | None, list[Problem]]:
        """The form as far as it can be read, and the problems."""
        try:
            top = read(data)
        except SourceError as error:
            self.add("json", error.message, line=error.line, **error.params)
            return None, self.problems
        if not isinstance(top, Block):
            self.add("json", msg("A form file is one JSON object."), line=1)
            return None, self.problems
        components = self.components(top, ())
        form_id = self.top(top)
        return Form(form_id, self.file, hashlib.sha256(data).hexdigest(), components), self.problems

    def top(self, top: Block) -> str:
        """Check what stands outside the components; the id of the form."""
        for key in top.keys() - words.TOP_KEYS:
            self.add("unknown_key", msg("The form has an unknown key %(key)s."), line=top.line_of(key), key=key)
        if top.get("type") != "default":
            self.add("form_type", msg("A form has the type \"default\"."), line=top.line_of("type"))
        version = top.get("schemaVersion")
        if type(version) is not int or not 1 <= version <= words.MAX_SCHEMA_VERSION:
            self.add("schema_version", msg("schemaVersion must be a number from 1 to %(limit)s."),
                     line=top.line_of("schemaVersion"), limit=words.MAX_SCHEMA_VERSION)
        form_id = top.get("id")
        if not isinstance(form_id, str) or not ID.fullmatch(form_id):
            self.add("form_id", msg("A form needs an id of letters, digits, - and _."), line=top.line_of("id"))
            return ""
        return form_id

    def components(self, holder: Block, prefix: tuple[str, ...]) -> tuple[Component, ...]:
        """The components of the form or of a container; `prefix` is the path of their data object."""
        blocks = holder.get("components", [])
        if not isinstance(blocks, list):
            self.add("components", msg("components must be a list."), line=holder.line_of("components"))
            return ()
        found = [self.component(block, prefix, holder) for block in blocks]
        return tuple(component for component in found if component is not None)

    def component(self, block: Any, prefix: tuple[str, ...], holder: Block) -> Component | None:
        """One component, or None when its type cannot be shown."""
        self.count += 1
        if self.count > words.MAX_COMPONENTS:
            if self.count == words.MAX_COMPONENTS + 1:
                self.add("too_many", msg("A form has at most %(limit)s components."),
                         line=holder.line_of("components"), limit=words.MAX_COMPONENTS)
            return None
        if not isinstance(block, Block):
            self.add("component", msg("A component must be a JSON object."), line=holder.line_of("components"))
            return None
        kind = block.get("type")
        self.element = self.identify(block, kind)
        self.block = block
        if not isinstance(kind, str) or kind not in words.KEYS:
            self.refuse(kind)
            return None
        for key in block.keys() - words.KEYS[kind]:
            self.add("unknown_key", msg("A %(type)s has no key %(key)s here."), key, type=kind, key=key)
        return self.assemble(block, kind, prefix)

    def identify(self, block: Block, kind: Any) -> str:
        """The id of a component; its key or type when the file gives none."""
        given = block.get("id")
        if given is None:
            base = str(block.get("key") or block.get("path") or kind or "component")
            given = base if base not in self.ids else f"{base}_{self.count}"
        element = given if isinstance(given, str) else ""
        if not ID.fullmatch(element) or element in self.ids:
            self.element = element or None
            self.add("id", msg("The id %(id)s is not allowed or stands twice."), line=block.line_of("id"), id=given)
        self.ids.add(element)
        return element

    def refuse(self, kind: Any) -> None:
        """Say why a component type is not taken."""
        reason = words.REFUSED.get(kind) if isinstance(kind, str) else None
        if reason:
            self.add("refused_component", reason, "type", type=kind)
        else:
            self.add("unknown_component", msg("The component type %(type)s is unknown."), "type", type=kind)

    def assemble(self, block: Block, kind: str, prefix: tuple[str, ...]) -> Component:
        """A component of a known type."""
        element = self.element or ""
        path = self.path(block, kind, prefix)
        row, columns = self.layout()
        component = Component(
            type=kind, id=element, line=block.line, path=path, texts=self.texts(kind), hide=self.hide(),
            readonly=self.switch("readonly"), disabled=self.switch("disabled"), rules=self.rules(kind),
            options=self.options(kind), settings=read_settings(self, kind), row=row, columns=columns,
            properties={k: v for k, v in self.properties().items() if not k.endswith("_en")})
        component = replace(component, default=read_default(self, component))
        if kind not in words.CONTAINERS:
            return component
        inner = () if kind == "dynamiclist" else prefix + path
        outer, self.paths = self.paths, {} if kind == "dynamiclist" else self.paths
        children = self.components(block, inner)
        self.paths = outer
        return replace(component, children=children)

    def path(self, block: Block, kind: str, prefix: tuple[str, ...]) -> tuple[str, ...]:
        """Where the value lies, below the enclosing object. Keys stand once per object."""
        name = "path" if kind in words.CONTAINERS else "key"
        needed = kind in words.KEYED or kind == "dynamiclist"
        text = block.get(name, "")
        if kind not in words.KEYED | words.CONTAINERS or (not needed and not text):
            return ()
        if not isinstance(text, str) or not _PATH.fullmatch(text):
            self.add("key", msg("A %(type)s needs a %(name)s of letters, digits and _."), name, type=kind, name=name)
            return ()
        path = tuple(text.split("."))
        if path[0] in words.RESERVED_KEYS or any(part.startswith("_") for part in path):
            self.add("reserved_key", msg("The key %(key)s is reserved."), name, key=text)
        if kind != "group":
            self.claim(prefix + path, name)
        return path

    def claim(self, path: tuple[str, ...], name: str) -> None:
        """Two fields never write to one place, nor one into another's value."""
        for other in self.paths:
            if other[: len(path)] == path or path[: len(other)] == other:
                self.add("duplicate_key", msg("The key %(key)s is used twice, also by %(other)s."), name,
                         key=".".join(path), other=self.paths[other])
                return
        self.paths[path] = self.element or ""
