"""CK files of NAIF's SPICE: where the thrust axis points, segments of type 3, and the clock that they need."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from math import ceil
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim import data
from lunarsim.errors import InputError, OutputError
from lunarsim.files import written_together
from lunarsim.flight import Flight
from lunarsim.flight.result.attitude import PlannedBurn, planned_burns, thrust_directions
from lunarsim.flight.result.trajectory import FlownPhase
from lunarsim.io.exchange.hermite_states import smooth_pieces, step_of
from lunarsim.io.exchange.spice_files import BODY, check_body, ephemeris_seconds, name_within, spice_errors
from lunarsim.kernels.forces import motion
from lunarsim.kernels.sensors.body import body_axes

_TICKS_PER_S = 1_000_000_000
_ERROR_RAD = 1e-6  # largest error of interpolation where no step is given
_LONGEST_STEP_S, _SHORTEST_STEP_S = 10.0, 0.1
_COMMENTS = 5000  # characters that the file reserves

Axes = NDArray[np.float64]  # (n, 3, 3): rows are the axes of the body in the ICRF


class _Piece(NamedTuple):
    """A smooth piece of a flight under thrust, and the burns of its plan."""

    flown: FlownPhase
    burns: list[PlannedBurn]

    def axes(self, t_s: NDArray[np.float64]) -> Axes:
        """Return the axes of the body at n times."""
        y = self.flown.segment.path(t_s)
        thrust = thrust_directions(self.burns, self.flown, t_s, y)
        left = np.cross(y[:, motion.POSITION], y[:, motion.VELOCITY])
        return np.array([body_axes(tuple(z), tuple(each)) for z, each in zip(thrust, left, strict=True)])


def write_ck(
    flight: Flight, path: str | os.PathLike[str], *, body: int = BODY, step: u.Quantity | None = None
) -> tuple[Path, Path]:
    """Write where the thrust of a flight pointed as a CK file of SPICE (type 3), and beside it the clock's kernel.

    The matrices turn J2000 into the axes of the body: z is the thrust axis, y the horizontal to the left of the flight
    as near as it can be, x = y x z. There is no pointing while the engine is off. Each smooth piece of the flight is
    an interval of its own, over which SPICE turns evenly from one matrix to the next.

    Parameters
    ----------
    flight : Flight
        A flight with a burn.
    path : path
        The file; usually ``.bc``. The clock goes beside it, under the same name with ``.tsc``.
    body : int
        NAIF's number of the craft, -999999 to -1; default -999. The structure that is turned is ``1000 * body``.
    step : Quantity, optional
        Longest time between matrices. Default: for each piece 10 s, halved until the thrust axis and the roll midway
        meet the flight within a microradian, down to 0.1 s.

    Returns
    -------
    tuple of Path
        The CK file and the clock's.

    Raises
    ------
    InputError
        If the engine never burned, the step is not a time span from 1 ms to 200 years, or ``body`` is no number of a
        craft.
    OutputError
        If the files cannot be written; nothing is then left half-written.

    Notes
    -----
    The clock counts nanoseconds of TDB from the start of the flight. So no leap-second kernel and no kernel of a
    mission is needed; a reader loads the CK file and the clock.

    Examples
    --------
    >>> import lunarsim as ls
    >>> flight = ls.simulate(ls.load_scenario("luna25"))
    >>> [file.name for file in ls.write_ck(flight, "luna25.bc")]
    ['luna25.bc', 'luna25.tsc']
    """
    number, step_s = check_body(body), step_of(step)
    burns = planned_burns(flight.scenario)
    pieces = [_Piece(each, burns) for each in smooth_pieces(flight) if each.thrust_n > 0.0]
    if not pieces:
        raise InputError("the engine never burned in this flight: there is no thrust axis to write")
    target = _beside_files(path)
    clock = target.with_suffix(".tsc")
    if clock == target:
        raise InputError(f"path = {target} is the clock's own: give the CK file another suffix, such as .bc")
    with written_together(target.parent, [target.name, clock.name]) as drafts, spice_errors(path) as spice:
        _write(spice, drafts / target.name, flight, pieces, number, step_s)
        (drafts / clock.name).write_text("\n".join(_clock(flight, number)) + "\n", encoding="ascii", newline="\n")
    return target, clock


def _beside_files(path: str | os.PathLike[str]) -> Path:
    """Return the path of a file in a folder that exists."""
    try:
        target = data.user_path(path)
    except InputError as error:
        raise OutputError(str(error)) from None
    if not target.parent.is_dir():
        missing = FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        raise OutputError.refused(target, "the file cannot be written", missing, instead="give a file in a folder")
    return target


def _write(spice: Any, path: Path, flight: Flight, pieces: list[_Piece], body: int, step_s: float | None) -> None:
    ticks: list[NDArray[np.float64]] = []
    matrices: list[Axes] = []
    worst_rad = 0.0
    for piece in pieces:
        t_s, error_rad = _times(piece, step_s)
        at = np.round(t_s * _TICKS_PER_S)
        at[-1] = min(at[-1] - 1.0, np.nextafter(at[-1], 0.0))  # records rise, and the next piece may begin at its end
        ticks.append(at)
        matrices.append(piece.axes(t_s))
        worst_rad = max(worst_rad, error_rad)
    file = spice.ckopn(str(path), name_within(flight), _COMMENTS)
    try:
        all_ticks = np.concatenate(ticks)
        quaternions = np.array([spice.m2q(each) for each in np.concatenate(matrices)])
        spice.ckw03(
            file, all_ticks[0], all_ticks[-1], 1000 * body, "J2000", False, "thrust axis along z", all_ticks.size,
            all_ticks, quaternions, np.zeros((all_ticks.size, 3)), len(ticks), np.array([each[0] for each in ticks]),
        )  # fmt: skip
        spice.dafac(file, [
            f"Written by lunarsim: structure {1000 * body} to J2000 (axes of the ICRF), while the engine burns.",
            "z is the thrust axis, y the horizontal to the left of the flight as near as it can be, x = y x z.",
            f"Interpolated, attitudes midway between records meet the flight within {worst_rad:.1e} rad.",
        ])  # fmt: skip
    finally:
        spice.ckcls(file)


def _times(piece: _Piece, step_s: float | None) -> tuple[NDArray[np.float64], float]:
    """Return the times of a piece's records, and how far even turns between them are from the flight (rad)."""
    segment, longest_s = piece.flown.segment, step_s or _LONGEST_STEP_S
    while True:
        intervals = max(1, ceil((segment.end_s - segment.start_s) / longest_s))
        t_s = np.linspace(segment.start_s, segment.end_s, intervals + 1)
        error_rad = _turn_error_rad(piece, t_s)
        if step_s is not None or error_rad <= _ERROR_RAD or longest_s <= _SHORTEST_STEP_S:
            return t_s, error_rad
        longest_s /= 2.0


