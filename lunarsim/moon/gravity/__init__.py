"""Gravity fields: harmonics, the files that hold them, gridded fields and their cache."""
