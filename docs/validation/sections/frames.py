"""Rotations against SPICE and lunarsky; the sub-Earth point against tables that NASA printed."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import lunarsky
import numpy as np
import spiceypy as spice
from astropy.coordinates import ICRS, get_body_barycentric
from astropy.time import Time
from lunarsky.spice_utils import j2000_to_moon_me

from lunarsim.moon.frames import MoonME
from lunarsim.moon.orientation import ROT_ME_FROM_PA, rot_pa_from_icrf_with_rate

from . import report

PEERS = ("astropy", "lunarsky", "spiceypy")

# The frames of DE421 as NAIF's moon_080317.tf defines them: numbers, centres, angles.
MOON_FRAMES = """KPL/FK
\\begindata
FRAME_MOON_PA_DE421 = 31006
FRAME_31006_NAME = 'MOON_PA_DE421'
FRAME_31006_CLASS = 2
FRAME_31006_CLASS_ID = 31006
FRAME_31006_CENTER = 301
FRAME_MOON_ME_DE421 = 31007
FRAME_31007_NAME = 'MOON_ME_DE421'
FRAME_31007_CLASS = 4
FRAME_31007_CLASS_ID = 31007
FRAME_31007_CENTER = 301
TKFRAME_31007_SPEC = 'ANGLES'
TKFRAME_31007_RELATIVE = 'MOON_PA_DE421'
TKFRAME_31007_ANGLES = ( 67.92, 78.56, 0.30 )
TKFRAME_31007_AXES = ( 3, 2, 1 )
TKFRAME_31007_UNITS = 'ARCSECONDS'
\\begintext
"""

# Sub-Earth longitude and latitude, deg (ME of DE421): columns Elon and Elat of the hourly tables "Moon Phase and
# Libration" 2020 and 2022, NASA Scientific Visualization Studio, svs.gsfc.nasa.gov/4768 and /4955.
PRINTED = {
    "2020-01-01T00:00": (0.773, 6.360),
    "2020-01-02T00:00": (-0.495, 6.754),
    "2020-01-03T00:00": (-1.767, 6.861),
    "2020-01-04T00:00": (-2.970, 6.674),
    "2020-01-06T16:00": (-5.296, 4.753),
    "2022-06-30T00:00": (-1.285, -5.596),
    "2022-07-02T00:00": (-3.775, -6.597),
    "2022-07-04T00:00": (-5.830, -6.458),
}


def tdb(et_s: np.ndarray) -> Time:
    """Return times from TDB seconds past J2000."""
    return Time(2451545.0, et_s / 86400.0, format="jd", scale="tdb")


def spice_transforms(et_s: np.ndarray, frame: str) -> np.ndarray:
    """Return SPICE's 6 x 6 transforms of states from J2000, with the kernel that lunarsky installs."""
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "moon.tf"
        text.write_text(MOON_FRAMES, encoding="ascii")
        pck = Path(lunarsky.__file__).parent / "data" / "pck" / "moon_pa_de421_1900-2050.bpc"
        with spice.KernelPool([str(text), str(pck)]):
            return np.array([spice.sxform("J2000", frame, float(et)) for et in et_s])


def angle(one: np.ndarray, other: np.ndarray) -> float:
    """Return the largest angle (rad) between two sets of rotations."""
    off = np.einsum("nij,nkj->nik", one, other)
    vectors = np.stack([off[:, 2, 1] - off[:, 1, 2], off[:, 0, 2] - off[:, 2, 0], off[:, 1, 0] - off[:, 0, 1]], axis=1)
    return report.largest(0.5 * vectors)


def measure() -> dict[str, Any]:
    """Compare at 501 times from 1900 to 2050, and at the printed hours."""
    start = time.perf_counter()
    et_s = np.linspace(-3.15e9, 1.6e9, 501)
    pa, rate = rot_pa_from_icrf_with_rate(tdb(et_s))
    me, me_rate = ROT_ME_FROM_PA @ pa, ROT_ME_FROM_PA @ rate
    rows = [{"what": "ME, lunarsky", "angle": angle(me, np.asarray(j2000_to_moon_me(et_s))), "rate": None}]
    for name, ours, our_rate in (("PA", pa, rate), ("ME", me, me_rate)):
        theirs = spice_transforms(et_s, f"MOON_{name}_DE421")
        spin = float(np.abs(our_rate - theirs[:, 3:, :3]).max() / 2.66e-6)
        rows.append({"what": f"{name}, SPICE", "angle": angle(ours, theirs[:, :3, :3]), "rate": spin})
    return {
        "rows": rows,
        "printed": printed_rows(),
        "made": report.made_by("frames", PEERS, time.perf_counter() - start),
    }


def printed_rows() -> list[dict[str, Any]]:
    """Return the sub-Earth points beside those printed."""
    hours = Time(list(PRINTED), scale="utc")
    earth = ICRS(get_body_barycentric("earth", hours)).transform_to(MoonME(obstime=hours))
    lon, lat = earth.lon.wrap_at("180d").deg, earth.lat.deg
    return [
        {"hour": hour, "printed": list(PRINTED[hour]), "ours": [float(lon[i]), float(lat[i])]}
        for i, hour in enumerate(PRINTED)
    ]


def tables(results: dict[str, Any]) -> dict[str, str]:
    """Return the table of rotations and that of sub-Earth points."""
    rows = [
        (row["what"], report.few(row["angle"]), "-" if row["rate"] is None else report.few(row["rate"]))
        for row in results["rows"]
    ]
    header = ("from the ICRF to, by", "largest angle apart, rad", "largest entry of the rate apart, over the spin")
    points = [
        (
            row["hour"].replace("T", " "),
            *(f"{value:.3f}" for value in (*row["printed"], *row["ours"])),
            *(f"{1e3 * (a - b):+.1f}" for a, b in zip(row["ours"], row["printed"], strict=True)),
        )
        for row in results["printed"]
    ]
    names = ("UTC", "longitude, printed, deg", "latitude", "longitude, lunarsim", "latitude", "residual, mdeg", "mdeg")
    foot = report.footer(results["made"])
    return {"frames": report.table(header, rows) + foot, "librations": report.table(names, points) + foot}
