"""From lunar orbit to a site: Luna-25's pass over its landing site, a descent from it, and three laws to brake by.

Run it from anywhere: ``python examples/plan_a_landing.py``.
"""

from dataclasses import replace

from astropy import units as u

import lunarsim as ls


def main() -> None:
    scenario = ls.load_scenario("luna25").without_faults()
    site = scenario.sites["planned"]
    burnt = ls.simulate(scenario)
    orbit = burnt.burns[0].after  # what the burn of 19 August was to lead to

    # The scenario's craft burns with its small engines. The main engine is not in it: 420 kgf by the design of 2012,
    # and the specific impulse of its class. The dry mass of 605 kg is often quoted, without a source: with the 800 kg
    # of the pre-launch catalogue the propellant would not do.
    dry_mass = 605 * u.kg
    gear_from = ls.load_scenario("luna25-landing").craft
    assert scenario.craft is not None
    assert gear_from is not None
    lander = replace(
        scenario.craft,
        dry_mass=dry_mass,
        propellant_mass=burnt.mass[-1] - dry_mass,
        engine=ls.Engine(thrust=4118.8 * u.N, specific_impulse=315 * u.s),
        gear=gear_from.gear,
    )

    plan = ls.plan_descent(orbit, site, lander, moon=scenario.moon, perilune=None)
    print(f"{len(plan.passes)} passes, of which these come within 30 km:")
    for each in plan.passes:
        if each.distance < 30 * u.km:
            print(f"  {each}")
    print(plan)
    landed = ls.simulate(plan.scenario).outcome
    print(landed)

    braking = plan.targets["braking"]
    same = {
        name: getattr(braking, name)
        for name in (
            "target_downrange",
            "target_downrange_rate",
            "target_altitude",
            "target_altitude_rate",
            "time_to_go",
        )
    }
    laws = {
        "E-guidance": braking,
        "quadratic": ls.QuadraticGuidance(frame="level", target_downrange_acceleration=-2 * u.m / u.s**2, **same),
        "fractional (0.5, 2)": ls.FractionalPolynomial(first_exponent=0.5, second_exponent=2.0, **same),
    }
    rows = ls.compare_guidance(plan.scenario, laws, fit_time=True)
    print(f"\n{rows.phase}, each law with the time to go that suits it:\n{rows}")

    # The headline: the orbit, fitted to the crater alone, passes the planned site on the planned day, 21 August. That
    # the closest pass is within 6 km is no merit: a revolution moves the track by 11.5 km.
    assert plan.chosen.time.isot.startswith("2023-08-21")
    assert plan.chosen.distance < 6 * u.km
    assert plan.expected.miss < 30 * u.m
    assert isinstance(landed, ls.Landed)
    assert landed.verdict is ls.Verdict.LANDED
    assert landed.distance_to(site) < 30 * u.m
    assert all(row.miss < 30 * u.m and row.margin > 0 * u.kg for row in rows)


if __name__ == "__main__":
    main()