def _turn_error_rad(piece: _Piece, t_s: NDArray[np.float64]) -> float:
    """Return how far, at worst, the attitudes halfway through even turns are from those of the flight."""
    from scipy.spatial.transform import Rotation  # noqa: PLC0415

    ends = Rotation.from_matrix(piece.axes(t_s))
    flown = Rotation.from_matrix(piece.axes(0.5 * (t_s[:-1] + t_s[1:])))
    turns = (ends[1:] * ends[:-1].inv()).as_rotvec()
    halfway = Rotation.from_rotvec(0.5 * turns) * ends[:-1]
    return float((halfway * flown.inv()).magnitude().max())


def _clock(flight: Flight, body: int) -> Iterator[str]:
    """Give the lines of the clock's kernel: "SCLK Required Reading", type 1, parallel time TDB."""
    clock = -body
    start_et_s = float(ephemeris_seconds(flight, np.zeros(1))[0][0])
    date = flight.start.utc.strftime("%Y-%m-%d/%H:%M:%S")
    yield "KPL/SCLK"
    yield ""
    yield f"The clock of body {body} in flights of lunarsim: nanoseconds of TDB from the start of the flight."
    yield ""
    yield "\\begindata"
    yield ""
    yield f"SCLK_KERNEL_ID             = ( @{date} )"
    yield f"SCLK_DATA_TYPE_{clock}       = ( 1 )"
    yield f"SCLK01_TIME_SYSTEM_{clock}   = ( 1 )"
    yield f"SCLK01_N_FIELDS_{clock}      = ( 2 )"
    yield f"SCLK01_MODULI_{clock}        = ( 1000000000 {_TICKS_PER_S} )"
    yield f"SCLK01_OFFSETS_{clock}       = ( 0 0 )"
    yield f"SCLK01_OUTPUT_DELIM_{clock}  = ( 1 )"
    yield f"SCLK_PARTITION_START_{clock} = ( 0.0 )"
    yield f"SCLK_PARTITION_END_{clock}   = ( 1.0E18 )"
    yield f"SCLK01_COEFFICIENTS_{clock}  = ( 0.0 {start_et_s!r} 1.0 )"
    yield ""
    yield "\\begintext"
