"""One coast by brahe (Rust) about lunarsim's Moon: its field, orientation and bodies are handed over in files.

The field in ICGEM's format, the orientation kernel of DE421 that lunarsim reads, and an SPK kernel with lunarsim's own
table of the Earth and the Sun, under the name and in the folder where brahe looks for DE440s; nothing is downloaded.
The ends of both then agree within a millimetre after thirty days.

Of brahe's integrators that with the least work for an error of 0.1 m over three days was taken: RKN1210 0.25 s, RKF78
0.5 s, DP54 1.0 s. The forces are evaluated in one thread, and no trajectory is stored.
"""

from __future__ import annotations

import os
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import spiceypy
from astropy import units as u
from propagation_case import Case, Fly, Vector

import lunarsim as ls
from lunarsim import constants
from lunarsim.data import find
from lunarsim.moon.ephemeris.spk import CODES
from lunarsim.moon.ephemeris.tables import BODY_GM_M3_S2

bh: Any = import_module("brahe")  # not imported as usual: its type stubs have class methods as methods
AXES = 31006  # NAIF's class of the principal axes of DE421
SPAN_S = 31 * 86400.0  # of the table of the Earth and the Sun


def brahe_flight(case: Case, tolerance: float, *, events: bool = False) -> Fly:
    """Return what flies a case; with ``events`` it looks for apsides and the ground, in Python as brahe wants it."""
    forces = _forces(case)
    config = bh.NumericalPropagationConfig.with_method(bh.IntegrationMethod.RKN1210)
    config = config.with_rel_tol(tolerance).with_abs_tol(tolerance)
    tdb = case.state.epoch.tdb
    epoch = bh.Epoch.from_jd(tdb.jd1, bh.TimeSystem.TDB) + tdb.jd2 * 86400.0

    def fly() -> Vector:
        propagator = bh.NumericalOrbitPropagator(epoch, case.y, config, forces)
        propagator.set_trajectory_mode(bh.TrajectoryMode.DISABLED)
        for event in _apsides_and_ground() if events else ():
            propagator.add_event_detector(event)
        propagator.propagate_to(epoch + case.duration_s)
        end: Vector = propagator.current_state()[:3]
        return end

    return fly


def _apsides_and_ground() -> list[Any]:
    radial = bh.ValueEvent("apsis", lambda _t, y: float(y[:3] @ y[3:6]), 0.0, bh.EventDirection.ANY)
    low = bh.ValueEvent(
        "ground", lambda _t, y: float(y[:3] @ y[:3]), constants.MOON_RADIUS_M**2, bh.EventDirection.DECREASING
    )
    return [radial, low.set_terminal()]


def _forces(case: Case) -> Any:
    field, path = case.moon.gravity, _folder_with_kernels(case.start_et_s) / "field.gfc"
    path.write_text(_icgem(field))
    gm, axes = float(field.gm.to_value(u.m**3 / u.s**2)), bh.CelestialFrame.BodyFixedPCK(CODES["moon"], AXES)
    body = bh.CentralBody.Custom("Moon", CODES["moon"], gm, constants.MOON_RADIUS_M, None, axes)
    model = bh.GravityModelType.from_file(str(path))
    gravity = bh.GravityConfiguration.spherical_harmonic(
        field.degree, field.order, model, parallel=bh.ParallelMode.Never
    )
    bodies = [bh.ThirdBody.Custom(name, CODES[name], BODY_GM_M3_S2[name]) for name in case.moon.third_bodies]
    sky = [bh.ThirdBodyConfiguration(each, bh.EphemerisSource.DE440s) for each in bodies]
    return bh.ForceModelConfig.for_body(body, gravity, third_body=sky)


_kept: list[TemporaryDirectory[str]] = []  # until the program ends


@cache
def _folder_with_kernels(start_et_s: float) -> Path:
    """Load the orientation, and the Earth and the Sun from a start on; return the folder of brahe's files."""
    _kept.append(TemporaryDirectory())
    folder = Path(_kept[-1].name)
    os.environ |= {"BRAHE_CACHE": str(folder), "BRAHE_NETWORK_MODE": "offline-strict"}
    (folder / "naif").mkdir()
    _write_spk(folder / "naif" / "de440s.bsp", start_et_s)
    bh.set_global_eop_provider(bh.StaticEOPProvider.from_zero())
    bh.load_spice_kernel("de440s")
    bh.load_spice_kernel(str(find("moon_pa_de421_1900-2050.bpc")))
    return folder


def _write_spk(path: Path, start_et_s: float) -> None:
    bodies = ("earth", "sun")
    table = ls.Ephemeris.builtin().tabulate(bodies, start_et_s, SPAN_S)
    intervals, _, terms = table.coefficients.shape
    end_et_s = table.start_s + intervals * table.interval_s
    handle = spiceypy.spkopn(str(path), "lunarsim", 0)
    for body, series in zip(bodies, np.split(table.coefficients / 1e3, len(bodies), axis=1), strict=True):
        spiceypy.spkw02(
            handle, CODES[body], CODES["moon"], "J2000", table.start_s, end_et_s, body, table.interval_s, intervals,
            terms - 1, np.ascontiguousarray(series).ravel(), table.start_s,
        )  # fmt: skip
    spiceypy.spkcls(handle)


def _icgem(field: ls.GravityField) -> str:
    """Return a field in ICGEM's format."""
    header = {
        "product_type": "gravity_field",
        "modelname": "GRGM900C",
        "earth_gravity_constant": float(field.gm.to_value(u.m**3 / u.s**2)),
        "radius": float(field.radius.to_value(u.m)),
        "max_degree": field.degree,
        "errors": "no",
        "norm": "fully_normalized",
        "tide_system": "unknown",
    }
    places = [(n, m) for n in range(field.degree + 1) for m in range(n + 1)]
    rows = [f"gfc {n} {m} {c:.17e} {s:.17e}" for (n, m), c, s in zip(places, field.c, field.s, strict=True)]
    return "\n".join([*(f"{key} {value}" for key, value in header.items()), "end_of_head", *rows, ""])
