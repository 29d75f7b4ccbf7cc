"""The compiled driver: steps by collocation, segments, guided phases, whole runs."""
