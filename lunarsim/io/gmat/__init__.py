"""Scripts of NASA's GMAT: what they say of a mission about the Moon, and what of it cannot be flown here."""
