"""The inertial unit: three accelerometers and three gyros, which hand over increments.

An increment is the integral over the time between two samples: of the specific force, which is a change of velocity
(m/s), or of the rate of turning, which is an angle (rad). Each passes the same errors in the order in which an
instrument has them: the mounting, scale factor and bias, random walk, saturation, quantisation, latency. The terms are
those of IEEE Std 952 and 1293; see also Groves 2013, chapter 4.

Who has to know the increment up to a time between two samples, because guidance or another sensor asks then, may ask
for it in parts. What they add up to is the same however they are cut: an error belongs to the sample or to the time,
and not to the part.
"""

from math import floor, sqrt

from lunarsim.kernels.compiled import formula, part_of_kernel
from lunarsim.kernels.numerics.vectors import Three
from lunarsim.kernels.records import Record, record
from lunarsim.kernels.sensors.body import turned_about
from lunarsim.kernels.sensors.noise import ACCELEROMETER, GYRO, Draw, gaussian

#: A latency may be so many samples.
LATEST = 7
#: Sums that are remembered: of the samples that are on their way, and the two between which one is handed over.
REMEMBERED = LATEST + 2

#: What either triad remembers; zero when a flight begins.
INCREMENTS = record(
    [
        ("remainder", float, (3,)),  # true increments that no whole quantum has told yet, m/s or rad
        ("sums", float, (REMEMBERED, 3)),  # of all increments at the last samples, the k-th at k modulo their number
        ("total", float, (3,)),  # of all increments so far; none of them is summed up without a latency
        ("told", float, (3,)),  # how much of it has been handed over
        ("samples", float),  # so far
        ("share", float),  # of the next sample, that has gone by
    ]
)


@formula
def sensed_increment(dv: Three, dt_s: float, unit: Record, memory: Record, draw: Draw) -> Three:
    """Return the change of velocity (m/s) that accelerometers along the axes of the body report.

    Parameters
    ----------
    dv : tuple of three floats
        The true one, by all but gravity, from the last sample to this one or over a part of that time (m/s), along the
        axes of the body.
    dt_s : float
        That time. A sample that is complete is ended by :func:`end_sample`.
    unit : Record
        Of an :class:`~lunarsim.Accelerometer`.
    memory : Record
        Of the type ``INCREMENTS``, which the caller keeps; it is changed.
    draw : Draw
        Seed and number of the sample.
    """
    memory.share += dt_s * unit.rate_per_s
    if unit.powered == 0.0:
        return _silent(memory)
    dv = _seen_askew(dv, unit.misalignment_x_rad, unit.misalignment_y_rad, unit.misalignment_z_rad)
    bias = (unit.bias_x_mps2, unit.bias_y_mps2, unit.bias_mps2)
    dv = _reported(dv, dt_s, unit.scale_factor, bias)
    dv = _walked(dv, unit.velocity_random_walk_mps_per_root_s * sqrt(unit.rate_per_s) * dt_s, ACCELEROMETER, draw)
    dv = _handed_over(_within(dv, unit.saturation_mps2 * dt_s), unit.quantum_mps, memory)
    return _delayed(dv, unit.latency_s * unit.rate_per_s, memory)


@formula
def sensed_turn(turn: Three, dt_s: float, unit: Record, memory: Record, draw: Draw) -> Three:
    """Return the rotation vector (rad) that gyros along the axes of the body report.

    ``turn`` is the true one between two samples, against the stars, as :func:`body.turn_between` gives it; ``unit`` is
    the record of a :class:`~lunarsim.Gyro`. The rest is as in :func:`sensed_increment`.
    """
    memory.share += dt_s * unit.rate_per_s
    if unit.powered == 0.0:
        return _silent(memory)
    turn = _seen_askew(turn, unit.misalignment_x_rad, unit.misalignment_y_rad, unit.misalignment_z_rad)
    bias = (unit.bias_x_rad_s, unit.bias_y_rad_s, unit.bias_z_rad_s)
    turn = _reported(turn, dt_s, unit.scale_factor, bias)
    turn = _walked(turn, unit.angle_random_walk_rad_per_root_s * sqrt(unit.rate_per_s) * dt_s, GYRO, draw)
    turn = _handed_over(_within(turn, unit.saturation_rad_s * dt_s), unit.quantum_rad, memory)
    return _delayed(turn, unit.latency_s * unit.rate_per_s, memory)


