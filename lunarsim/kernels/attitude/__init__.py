"""The attitude of the craft: how its axis turns."""
