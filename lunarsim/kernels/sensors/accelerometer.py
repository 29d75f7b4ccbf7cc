"""Sensors: what the instruments report of the truth."""

from lunarsim.kernels.compiled import formula, part_of_kernel
from lunarsim.kernels.simd.asked import Own, asked
from lunarsim.kernels.simd.points import Real, component, like


@part_of_kernel
def accelerometer(specific_force_mps2: Real, powered: bool, scale_factor: float, bias_mps2: float) -> Real:
    """Return the sensed specific force along the thrust axis (m/s2); an unpowered unit reports zero."""
    if not powered:
        return like(0.0, specific_force_mps2)
    return scale_factor * specific_force_mps2 + bias_mps2


@formula
def own_reading(sensor: Own, t_s: Real, specific_force_mps2: Real, mass_kg: Real) -> Real:
    """Return what a sensor of the user's reports (m/s2)."""
    return component(asked(sensor, (t_s - sensor.since_s, specific_force_mps2, mass_kg), 1), 0)
