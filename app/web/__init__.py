"""The web edge: requests to commands, queries to pages. No rule of an office stands here."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app.extensions import csrf
from app.web import (
    access,
    bodies,
    context,
    difference_words,
    errors,
    headers,
    health,
    logs,
    names,
    sessions,
    shared_key,
    show,
    tenant_paths,
    texts,
)


def install(app: Flask) -> None:
    """Hang the edge on the app: offices, sessions, access, headers, error pages, languages, pages."""
    from app.web import admin, api, resident, staff, studio

    inner = shared_key.SharedKey(app, tenant_paths.TenantPaths(app.wsgi_app))
    proxies = int(app.config["TRUSTED_PROXIES"])
    app.wsgi_app = ProxyFix(inner, proxies, proxies, proxies) if proxies else inner  # type: ignore[method-assign]
    app.session_interface = sessions.OfficeSessions()
    bodies.install(app)
    logs.install(app)
    texts.install(app)
    context.install(app)
    names.install(app)
    difference_words.install(app)
    show.install(app)
    access.install(app)
    csrf.init_app(app)
    headers.install(app)
    errors.install(app)
    health.install(app)
    for room in (resident, staff, admin, studio, api):
        app.register_blueprint(room.blueprint)
