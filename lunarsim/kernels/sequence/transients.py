"""How an engine starts and stops: it waits, its thrust rises, is there, falls, and is gone.

From the command to run it gives nothing for its ``ignition_delay``; then its thrust rises evenly, so that what was
commanded is there after its ``build_up``. From the command to stop it falls evenly and is gone after its ``tail_off``.
What is commanded to an engine that runs, it gives at once. Where all three are zero, so is what stands here: the thrust
is a rectangle. Each of these is a leg, within which the thrust is linear in time.
"""

from math import inf, sqrt

from lunarsim.kernels.compiled import formula
from lunarsim.kernels.forces.motion import Propulsion, thrust_at
from lunarsim.kernels.guidance.limits import until_empty
from lunarsim.kernels.records import Record
from lunarsim.kernels.sequence.engine import engine_off

#: What an engine does in a leg. DEAF: it runs on, and does not obey the command to stop.
OFF, WAITING, RISING, STEADY, FALLING, DEAF = 0, 1, 2, 3, 4, 5


@formula
def use(which: int, memory: Record) -> None:
    """Let a phase use one of the craft's engines; one that another takes over from gives nothing any more."""
    if memory.which != which:
        memory.which = which
        be_gone(memory)
        memory.lit = memory.throttle = 0.0


@formula
def ignite(t_s: float, memory: Record) -> None:
    """Command an engine to run, where it is not yet."""
    if memory.lit == 0.0:
        memory.lit, memory.command_s, memory.risen, memory.gone_s = 1.0, t_s, 0.0, 0.0


@formula
def be_gone(memory: Record) -> None:
    """Let the thrust be gone."""
    memory.thrust_n = memory.gone_s = 0.0


@formula
def gave(t_s: float, given: Propulsion, engine: Record, memory: Record) -> None:
    """Let it be remembered what thrust an engine gave at a time, and of what share of its own that was."""
    memory.thrust_n, memory.share = thrust_at(t_s, given), 1.0 + engine.thrust_error


@formula
def gives_now(engine: Record, memory: Record) -> None:
    """Let the thrust that is left be that of the engine as a fault has it that has begun since, or is over."""
    share = 1.0 + engine.thrust_error
    if share != memory.share and memory.share > 0.0:
        memory.thrust_n *= share / memory.share
    memory.share = share


@formula
def commanded_on(t_s: float, full: Propulsion, engine: Record, memory: Record) -> tuple[Propulsion, int, float]:
    """Return what an engine gives that is commanded to run, what it does, and until when; infinite: from now on.

    ``full`` is what was commanded. The memory learns when the thrust has come to that.
    """
    if memory.risen != 0.0:
        return full, STEADY, inf
    begins_s = memory.command_s + engine.ignition_delay_s
    if t_s < begins_s and memory.thrust_n == 0.0:
        return engine_off(), WAITING, begins_s
    if engine.build_up_s > 0.0 and memory.thrust_n < full.thrust_n:
        rate_n_s = full.thrust_n / engine.build_up_s
        full_s = t_s + (full.thrust_n - memory.thrust_n) / rate_n_s
        if full_s > t_s:
            return _ramp(full, full.thrust_n, rate_n_s, full_s), RISING, full_s
    memory.risen = 1.0
    return full, STEADY, inf


@formula
def commanded_off(t_s: float, ran: Propulsion, engine: Record, memory: Record) -> tuple[Propulsion, int, float]:
    """Return what an engine still gives that is commanded to stop, what it does, and until when.

    ``ran`` is how it ran; its thrust is that of the memory, which learns when it will be gone.
    """
    memory.lit = 0.0
    if engine.shuts_down == 0.0:
        memory.gone_s = 0.0
        return _ramp(ran, memory.thrust_n, 0.0, 0.0), DEAF, inf
    if memory.gone_s == 0.0:
        memory.gone_s = t_s + engine.tail_off_s
    left_s = memory.gone_s - t_s
    if not left_s > 0.0:
        return engine_off(), OFF, t_s
    return _ramp(ran, memory.thrust_n, -memory.thrust_n / left_s, t_s), FALLING, memory.gone_s


@formula
def lasts(t_s: float, mass_kg: float, empty_kg: float, propulsion: Propulsion) -> float:
    """Return how long (s) the propellant lasts; infinite if the thrust is gone before, or there is none."""
    if propulsion.thrust_n <= 0.0:  # an engine that has failed, or waits
        return inf
    rate_n_s = propulsion.thrust_rate_n_s
    if rate_n_s == 0.0:
        return float(until_empty(mass_kg, empty_kg, propulsion.thrust_n, propulsion.exhaust_velocity_mps))
    now_n = max(thrust_at(t_s, propulsion), 0.0)
    impulse_ns = (mass_kg - empty_kg) * propulsion.exhaust_velocity_mps
    square = now_n * now_n + 2.0 * rate_n_s * impulse_ns
    if square < 0.0 or impulse_ns <= 0.0:
        return inf if impulse_ns > 0.0 else 0.0
    return float(2.0 * impulse_ns / (now_n + sqrt(square)))


@formula
def share_given(from_s: float, to_s: float, does: int, given: Propulsion, full: Propulsion) -> float:
    """Return what share of the thrust to which it rises an engine is to give over a leg: known of its build-up."""
    if does == WAITING:
        return 0.0
    if given.thrust_rate_n_s == 0.0:
        return 1.0
    return float(0.5 * (thrust_at(from_s, given) + thrust_at(to_s, given)) / full.thrust_n)


@formula
def _ramp(propulsion: Propulsion, thrust_n: float, rate_n_s: float, full_s: float) -> Propulsion:
    """Return an engine as it is set, with a thrust that is linear in time."""
    return Propulsion(
        thrust_n,
        propulsion.exhaust_velocity_mps,
        propulsion.steering,
        propulsion.direction,
        propulsion.sensor_powered,
        propulsion.sensor_scale_factor,
        propulsion.sensor_bias_mps2,
        propulsion.pitch_error_rad,
        propulsion.yaw_error_rad,
        propulsion.own_steering,
        propulsion.own_sensor,
        rate_n_s,
        full_s,
    )
