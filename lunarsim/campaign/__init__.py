"""Campaigns: many dispersed flights of one scenario, and what they say together."""
