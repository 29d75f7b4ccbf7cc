"""What a craft measures itself and its surroundings with."""
