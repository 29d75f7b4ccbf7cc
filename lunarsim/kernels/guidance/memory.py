"""Places in the parameters and in the memory of a guidance law.

Both are arrays, so that a phase of any law fits one row of numbers. The memory is zero when a phase begins.
"""

# Places in the parameters.
# The target comes first: its position (downrange, crossrange, up from the site, m), velocity and acceleration.
TIME_TO_GO = 9  #: when the phase begins (s); 0: the law finds it
OWN = 10  #: from here on the law's own
PARAMETERS = 26

# Places in the memory.
TO_GO = 0  #: time to go (s) as of the last command
DELAY = 1  #: after which the engine follows the command (s), within the cycle; 0: at once
CUT = 2  #: after which it stops (s), within the cycle; 0: it does not
OWN_MEMORY = 3  #: from here on the law's own
MEMORY = 16
