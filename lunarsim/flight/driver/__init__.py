"""Flying one scenario: its legs by one of two integrators, in the order of the sequence, and the log."""
