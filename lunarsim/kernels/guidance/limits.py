"""What the engine and the attitude control make of a command: one place for all guidance laws."""

from math import atan2, cos, pi, sin

from lunarsim.constants import STANDARD_GRAVITY_MPS2
from lunarsim.kernels.compiled import formula, part_of_kernel
from lunarsim.kernels.numerics.vectors import Three, combined, dot, length, scaled
from lunarsim.kernels.records import Record


@formula
def runs_at(throttle: float, least: float, band_bottom: float, band_top: float) -> bool:
    """Return whether an engine can run at a throttle: from its least to full, and not within the band."""
    return 0.0 < throttle <= 1.0 and throttle >= least and not band_bottom < throttle < band_top


@formula
def throttle_within(
    share: float, last: float, at_full: bool, cycle_s: float, engine: Record, phase: Record
) -> tuple[float, bool]:
    """Return the throttle that the engine takes for a wanted share of its full thrust, and whether it is held full.

    A share of zero switches off. Within its ``throttle_keep_out`` the engine cannot stay: a command above
    the band sends it to full throttle, and there it stays until the command falls below the band (the descent
    engine of Apollo). The throttle changes by the rate times the cycle at most; an engine that was off starts at the
    bottom of its range.
    """
    if share <= 0.0:
        return 0.0, False
    bottom, band = max(engine.min_throttle, phase.throttle.low), engine.throttle_keep_out
    top = min(1.0, phase.throttle.high)
    share = min(max(share, bottom), top)
    if band.high > band.low:
        at_full = share >= band.high or (at_full and share > band.low)
        share = top if at_full else min(share, band.low)
    step = engine.throttle_rate_per_s * cycle_s
    if step < 1.0:
        start = last if last > 0.0 else bottom
        share = min(max(share, start - step), start + step)
    return share, at_full


@formula
def exhaust_velocity(throttle: float, engine: Record) -> float:
    """Return the effective exhaust velocity (m/s) at a throttle: linear between the least throttle and full.

    Beyond them it is that at the nearer one.
    """
    full = engine.specific_impulse_s * STANDARD_GRAVITY_MPS2
    least = (
        full
        if engine.specific_impulse_at_min_throttle_s == 0.0
        else engine.specific_impulse_at_min_throttle_s * STANDARD_GRAVITY_MPS2
    )
    if engine.min_throttle >= 1.0:
        return float(full)
    throttle = min(max(throttle, engine.min_throttle), 1.0)
    return float(full + (least - full) * (1.0 - throttle) / (1.0 - engine.min_throttle))


@formula
def full_thrust(engine: Record) -> float:
    """Return the thrust (N) of an engine at full throttle, or of all engines of a cluster, as the computer knows it."""
    return float(engine.thrust_n * engine.count)


@formula
def empty_mass(craft: Record) -> float:
    """Return the mass (kg) at which no propellant is left that the engine could use."""
    return float(craft.dry_mass_kg + craft.unusable_propellant_kg)


@formula
def valve_position(commanded: float, before: float, engine: Record) -> float:
    """Return the throttle that a valve takes: as commanded or, where it is stuck, as it is held or was before."""
    if engine.follows_throttle != 0.0:
        return commanded
    if engine.held_throttle > 0.0:
        return float(engine.held_throttle)
    return before if before > 0.0 else commanded


@formula
def until_empty(mass_kg: float, dry_mass_kg: float, thrust_n: float, exhaust_velocity_mps: float) -> float:
    """Return how long (s) the propellant lasts."""
    return (mass_kg - dry_mass_kg) * exhaust_velocity_mps / thrust_n


@part_of_kernel
def within_tilt(wanted: Three, up: Three, largest_rad: float) -> Three:
    """Return a unit vector, turned towards ``up`` until it is within an angle of it."""
    return turned(up, wanted, largest_rad) if largest_rad < pi else wanted


@formula
def within_view(wanted: Three, from_site: Three, least_rad: float, most_rad: float) -> Three:
    """Return a unit vector, turned until the site is seen between two angles from the craft's underside.

    ``wanted`` is the thrust axis; the underside looks against it. ``from_site`` is the way from the site to the craft.
    """
    way = length(from_site)
    if way == 0.0 or (least_rad <= 0.0 and most_rad >= pi):
        return wanted
    over_site = scaled(1.0 / way, from_site)
    kept = turned(over_site, wanted, most_rad)
    if dot(kept, over_site) > cos(least_rad):
        kept = turned(scaled(-1.0, over_site), kept, pi - least_rad)
    return kept


@formula
def turned(old: Three, new: Three, most_rad: float) -> Three:
    """Return ``old`` turned towards ``new`` by an angle at most; both are unit vectors."""
    along = dot(old, new)
    aside = combined(1.0, new, -along, old)
    size = length(aside)
    angle = atan2(size, along)
    if angle <= most_rad:
        return new
    if size < 1e-12:  # opposite: turn about any normal
        aside = (-old[1], old[0], 0.0) if abs(old[2]) < 0.9 else (0.0, -old[2], old[1])
        size = length(aside)
    return combined(cos(most_rad), old, sin(most_rad) / size, aside)
