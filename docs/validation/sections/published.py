"""An ephemeris that others published: STK's propagator about the Moon, from the acceptance tests of GMAT.

The files are ``STK_Moon_*.report`` in RegSetupSVN/output/AcceptTest/Good_reports/STK of the repository of GMAT, NASA
(mirror: github.com/haapaaf1/GMAT, commit e597b9d7); the forces and the craft are those of the scripts
``GMAT_Moon_*.m`` beside them. STK is closed: its libration angles, its ephemeris and the Moon's radius in its shadow
are not printed. The gravitational parameter of the flights about a point mass is not printed either. DE405's, which
GMAT uses, is taken; one that differs by one in the eighth digit would move both ends by several metres.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
from astropy import units as u
from astropy.time import Time
from numpy.typing import NDArray
from scipy.integrate import solve_ivp
from scipy.spatial.transform import Rotation

import lunarsim as ls
from lunarsim import constants
from lunarsim.kernels.forces.gravity import harmonics
from lunarsim.kernels.geometry.orientation import euler_313
from lunarsim.kernels.numerics.chebyshev import evaluate
from lunarsim.moon import orientation

from . import report

PEERS = ("astropy", "skyfield-data")
EPOCH = Time("2004-06-01T12:00:00", scale="utc")
POSITION_KM = (-1486.79211719154500, -0.00000000000012, 1486.79211719154320)
VELOCITY_KMPS = (-0.14292772914426, -1.63140762443754, 0.14292772914425)

# Elapsed seconds and position, km, Moon-centred, mean equator J2000.
LP165P_20 = (
    (3_600, (761.51409192087931, -2734.83243192189230, -762.60853859348197)),
    (7_200, (1819.60378970872260, 694.90879772471021, -1820.28353357746550)),
    (10_800, (-1356.63982226116470, 671.16680615932842, 1358.18884965503960)),
    (14_400, (416.05715472444138, -2821.88083228750520, -418.60493027449189)),
    (86_400, (1436.03112457563950, 1428.52463906829190, -1440.90501863138890)),
    (100_800, (-1447.21944499865230, 262.13056840248453, 1459.34702746122000)),
    (188_700, (130.49631283467764, 2117.89229904400190, -116.21658117085859)),
    (194_400, (824.26299371429570, -2700.51383681175050, -855.80755757761290)),
    (201_600, (-1389.13277241745800, 516.23759510827222, 1411.38886750448110)),
    (259_200, (-1173.86007496384880, -1751.51649399147120, 1173.85062616630420)),
)
POINT_MASS_AND_PLANETS = (-1154.31459956012400, -1778.04589487634230, 1161.39878985586260)  # after 259,200 s
POINT_MASS_AND_SUNLIGHT = (-1160.48179335781700, -1777.39368189641940, 1160.48678812073130)

GM_DE405 = 4902.8005821478 * u.km**3 / u.s**2  # Standish 1998, JPL IOM 312.F-98-048; GMAT's value for Luna
FLUX_PRESSURE_PA = 4.53443218374393e-6  # GMAT_Moon_Luna_0_0_SRP.m, at 1 au
DE403_PA_TO_ME_ARCSEC = (63.8986, 79.0768, 0.1462)  # NAIF, moon_060721.tf, about z, y, x; DE421: 67.92, 78.56, 0.30
CRAFT = {"mass": 1000 * u.kg, "area": 20 * u.m**2, "coefficient": 1.2}  # the same script


def start_state() -> ls.State:
    """Return the state in the first row of the files."""
    return ls.State(np.array(POSITION_KM) * u.km, np.array(VELOCITY_KMPS) * u.km / u.s, EPOCH)


def positions_m(moon: ls.Moon, seconds: Any, craft: ls.Spacecraft | None = None) -> NDArray[np.float64]:
    """Return lunarsim's positions at some times of the three days."""
    flight = ls.propagate(start_state(), report.DAYS_3, moon, craft=craft)
    return flight.trajectory.at(np.atleast_1d(np.asarray(seconds, dtype=float)))[0][:, :3]


def craft() -> ls.Spacecraft:
    """Return the craft of the scripts, under their pressure of sunlight instead of lunarsim's."""
    pressure = constants.SOLAR_IRRADIANCE_W_M2 / constants.SPEED_OF_LIGHT_MPS
    return ls.Spacecraft(
        dry_mass=CRAFT["mass"],
        propellant_mass=0 * u.kg,
        engine=ls.Engine(thrust=1 * u.kN, specific_impulse=300 * u.s),
        radiation_area=CRAFT["area"],
        radiation_coefficient=CRAFT["coefficient"] * FLUX_PRESSURE_PA / pressure,
    )


