"""Reconstruct."""
