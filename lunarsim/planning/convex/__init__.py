"""Descents of least propellant by convex programming."""
