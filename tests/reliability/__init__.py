"""The fault harness: crash points, kills, stopped databases, lost answers, races, and the controls that it must catch."""
