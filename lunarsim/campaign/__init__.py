"""Campaigns: dispersed flights."""