def measure() -> dict[str, Any]:
    """Fly the three flights, and each with something changed that must matter."""
    start = time.perf_counter()
    field = report.lunar_prospector(20)
    seconds = [row[0] for row in LP165P_20]
    printed = 1e3 * np.array([row[1] for row in LP165P_20])
    harmonic = positions_m(ls.Moon(gravity=field, third_bodies=()), seconds) - printed
    ends = point_mass_ends_m()
    lower = positions_m(ls.Moon(gravity=report.lunar_prospector(19), third_bodies=()), 259_200)[0] - printed[-1]
    ends["degree 19 in place of 20"] = float(np.linalg.norm(lower))
    older = np.linalg.norm(in_axes(field, DE403_PA_TO_ME_ARCSEC, seconds) - printed, axis=1)
    ends["ME taken for PA"] = float(np.linalg.norm(in_axes(field, (0.0, 0.0, 0.0), seconds)[-1] - printed[-1]))
    return {
        "seconds": seconds,
        "harmonics_m": np.linalg.norm(harmonic, axis=1).tolist(),
        "axes_of_de403_m": older.tolist(),
        "ends_m": ends,
        "made": report.made_by("published", PEERS, time.perf_counter() - start),
    }


def point_mass_ends_m() -> dict[str, float]:
    """Return how far (m) the ends of the flights about a point mass are from those printed."""
    mass = replace(ls.GravityField.point_mass(), gm=GM_DE405)
    planets = ls.Moon(gravity=mass, third_bodies=("earth", "sun", "jupiter"), ephemeris=ls.Ephemeris.de421())
    sunlit = ls.Moon(gravity=mass, third_bodies=(), radiation=True, ephemeris=ls.Ephemeris.de421())
    alone = ls.Moon(gravity=mass, third_bodies=())
    cases = {
        "planets": (planets, POINT_MASS_AND_PLANETS, None),
        "planets, astropy's built-in ephemeris": (
            replace(planets, ephemeris=ls.Ephemeris.builtin()),
            POINT_MASS_AND_PLANETS,
            None,
        ),
        "planets left out": (alone, POINT_MASS_AND_PLANETS, None),
        "sunlight": (sunlit, POINT_MASS_AND_SUNLIGHT, craft()),
        "sunlight left out": (alone, POINT_MASS_AND_SUNLIGHT, None),
    }
    return {
        name: float(np.linalg.norm(positions_m(moon, 259_200, who)[0] - 1e3 * np.array(end)))
        for name, (moon, end, who) in cases.items()
    }


def in_axes(field: ls.GravityField, to_me_arcsec: tuple[float, float, float], seconds: Any) -> NDArray[np.float64]:
    """Return positions (m) with the field in other axes, which three angles turn to ME; outside the library's driver.

    The angles (z, y, x) are read as those of DE421 are; zeros hang the field, wrongly, on the axes of ME itself.
    """
    turned = [-angle * constants.ARCSECOND_RAD for angle in to_me_arcsec]
    me_from_axes = Rotation.from_euler("ZYX", turned).as_matrix().T
    axes_from_pa = me_from_axes.T @ orientation.ROT_ME_FROM_PA
    angles, lowered, euler = orientation.orientation_angles(), field.lower(), np.empty(3)
    epoch = float(orientation.et_seconds(EPOCH))

    def slope(t_s: float, y: NDArray[np.float64]) -> NDArray[np.float64]:
        evaluate(angles, epoch + t_s, euler)
        rot = axes_from_pa @ euler_313(*euler)
        return np.concatenate((y[3:], rot.T @ np.array(harmonics(*(rot @ y[:3]), lowered))))

    y = 1e3 * np.array([*POSITION_KM, *VELOCITY_KMPS])
    flown = solve_ivp(slope, (0.0, 259_200.0), y, method="DOP853", rtol=1e-12, atol=1e-6, t_eval=seconds)
    return flown.y[:3].T


def tables(results: dict[str, Any]) -> dict[str, str]:
    """Return the table of distances along the first flight, and that of the ends."""
    along = [
        (f"{seconds / 3600:.4g}", report.few(distance), report.few(older))
        for seconds, distance, older in zip(
            results["seconds"], results["harmonics_m"], results["axes_of_de403_m"], strict=True
        )
    ]
    ends = results["ends_m"]
    rows = [
        ("LP165P 20 x 20", report.few(results["harmonics_m"][-1]), "", ""),
        ("", "", "degree 19 in place of 20", report.few(ends["degree 19 in place of 20"])),
        ("", "", "axes of ME in place of PA", report.few(ends["ME taken for PA"])),
        ("", "", "principal axes of DE403", report.few(results["axes_of_de403_m"][-1])),
        (
            "point mass, Earth, Sun, planets (DE421)",
            report.few(ends["planets"]),
            "no third bodies",
            report.few(ends["planets left out"]),
        ),
        ("", "", "built-in ephemeris", report.few(ends["planets, astropy's built-in ephemeris"])),
        (
            "point mass, sunlight with shadow",
            report.few(ends["sunlight"]),
            "no sunlight",
            report.few(ends["sunlight left out"]),
        ),
    ]
    header = ("flight of three days", "end apart, m", "changed on purpose", "end apart, m")
    foot = report.footer(results["made"])
    return {
        "published": report.table(header, rows) + foot,
        "published_along": report.table(("hours", "apart, m", "apart in the axes of DE403, m"), along) + foot,
    }
