"""What the flight computer remembers of its navigation over the whole flight; zero when it begins."""

from lunarsim.kernels.navigation.covariance import STATES
from lunarsim.kernels.navigation.filter_rules import AIDING
from lunarsim.kernels.records import record
from lunarsim.kernels.sensors.inertial import INCREMENTS
from lunarsim.kernels.sensors.reading_check import RANGE_CHECK

MEMORY = record(
    [
        ("begun", float),  # whether there is an estimate
        ("since_s", float),  # start of the flight, from which the sensors count their samples
        ("position_m", float, (3,)),  # estimated, ICRF axes
        ("velocity_mps", float, (3,)),
        ("altitude_bias_m", float),
        ("covariance", float, (STATES, STATES)),  # of the Kalman filter
        ("grown_s", float),  # time up to which it has grown
        ("left", float, (3,)),  # of the flight at its start, ICRF: how the body is rolled about its axis
        ("axis", float, (3,)),  # the true one at the end of the last leg; zero: not yet known
        ("attitude_error_rad", float, (3,)),  # estimated less true, a rotation vector, ICRF
        ("sensed_dv_mps", float, (3,)),  # that the inertial unit has told, estimated axes, ICRF
        ("stars_sample", float),  # number of the next sample of the star tracker
        ("accelerometer", INCREMENTS),
        ("gyro", INCREMENTS),
        ("altimeter", AIDING),
        ("velocimeter", AIDING),
        ("restarts", float),  # how often the filter began again
        ("in_use", float),  # which accelerometer: the first, a spare, or what is commanded in its place
        ("range_check", RANGE_CHECK),  # of a monitor
    ]
)
