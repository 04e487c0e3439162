"""Offices (tenants), their units, places, settings and case numbers. People and rights stand in auth."""

from app.tenancy import numbers, queries, settings, zones

__all__ = ["numbers", "queries", "settings", "zones"]
