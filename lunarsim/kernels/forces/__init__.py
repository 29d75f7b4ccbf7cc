"""What moves the craft: gravity, tide, third bodies, sunlight, thrust, and their sum."""
