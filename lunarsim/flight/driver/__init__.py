"""Flying one scenario by the reference driver: segments by scipy, and the order of its phases."""
