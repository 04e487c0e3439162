"""The analysts' workshop: drafts of definitions, who works on them, reviews, walk-throughs, packages.

Other rooms use `from app.studio import ...`.
"""
