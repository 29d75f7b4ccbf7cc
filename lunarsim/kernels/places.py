"""Places in the row that describes a run and in the row of its results, and the codes in them.

All numbers are SI.
"""

# Places in the row of numbers that describes a run, SI; those of a phase follow, PHASE_SIZE each.
START_S = 0  #: of the flight, after the epoch of the environment
POSITION = slice(1, 4)  #: Moon-centred, ICRF axes
VELOCITY = slice(4, 7)
DRY_MASS = 7
PROPELLANT = 8
THRUST = 9  #: at full throttle
EXHAUST_VELOCITY = 10
SENSOR_POWERED = 11  #: 0 or 1
SENSOR_SCALE = 12
SENSOR_BIAS = 13
LIGHT = 14  #: of the light that presses on the scenario's craft, so much presses on this one
LOVE_NUMBER = 15
GM = 16
GROUND_RISE = 17  #: by which the ground lies above the terrain
THRUST_ERROR = 18  #: share by which the true thrust exceeds what the computer counts on
EXHAUST_VELOCITY_LEAST = 19  #: at the least throttle; linear between there and full throttle
LEAST_THROTTLE = 20
THROTTLE_RATE = 21  #: shares of full throttle a second; infinite: at once
BAND_BOTTOM = 22  #: throttles that the engine cannot hold: between these it runs at full throttle
BAND_TOP = 23
TURN_RATE = 24  #: at which the attitude follows (rad/s); infinite: at once
SITE = slice(25, 28)  #: position of the landing site, PA
NAV_POSITION = slice(28, 31)  #: constant errors of what is believed: downrange, crossrange, up
NAV_VELOCITY = slice(31, 34)
NAV_ALTITUDE_SCALE = 34  #: error of the height as a share of it
NAV_MASS = 35
NAV_POSITION_NOISE = 36  #: standard deviations, drawn anew at each look
NAV_VELOCITY_NOISE = 37
NAV_ALTITUDE_NOISE = 38
NAV_SEED = 39
GEAR = slice(40, 48)  #: limits of the landing gear, as kernels/ground/touchdown.py takes them
PHASES = 48
# of a coast
DURATION = 0
# of a burn
IGNITION = 0
TIMER = 1
TARGET_DV = 2
THROTTLE = 3
PITCH_ERROR = 4
YAW_ERROR = 5
DIRECTION = slice(6, 9)
# of a guided phase
LONGEST = 0
CYCLE = 1
LARGEST_TILT = 2  #: of the thrust axis from the vertical
THROTTLE_FLOOR = 3
THROTTLE_CEILING = 4
TURN_LIMIT = 5  #: of the attitude in this phase (rad/s)
EXITS = slice(6, 10)  #: values at which it ends
DIVERT_DOWNRANGE = 10  #: by which the aim moves when the phase begins
DIVERT_CROSSRANGE = 11
SCAN_RADIUS = 12  #: of the ground that is scanned for hazards when the phase begins; 0: none is
SCAN_SLOPE = 13  #: up to which the ground is no hazard (rad)
SCAN_FOOTPRINT = 14  #: radius of what has to be free of hazards
SCAN_STEP = 15  #: between the places that are looked at
VIEW_LEAST = 16  #: angle between the craft's underside and the direction to the site (rad)
VIEW_MOST = 17
GLIDE_SLOPE = 18  #: angle above the horizontal, seen from the aim (rad); below the craft is too low
PARAMETERS = slice(19, 45)  #: of the guidance law, see kernels/guidance/memory.py
PHASE_SIZE = 45

COAST, BURN, GUIDED = 0, 1, 2  #: kinds of phases

# How a run ended.
FAILED, IMPACT, IN_ORBIT, ESCAPE = 0, 1, 2, 3
LANDED, HARD_LANDING, TIPPED_OVER, CRASHED = 4, 5, 6, 7
ALOFT = 8  #: the plan was over before the ground was met
# Why it failed.
SOUND = 0
NOT_FINITE = 1
NO_MASS = 2
NO_THRUST = 3
NO_TIME = 4
NO_TARGET = 5
THROTTLE_OUT_OF_RANGE = 6
LATE = 7
BELOW_GROUND = 8
GROUND_UNKNOWN = 9
NOT_CONVERGED = 10
OUTSIDE_SKY = 11
TOO_STRONG = 12
# How a burn or a guided phase ended; NO_BURN where the craft had met the ground before. A guided phase that met its
# exit k has the code AT_EXIT + k; its limit of time is a timer.
NO_BURN, SENSED_DELTA_V, TIMER_RAN_OUT, PROPELLANT_OUT, BURN_MET_GROUND, ZERO_SPEED = 0, 1, 2, 3, 4, 5
AT_EXIT = 8

# Places in the row of results; those of the burns and the guided phases follow, BURN_SIZE each.
OUTCOME = 0
FAILURE = 1
END_S = 2
END_POSITION = slice(3, 6)
END_VELOCITY = slice(6, 9)
END_MASS = 9
LONGITUDE = 10  #: rad, ME, 0 to 2 pi
LATITUDE = 11  #: rad, ME
RADIUS = 12
SPEED = 13
FLIGHT_PATH = 14  #: rad
EVALUATIONS = 15  #: of the field, at eight places each
DESCENT_RATE = 16  #: over the ground, at touchdown
HORIZONTAL_SPEED = 17
TILT = 18  #: of the thrust axis from the vertical (rad)
SLOPE = 19  #: of the ground (rad)
DOWNRANGE_MISS = 20  #: from the landing site, along the ground
CROSSRANGE_MISS = 21
PROPELLANT_LEFT = 22
LOOKS_BELOW_SLOPE = 23  #: looks of the computer below the glide slope
LOOKS_OUT_OF_VIEW = 24  #: with the site out of view
LOOKS_WITHOUT_COMMAND = 25  #: at which a law gave no command
BURNS = 26
CUTOFF, BURN_START, BURN_DURATION, BURN_DV, BURN_DV_SENSED, BURN_PROPELLANT = 0, 1, 2, 3, 4, 5
BURN_SIZE = 6
