"""The fault harness: crash points, kills, stopped databases, lost answers, races, and controls to be caught."""
