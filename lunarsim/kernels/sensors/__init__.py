"""Sensors: what the instruments report of the truth."""
