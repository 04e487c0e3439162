"""Insight: volumes, punctuality and satisfaction over a period, for those who steer. Reading only, no person in it."""
