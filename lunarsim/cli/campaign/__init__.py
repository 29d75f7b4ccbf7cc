"""The command ``lunarsim campaign``."""
