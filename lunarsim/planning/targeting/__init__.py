"""Targeting: numbers of a scenario that make its flight reach goals."""
