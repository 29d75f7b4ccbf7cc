"""Scenario files: their keys, their values, and what a person is told when they are wrong."""
