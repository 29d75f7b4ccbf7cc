"""Figures of descents: the page, the moving picture, guidance laws beside each other."""
