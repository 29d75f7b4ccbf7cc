"""What the computer believes of its position and velocity: the truth, constant errors, and noise.

The noise of a look is a function of the seed, the number of the look and the component, so that it does not depend
on how or where the run is flown.
"""

from lunarsim.kernels.compiled import formula
from lunarsim.kernels.guidance.situation import Site, local_axes
from lunarsim.kernels.numerics.vectors import Three, added, along_axes, combined, from_axes, length, scaled
from lunarsim.kernels.records import Record
from lunarsim.kernels.sensors.noise import NAVIGATION, gaussian


@formula
def believed(r_pa: Three, v_pa: Three, site: Site, errors: Record, look: int) -> tuple[Three, Three]:
    """Return the position (m) and the velocity over the ground (m/s) that the computer believes, PA axes.

    Errors are along the local axes: downrange, crossrange, up. They act along the Moon: a place that is wrong by
    kilometres downrange is no higher, and a level velocity is believed level there.
    """
    axes, radius, seed = local_axes(r_pa, site), length(r_pa), int(errors.seed)
    ahead_m, left_m, up_m = errors.downrange_m, errors.crossrange_m, errors.altitude_m
    up_m += errors.altitude_scale * (radius - site.radius_m)
    if errors.altitude_noise_m > 0.0:
        up_m += errors.altitude_noise_m * gaussian(seed, NAVIGATION, look, 6)
    if errors.position_noise_m > 0.0:
        ahead_m += errors.position_noise_m * gaussian(seed, NAVIGATION, look, 0)
        left_m += errors.position_noise_m * gaussian(seed, NAVIGATION, look, 1)
        up_m += errors.position_noise_m * gaussian(seed, NAVIGATION, look, 2)
    dv = (errors.downrange_rate_mps, errors.crossrange_rate_mps, errors.altitude_rate_mps)
    if errors.velocity_noise_mps > 0.0:
        noise = (
            gaussian(seed, NAVIGATION, look, 3),
            gaussian(seed, NAVIGATION, look, 4),
            gaussian(seed, NAVIGATION, look, 5),
        )
        dv = combined(1.0, dv, errors.velocity_noise_mps, noise)
    place = added(r_pa, combined(ahead_m, axes[0], left_m, axes[1]))
    place = scaled((radius + up_m) / length(place), place)
    return place, from_axes(local_axes(place, site), added(along_axes(axes, v_pa), dv))
