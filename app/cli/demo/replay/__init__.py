"""Plays real messages through the live definitions on a virtual clock: a rehearsal of the whole office."""
