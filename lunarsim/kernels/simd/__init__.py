"""Eight floats that are reckoned with as one, and kernels that take one point or eight."""
