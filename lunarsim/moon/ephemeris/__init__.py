"""Where Earth, Sun and Jupiter stand, and the files of JPL and NAIF that say so."""
