"""A flight in one file, and back."""