@part_of_kernel
def _silent(memory: Record) -> Three:
    """Return what a unit without power reports, which forgets what it had to hand over."""
    for i in range(3):
        memory.remainder[i] = memory.total[i] = memory.told[i] = 0.0
        for k in range(REMEMBERED):
            memory.sums[k, i] = 0.0
    return 0.0, 0.0, 0.0


@part_of_kernel
def _seen_askew(a: Three, x_rad: float, y_rad: float, z_rad: float) -> Three:
    """Return the components of a vector along axes that are turned from those of the body."""
    return turned_about(a, (-x_rad, -y_rad, -z_rad))


@part_of_kernel
def _reported(a: Three, dt_s: float, scale_factor: float, bias: Three) -> Three:
    return (
        scale_factor * a[0] + bias[0] * dt_s,
        scale_factor * a[1] + bias[1] * dt_s,
        scale_factor * a[2] + bias[2] * dt_s,
    )


@part_of_kernel
def _walked(a: Three, sigma: float, stream: int, draw: Draw) -> Three:
    """Return an increment with noise of the rate, white from sample to sample: its sum is a random walk."""
    if sigma == 0.0:
        return a
    return (
        a[0] + sigma * gaussian(draw.seed, stream, draw.sample, 0),
        a[1] + sigma * gaussian(draw.seed, stream, draw.sample, 1),
        a[2] + sigma * gaussian(draw.seed, stream, draw.sample, 2),
    )


@part_of_kernel
def _within(a: Three, most: float) -> Three:
    return min(max(a[0], -most), most), min(max(a[1], -most), most), min(max(a[2], -most), most)


@part_of_kernel
def _handed_over(a: Three, quantum: float, memory: Record) -> Three:
    """Return the whole quanta nearest to all that has come so far, less those that were handed over before."""
    if quantum == 0.0:
        return a
    return (
        _whole_quanta(a[0], quantum, memory, 0),
        _whole_quanta(a[1], quantum, memory, 1),
        _whole_quanta(a[2], quantum, memory, 2),
    )


@part_of_kernel
def _whole_quanta(a: float, quantum: float, memory: Record, i: int) -> float:
    waiting = memory.remainder[i] + a
    told: float = quantum * floor(waiting / quantum + 0.5)
    memory.remainder[i] = waiting - told
    return told


@part_of_kernel
def _delayed(a: Three, lag: float, memory: Record) -> Three:
    """Return what a latency, counted in samples, lets through: the sum of all that came before it, less what was told.

    Between two samples the sum is linear.
    """
    if lag == 0.0:
        return a
    due = memory.samples + memory.share - lag  # in samples
    return _let_through(a[0], due, memory, 0), _let_through(a[1], due, memory, 1), _let_through(a[2], due, memory, 2)


@part_of_kernel
def _let_through(a: float, due: float, memory: Record, i: int) -> float:
    memory.total[i] += a
    before = min(floor(due), memory.samples)
    earlier = memory.sums[(int(before) + REMEMBERED) % REMEMBERED, i]
    if before < memory.samples:
        later, share = memory.sums[(int(before) + 1 + REMEMBERED) % REMEMBERED, i], due - before
    else:  # a latency that is shorter than what has gone by of this sample
        later, share = memory.total[i], (due - before) / memory.share
    told: float = (1.0 - share) * earlier + share * later - memory.told[i]
    memory.told[i] += told
    return told


@formula
def end_sample(memory: Record) -> None:
    """Let a sample of the unit be complete, and the next one begin."""
    memory.samples += 1.0
    memory.share = 0.0
    for i in range(3):
        memory.sums[int(memory.samples) % REMEMBERED, i] = memory.total[i]
