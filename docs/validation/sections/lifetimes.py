"""Two flown subsatellites: PFS-2 of Apollo 16, which fell after 35 days, and PFS-1 of Apollo 15, which did not.

What was printed of their orbits: heights of the apsides, the inclination, that they were retrograde. Neither the
node nor the argument of perilune is. The node follows within some 25 deg from the landing site, over which the
mother craft passed at the ascent of the landing module, a day or two before; the argument is swept.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from astropy import units as u
from astropy.time import Time

import lunarsim as ls

from . import report

PEERS = ("astropy", "scipy")
ACCURACY = ls.Accuracy(relative=1e-10, position=1e-3 * u.m, velocity=1e-6 * u.m / u.s)
SPIN_DEG_PER_DAY = 13.176  # of the Moon; the node of an orbit stands almost still


@dataclass(frozen=True)
class Subsatellite:
    """What was printed."""

    name: str
    released: str  #: UTC
    perilune_km: float
    apolune_km: float
    inclination_deg: float
    site_deg: tuple[float, float]  #: latitude and east longitude of the landing site
    ascent: str  #: when the landing module left it, UTC


# Apsides, inclination, sense: NSSDC, 1972-031D and 1971-063D. Release of PFS-2: 4:56 p.m. EST on 24 April 1972.
PFS_2 = Subsatellite("PFS-2", "1972-04-24T21:56", 90, 130, 170.0, (-8.973, 15.500), "1972-04-24T01:26")
PFS_1 = Subsatellite("PFS-1", "1971-08-04T20:13", 102, 139, 151.5, (26.132, 3.634), "1971-08-02T17:11")
ARGUMENTS_DEG = (0, 60, 120, 180, 240, 300)
DAYS = 45.0


def node_longitudes(craft: Subsatellite) -> list[float]:
    """Return the longitudes (deg) of the ascending node at release whose orbits passed over the landing site.

    Two orbits of the inclination do; where it is less than a degree above the site's latitude, half a degree of it
    moves them by tens of degrees, and the mean of both is added.
    """
    latitude, longitude = np.radians(craft.site_deg)
    tilt = np.radians(craft.inclination_deg)
    first = np.arcsin(np.sin(latitude) / np.sin(tilt))
    turned = SPIN_DEG_PER_DAY * float((Time(craft.released) - Time(craft.ascent)).to_value(u.day))
    both = [
        np.degrees(longitude - np.arctan2(np.cos(tilt) * np.sin(along), np.cos(along))) - turned
        for along in (first, np.pi - first)
    ]
    middle = np.degrees(np.angle(np.exp(1j * np.radians(both)).sum()))
    return [float(angle) % 360.0 for angle in (both[0], middle, both[1])]


def state(craft: Subsatellite, node_deg: float, argument_deg: float) -> ls.State:
    """Return the orbit at release, at perilune."""
    return ls.State.from_elements(
        perilune=craft.perilune_km * u.km,
        apolune=craft.apolune_km * u.km,
        inclination=craft.inclination_deg * u.deg,
        node_longitude=node_deg * u.deg,
        argument_of_perilune=argument_deg * u.deg,
        epoch=Time(craft.released, scale="utc"),
    )


def history(craft: Subsatellite, node_deg: float, argument_deg: float, moon: ls.Moon) -> dict[str, Any]:
    """Fly for some weeks; return the height of each perilune (km), and when the flight ended on the ground."""
    flight = ls.propagate(state(craft, node_deg, argument_deg), DAYS * u.day, moon, accuracy=ACCURACY)
    low = [event for event in flight.timeline if event.kind is ls.EventKind.PERILUNE]
    days = [float((event.time - flight.start).to_value(u.day)) for event in low]
    heights = [float(event.true.state.altitude.to_value(u.km)) for event in low]
    struck = isinstance(flight.outcome, ls.Impact)
    return {
        "node_deg": round(node_deg, 1),
        "argument_deg": argument_deg,
        "days": [round(day, 3) for day in days[::3]],
        "perilune_km": [round(height, 2) for height in heights[::3]],
        "lowest_km": min([*heights, 0.0 if struck else np.inf]),
        "impact_day": flight.duration.to_value(u.day) if struck else None,
        "revolutions": len(low),
    }


def measure() -> dict[str, Any]:
    """Sweep the arguments of perilune at the possible nodes; then one orbit of PFS-2 in fields of other degrees."""
    start, moon, found = time.perf_counter(), ls.Moon(), {}
    for craft in (PFS_2, PFS_1):
        nodes = node_longitudes(craft)
        if craft is PFS_1:  # its inclination lies well above the site's latitude: the two suffice
            nodes = [nodes[0], nodes[2]]
        found[craft.name] = [history(craft, node, argument, moon) for node in nodes for argument in ARGUMENTS_DEG]
    return {
        "flights": found,
        "degrees": degrees(),
        "made": report.made_by("lifetimes", PEERS, time.perf_counter() - start),
    }


def degrees() -> list[dict[str, Any]]:
    """Fly one orbit of PFS-2 with LP165P cut at several degrees."""
    rows = []
    for degree in (8, 20, 50, 100, 150):
        moon = ls.Moon(gravity=report.lunar_prospector(degree))
        flown = history(PFS_2, node_longitudes(PFS_2)[1], 0, moon)
        rows.append({"degree": degree, "impact_day": flown["impact_day"], "lowest_km": flown["lowest_km"]})
    return rows


def tables(results: dict[str, Any]) -> dict[str, str]:
    """Return the table of both craft, and that of degrees."""
    rows = []
    for name, flights in results["flights"].items():
        for node in dict.fromkeys(flight["node_deg"] for flight in flights):
            here = {flight["argument_deg"]: flight for flight in flights if flight["node_deg"] == node}
            rows.append((f"{name}, node {node:.0f} deg E", *(fate(here[argument]) for argument in ARGUMENTS_DEG)))
    header = ("craft", *(f"argument {argument} deg" for argument in ARGUMENTS_DEG))
    others = [(str(row["degree"]), fate(row)) for row in results["degrees"]]
    foot = report.footer(results["made"])
    return {
        "lifetimes": report.table(header, rows) + foot,
        "lifetimes_degrees": report.table(("LP165P to degree", "PFS-2, middle node, argument 0"), others) + foot,
    }


def fate(flight: dict[str, Any]) -> str:
    """Return the day of the impact, or how low the craft came."""
    if flight["impact_day"] is not None:
        return f"day {flight['impact_day']:.1f}"
    return f"up ({flight['lowest_km']:.0f} km)"


def draw(results: dict[str, Any]) -> dict[str, Any]:
    """Return the figure of perilunes over time."""
    ax = report.axes("Time since release (days)", "Height of perilune above 1737.4 km sphere (km)", height=3.6)
    looks = (("PFS-1", "#0072B2", (0, (4, 2)), 1.0), ("PFS-2", "#D55E00", "-", 1.0))
    for name, color, dashes, width in looks:
        label = f"{name}, {len(results['flights'][name])} possible orbits"
        for count, flight in enumerate(results["flights"][name]):
            shown = label if count == 0 else "_"
            ax.plot(flight["days"], flight["perilune_km"], color=color, linestyle=dashes, linewidth=width, label=shown)
            if flight["impact_day"] is not None:
                ax.plot(flight["impact_day"], 0.0, marker="x", color=color, markersize=6, clip_on=False, zorder=4)
    ax.plot([17.5, 35.0], [9.7, 0.0], "o", color="#000000", markersize=7, markerfacecolor="none", markeredgewidth=1.8,
            label="PFS-2 as reported: 10 km, then impact", zorder=5, clip_on=False)  # fmt: skip
    ax.set_xlim(0, DAYS)
    ax.set_ylim(0, 140)
    ax.legend(fontsize=8, frameon=False, loc="upper center", ncols=2)
    return {"lifetimes": ax.figure}
