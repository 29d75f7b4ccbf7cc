"""What came out of a flight: its motion, how it ended, its histories."""
