"""What of a scenario is dispersed, by which distributions, and the numbers of each run."""
