"""Databases of earlier releases, each a backup that its release made, with cases open at as many places as possible.

Every later release restores each of them, upgrades it and plays its open cases to their end (`test_releases.py`).
`make release-database` stores one of the present release.
"""
