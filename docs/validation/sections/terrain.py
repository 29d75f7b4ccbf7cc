"""Luna-25 into LOLA's terrain, and over spheres."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from astropy import units as u

import lunarsim as ls
from lunarsim.data import find
from lunarsim.moon.frames import MoonME

from . import report

PEERS = ("astropy", "matplotlib")
PUBLISHED_ELEVATION = -360 * u.m


def grounds() -> dict[str, ls.Terrain]:
    """Return what the flight meets: LOLA at 4 pixels per degree, and spheres at some heights."""
    lola = ls.Terrain.from_file(find("LDEM_4.IMG"))
    return {
        "LOLA, 4 px/deg": lola,
        "sphere at -360 m, as published": ls.Terrain.sphere(PUBLISHED_ELEVATION),
        "sphere at 0 m": ls.Terrain.sphere(0 * u.m),
        "sphere at -1000 m": ls.Terrain.sphere(-1000 * u.m),
    }


def measure() -> dict[str, Any]:
    """Fly into each ground."""
    start, scenario = time.perf_counter(), ls.load_scenario("luna25")
    site, rows = scenario.sites["crater"], []
    for name, ground in grounds().items():
        end = ls.simulate(scenario.with_terrain(ground)).outcome
        rows.append(
            {
                "ground": name,
                "time": end.time.utc.isot[11:21],
                "seconds": float((end.time - scenario.state.epoch).to_value(u.s)),
                "latitude": float(end.latitude.deg),
                "longitude": float(end.longitude.deg),
                "elevation_m": float(end.elevation.to_value(u.m)),
                "slope_deg": float(end.slope.to_value(u.deg)),
                "incidence_deg": float(end.incidence.to_value(u.deg)),
                "to_crater_m": float(end.distance_to(site).to_value(u.m)),
            }
        )
    lola = grounds()["LOLA, 4 px/deg"]
    crater = {
        "elevation_m": float(lola.height(site.latitude, site.longitude).to_value(u.m)),
        "slope_deg": float(lola.slope(site.latitude, site.longitude).to_value(u.deg)),
    }
    return {
        "rows": rows,
        "crater": crater,
        "profile": profile(scenario, lola),
        "made": report.made_by("terrain", PEERS, time.perf_counter() - start),
    }


def profile(scenario: ls.Scenario, lola: ls.Terrain) -> dict[str, list[float]]:
    """Return the last minutes over the sphere at -1000 m: distance to the crater, height, and the ground below."""
    flight = ls.simulate(scenario.with_terrain(ls.Terrain.sphere(-1000 * u.m)))
    states = flight.at(flight.end - np.linspace(220, 0, 441) * u.s)
    site = scenario.sites["crater"]
    crater = MoonME(lon=site.longitude, lat=site.latitude, distance=1737.4 * u.km).cartesian.xyz.value
    places = states.in_frame(MoonME())
    unit = places.cartesian.xyz.value / np.linalg.norm(places.cartesian.xyz.value, axis=0)
    angle = np.arccos(np.clip(crater @ unit / np.linalg.norm(crater), -1.0, 1.0))
    before = np.arange(angle.size) < angle.argmin()
    return {
        "distance_km": (np.where(before, -1.0, 1.0) * angle * 1737.4).tolist(),
        "height_m": states.altitude.to_value(u.m).tolist(),
        "ground_m": [
            float(lola.height(lat, lon).to_value(u.m))
            for lat, lon in zip(states.latitude, states.longitude, strict=True)
        ],
    }


def tables(results: dict[str, Any]) -> dict[str, str]:
    """Return the table of impacts."""
    rows = [
        (
            row["ground"],
            row["time"],
            f"{-row['latitude']:.3f}",
            f"{row['longitude']:.3f}",
            f"{row['elevation_m']:.0f}",
            f"{row['slope_deg']:.1f}",
            f"{row['incidence_deg']:.1f}",
            f"{row['to_crater_m'] / 1e3:.1f}",
        )
        for row in results["rows"]
    ]
    header = (
        "ground",
        "impact, UTC",
        "latitude, deg S",
        "longitude, deg E",
        "elevation, m",
        "slope, deg",
        "incidence, deg",
        "to the crater, km",
    )
    crater = results["crater"]
    beside = (
        f"\nLOLA, 4 px/deg, at the published crater: elevation {crater['elevation_m']:.0f} m, "
        f"slope {crater['slope_deg']:.1f} deg.\n"
    )
    return {"terrain": report.table(header, rows) + beside + report.footer(results["made"])}


def draw(results: dict[str, Any]) -> dict[str, Any]:
    """Return the figure of the last kilometres."""
    shown = results["profile"]
    ax = report.axes("Distance along the ground from the published crater (km)", "Height above 1737.4 km sphere (m)")
    distance = np.array(shown["distance_km"])
    ax.fill_between(distance, shown["ground_m"], -3500, color="0.85", linewidth=0)
    ax.plot(distance, shown["ground_m"], color="0.35", linewidth=1.2, label="ground below, LOLA at 4 px/deg")
    ax.plot(distance, shown["height_m"], color="#D55E00", linewidth=2, label="Luna-25, as if nothing stood in its way")
    for row, marker, color in zip(results["rows"][:3], ("v", "o", "s"), ("#000000", "#0072B2", "#009E73"), strict=True):
        at = np.interp(row["elevation_m"], shown["height_m"][::-1], distance[::-1])
        size, face = (12, "none") if marker == "o" else (6, color)
        look = {"markersize": size, "markerfacecolor": face, "markeredgewidth": 1.8, "zorder": 4}
        ax.plot(at, row["elevation_m"], marker, color=color, label=f"impact, {row['ground']}", **look)
    ax.set_xlim(-150, 40)
    ax.set_ylim(-3000, 4500)
    ax.legend(fontsize=8, frameon=False, loc="upper right")
    return {"terrain": ax.figure}
