"""Supervision: which cases need somebody from above, and why. Reading only; stepping in is a command of cases."""
