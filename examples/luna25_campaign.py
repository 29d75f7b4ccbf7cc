"""How sure was the crash? Luna-25's last burn, 4,000 times, with all that was not known of it.

Thrust, timer, ignition, pointing and the orbit scatter as the scenario's file says; the accelerometer is off in half
of the runs. It decides alone: whatever else scatters, the runs with the fault strike the Moon, and the others stay up.

Run it from anywhere: ``python examples/luna25_campaign.py``. It leaves ``luna25_campaign.png``.
"""

import numpy as np
from astropy import units as u

import lunarsim as ls

RUNS = 4000


def main() -> None:
    campaign = ls.load_campaign("luna25")
    result = campaign.run(RUNS, seed=25, chunk_size=500)
    rates = result.rates()
    for name, rate in rates.items():
        print(f"{name}: {rate}")

    footprint = result.footprint("impact")
    ellipse = footprint.ellipse(0.95)
    print(f"impacts: {ellipse}")
    moved = result.tornado("latitude_deg", outcome="impact")
    first = moved.effects[0]
    print(f"what moves the latitude of the impact most: {first.name}, by {abs(first.swing):.2f} deg")

    i = int(np.flatnonzero(result.where("impact"))[0])
    flight = result.rerun(i)
    print(f"run {i} with the reference driver: {flight.outcome}")
    check = result.cross_check(10)
    print(check)

    axes = ls.plots.footprint(
        footprint, ellipses=[ellipse], downrange_azimuth=ellipse.azimuth_deg * u.deg, to_scale=False
    )
    figure = axes.get_figure(root=True)
    assert figure is not None
    figure.savefig("luna25_campaign.png")

    # The headline: the accelerometer decides, and nothing else does.
    off = result.column("faults.accelerometer off")
    assert np.array_equal(off, result.where("impact"))
    assert rates["impact"].low < 0.5 < rates["impact"].high
    sound = campaign.with_dispersions({**campaign.dispersions, "faults.accelerometer off": ls.Probability(0.0)})
    ls.assert_campaign(sound.run(1000, seed=25, chunk_size=250), "in orbit", at_least=0.995)
    # A line on the ground: tens of kilometres along the track, hundreds of metres across.
    assert ellipse.semi_major_m > 100.0 * ellipse.semi_minor_m
    assert first.name == "craft.engine.thrust"
    # Both drivers agree.
    latitude, longitude = result.column("latitude_deg")[i], result.column("longitude_deg")[i]
    assert flight.outcome.distance_to(ls.Site(latitude=latitude * u.deg, longitude=longitude * u.deg)) < 1 * u.m
    assert not check.different
    assert check.position < 1 * u.m
    assert check.time < 1 * u.ms


if __name__ == "__main__":
    main()
