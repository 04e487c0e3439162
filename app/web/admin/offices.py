"""The offices of the installation, for the platform operator. Reading only, and no person."""

from __future__ import annotations

from flask import render_template

from app.tenancy import queries
from app.web.access import access
from app.web.admin import blueprint


@blueprint.get("/offices")
@access("tenant.manage")
def offices() -> str:
    """Name, path and host."""
    return render_template("admin/offices.html", offices=queries.tenants())
