"""The ground: a sphere or a map, and the formats of maps."""
