"""States in files of other programs: CCSDS messages and NAIF's SPK, their frames and their time systems."""
