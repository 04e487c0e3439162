"""Demand orientation (需求导向): what is asked for more than before, topics that come of it, and what a change did."""
