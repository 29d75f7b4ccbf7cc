"""The sequence of a run, once for both drivers: phases, burns, guidance cycles, legs, and what ends what."""
