"""Codes: what stands for a kind of phase, how a run ended, why it could not be flown, what ended a burn."""

COAST, BURN, GUIDED = 0, 1, 2  #: kinds of phases

# How a run ended.
FAILED, IMPACT, IN_ORBIT, ESCAPE = 0, 1, 2, 3
LANDED, HARD_LANDING, TIPPED_OVER, CRASHED = 4, 5, 6, 7
ALOFT = 8  #: the plan was over before the ground was met
EARTH_ENTRY, EARTH_ORBIT = 9, 10  #: at the height over the Earth where flights end; in a closed orbit about the Earth
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
NO_FORCE = 13  #: and so on: force k of the user's own has the code NO_FORCE + k
# How a leg ended: at its time, or by what ends it before; ON_GROUND: also where the Earth ends flights; LOST: where the
# ground is not known; STUCK: no steps lead on, for want of force k of the user's own: UNFORCED + k; NO_ROOM: it goes
# on, and the steps that were to be kept fill their room.
AT_END, AT_CUTOFF, ON_GROUND, ON_EDGE, LOST, STUCK, AT_REST, NO_ROOM = 0, 1, 2, 3, 4, 5, 6, 7
UNFORCED = 8
AT_HEIGHT = -1  #: and so on down: at the height for which fault k waits, AT_HEIGHT - k
# How a burn or a guided phase ended; NO_BURN where the craft had met the ground before. A guided phase that met its
# exit k has the code AT_EXIT + k; its limit of time is a timer.
NO_BURN, SENSED_DELTA_V, TIMER_RAN_OUT, PROPELLANT_OUT, BURN_MET_GROUND, ZERO_SPEED = 0, 1, 2, 3, 4, 5
MONITOR_CALLED = 6
AT_EXIT = 8
