"""Forms: a `.form` file (form-js JSON) to fields, checked entries and a render model. The HTML is the web's."""

from app.forms import building
from app.forms.beside import beside
from app.forms.comparing import FORM, compare
from app.forms.model import Component, Form
from app.forms.options import OptionSource
from app.forms.reading import lint, load
from app.forms.rendering import render
from app.forms.rows import with_row, without_row
from app.forms.shown import Field, Item, RenderModel, Row, ShownOption
from app.forms.validation import Validated, validate
from app.forms.values import Option

__all__ = [
    "FORM", "Component", "Field", "Form", "Item", "Option", "OptionSource", "RenderModel", "Row", "ShownOption",
    "Validated", "beside", "building", "compare", "lint", "load", "render", "validate", "with_row", "without_row",
]
