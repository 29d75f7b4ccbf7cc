"""The guidance laws, each in its own module, and what only they use."""
