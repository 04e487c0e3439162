"""Offices (tenants), their units, places, settings and case numbers. People and rights stand in auth."""

from app.tenancy import interests, numbers, place_tree, queries, settings, terms, uses, versions, zones

__all__ = ["interests", "numbers", "place_tree", "queries", "settings", "terms", "uses", "versions", "zones"]
