"""What the computer's memory holds of the craft's true axis, and how an attitude that is known wrongly moves it."""

from lunarsim.kernels.attitude.turn import Limits, Turn
from lunarsim.kernels.compiled import formula
from lunarsim.kernels.numerics.vectors import (
    Three,
    across,
    combined,
    cross,
    from_axes,
    length,
    scaled,
    some_across,
    three,
)
from lunarsim.kernels.records import Record, record
from lunarsim.kernels.sensors.body import turned_about
from lunarsim.kernels.sensors.noise import NAVIGATION, gaussian

MOST_SPARE = 9  #: parts of a coast: four faults may begin in it and pass

#: The axis of a craft that has an attitude control; zero when a flight begins. It is the body's, on which sensors are
#: mounted: the thrust goes along it, but for the misalignment of the engine.
BODY = record(
    [
        ("begun", float),  # whether the axis is known
        ("axis", float, (3,)),  # the true one, ICRF; while a leg is flown, that by which its thrust is held
        ("rate_rad_s", float, (3,)),  # how fast it turns: the derivative of the axis
        ("commanded", float, (3,)),  # where it is to point, ICRF; zero: nowhere in particular
        ("turn_since_s", float),  # when the turn set out that it is on, and from which axis, rate and to where
        ("turn_axis", float, (3,)),
        ("turn_rate_rad_s", float, (3,)),
        ("turn_toward", float, (3,)),
        ("turn_limits", float, (3,)),  # of the control then: whether it has power, rate, acceleration
        ("left", float, (3,)),  # of the flight at its start, ICRF
        ("spare_s", float),  # coasted since it was last commanded: time to turn before an ignition
        ("spares", float),  # so many parts of that, of which each has a control of its own
        ("spare", float, (MOST_SPARE, 4)),  # of each how long (s), whether the control has power, rate, acceleration
    ]
)


@formula
def turn_of(body: Record) -> Turn:
    """Return the turn that the axis is on."""
    limits = Limits(body.turn_limits[0], body.turn_limits[1], body.turn_limits[2])
    axis, rate, toward = three(body.turn_axis), three(body.turn_rate_rad_s), three(body.turn_toward)
    return Turn(body.begun != 0.0, body.turn_since_s, axis, rate, toward, limits)


@formula
def attitude_errors(r: Three, left: Three, errors: Record, cycle: int) -> Three:
    """Return by how much an attitude is wrong that is the truth with errors: a rotation vector (rad, ICRF).

    Parameters
    ----------
    r, left : tuple of three floats
        The position (m) and the left of the flight at its start, ICRF.
    errors : Record
        Of the navigation.
    cycle : int
        Which guidance cycle it is, for the noise.
    """
    about = (errors.attitude_roll_rad, errors.attitude_pitch_rad, errors.attitude_yaw_rad)
    if errors.attitude_noise_rad > 0.0:
        seed = int(errors.seed)
        noise = (
            gaussian(seed, NAVIGATION, cycle, 7),
            gaussian(seed, NAVIGATION, cycle, 8),
            gaussian(seed, NAVIGATION, cycle, 9),
        )
        about = combined(1.0, about, errors.attitude_noise_rad, noise)
    if length(about) == 0.0:
        return 0.0, 0.0, 0.0
    up = scaled(1.0 / length(r), r)
    crossrange = across(left, up)
    size = length(crossrange)
    crossrange = scaled(1.0 / size, crossrange) if size > 0.0 else some_across(up)
    return from_axes((cross(crossrange, up), crossrange, up), about)


@formula
def true_target(commanded: Three, error: Three) -> Three:
    """Return where the true axis points while the estimated one points as commanded.

    ``error`` is the rotation vector (rad, ICRF) from the true attitude to the estimated one.
    """
    if length(error) == 0.0:
        return commanded
    return turned_about(commanded, scaled(-1.0, error))
