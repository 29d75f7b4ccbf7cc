"""Figures of campaigns."""
