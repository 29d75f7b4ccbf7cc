"""Files of places on the Moon, for programs that draw maps: tracks, footprints and densities."""
