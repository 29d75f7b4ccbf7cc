"""A guidance law of one's own: ZEM/ZEV in ten lines, plain and compiled, beside the one that ends rough braking.

Run it from anywhere: ``python examples/own_guidance_law.py``.
"""

from dataclasses import fields, replace
from typing import Any

import numba
from astropy import units as u

import lunarsim as ls


def to_the_target(estimate: Any, target: Any, own: Any) -> tuple[float, float, float]:
    """Return the acceleration by thrust (m/s2: downrange, crossrange, up) that corrects both misses in time."""
    t = max(target.time_to_go, own.least_cycles * estimate.cycle_s)  # the gains grow as the time to go vanishes

    def along(i: int) -> Any:
        zero_effort_miss = target.position[i] - estimate.position[i] - estimate.velocity[i] * t
        velocity_miss = target.velocity[i] - estimate.velocity[i]
        acceleration = 6.0 * zero_effort_miss / t**2 - 2.0 * velocity_miss / t
        return (acceleration - estimate.free[i]) * estimate.scale[i]

    return along(0), along(1), along(2)


@ls.guidance_law("ZEM/ZEV of my own")
class Plain:
    """In plain Python: some ten microseconds a cycle, and a debugger stops in it."""

    time_to_go: u.Quantity = ls.number(600.0, u.s, low=1.0, high=1e4, text="When the phase begins.")
    target_downrange: u.Quantity = ls.number(0.0, u.m, low=-1e6, high=1e6, text="From the site.")
    target_altitude: u.Quantity = ls.number(0.0, u.m, low=0.0, high=1e5, text="Above the site.")
    target_downrange_rate: u.Quantity = ls.number(0.0, u.m / u.s, low=-2e3, high=2e3, text="There.")
    target_altitude_rate: u.Quantity = ls.number(0.0, u.m / u.s, low=-500.0, high=500.0, text="There.")
    least_cycles: float = ls.number(3.0, u.one, low=1.0, high=100.0, text="Least time to go, in guidance cycles.")

    command = to_the_target


@ls.guidance_law("ZEM/ZEV of my own, compiled")
class Compiled(Plain):
    """The same numbers and the same function, as fast as the package's own laws."""

    command = numba.njit(to_the_target)


def main() -> None:
    scenario = ls.load_scenario("chandrayaan3")
    braking = scenario.guided[0]
    names = [field.name for field in fields(Plain) if hasattr(braking.law, field.name)]
    same = {name: getattr(braking.law, name) for name in names}
    laws: list[Any] = [braking.law, Plain(**same), Compiled(**same)]
    print(ls.compare_guidance(scenario, laws, phase=braking.name))

    mine = replace(scenario, plan=(replace(braking, law=laws[2]), *scenario.plan[1:]))
    result = ls.Campaign(mine, {"craft.engine.thrust_error": ls.Normal(0.0, 0.005)}).run(100, seed=1)
    print(result)


if __name__ == "__main__":
    main()
