"""Figures of flights and orbits."""
