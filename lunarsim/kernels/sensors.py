"""Sensors: what the instruments report of the truth."""

from lunarsim.kernels.compiled import kernel


@kernel
def accelerometer(specific_force_mps2: float, powered: bool, scale_factor: float, bias_mps2: float) -> float:
    """Return the sensed specific force along the thrust axis (m/s2); an unpowered unit reports zero."""
    if not powered:
        return 0.0
    return scale_factor * specific_force_mps2 + bias_mps2
