"""SPK files of NAIF's SPICE: segments of type 13, Hermite interpolation at unequal steps ("SPK Required Reading")."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from astropy import units as u

from lunarsim.files import written_whole
from lunarsim.flight import Flight
from lunarsim.flight.result.segment import Segment
from lunarsim.io.exchange.hermite_states import DEGREE, smooth_pieces, state_times, states_at, step_of
from lunarsim.io.exchange.message_text import ascii_of
from lunarsim.io.exchange.spice_files import BODY, check_body, ephemeris_seconds, name_within, spice_errors

_MOON = 301
_LONGEST_ID = 40  # characters of the name of a segment
_SHORT_S = 1e-3  # a segment below it has no states between its ends, where a cubic through both is exact
_COMMENTS = 5000  # characters that the file reserves


def write_spk(
    flight: Flight, path: str | os.PathLike[str], *, body: int = BODY, step: u.Quantity | None = None
) -> None:
    """Write the motion of a flight as an SPK file of SPICE: centre Moon (301), frame J2000, segments of type 13.

    Each smooth piece of the flight is a segment of its own, which SPICE interpolates with Hermite polynomials of degree
    7; where two meet, SPICE takes the later one. The comments of the file say how far that is from the flight.

    Parameters
    ----------
    flight : Flight
        Any flight.
    path : path
        The file; usually ``.bsp``.
    body : int
        NAIF's number of the craft, -999999 to -1; default -999.
    step : Quantity, optional
        Longest time between states. Default: for each segment 60 s, halved until the interpolation meets the
        flight within a millimetre, down to 1 s.

    Raises
    ------
    InputError
        If the step is not a time span from 1 ms to 200 years, or ``body`` is no number of a craft.
    OutputError
        If the file cannot be written; nothing is then left half-written.

    Notes
    -----
    Times are TDB, in one double: they round to 0.1 microseconds. SPICE's own UTC is up to 30 microseconds, or 5 cm of
    flight, from that of astropy, whose TDB has all periodic terms.

    Examples
    --------
    >>> import lunarsim as ls
    >>> flight = ls.simulate(ls.load_scenario("luna25"))
    >>> ls.write_spk(flight, "luna25.bsp")
    >>> bool(abs(ls.State.from_spk("luna25.bsp", -999, flight.start).speed - flight.speed[0]).value < 1e-6)
    True
    """
    number, step_s = check_body(body), step_of(step)
    with written_whole(path) as draft, spice_errors(path) as spice:
        file = spice.spkopn(str(draft), name_within(flight), _COMMENTS)
        worst_m = 0.0
        try:
            for piece in smooth_pieces(flight):
                worst_m = max(worst_m, _write_segment(spice, file, flight, piece.segment, number, piece.name, step_s))
            spice.dafac(file, _comments(flight, number, worst_m))
        finally:
            spice.spkcls(file)


def _write_segment(
    spice: Any, file: int, flight: Flight, segment: Segment, body: int, name: str, step_s: float | None
) -> float:
    """Write a segment; return how far its interpolation is from the flight (m)."""
    if segment.end_s - segment.start_s < _SHORT_S:
        t_s, error_m, degree = np.array([segment.start_s, segment.end_s]), 0.0, 3
    else:
        (t_s, error_m), degree = state_times(segment, step_s), DEGREE
    et_s, written_s = ephemeris_seconds(flight, t_s)
    if np.any(np.diff(et_s) <= 0.0):  # shorter than SPICE's times tell apart
        return 0.0
    states_km = states_at(segment, written_s) / 1e3
    spice.spkw13(
        file, body, _MOON, "J2000", et_s[0], et_s[-1], ascii_of(name)[:_LONGEST_ID] or "flight", degree, et_s.size,
        states_km, et_s,
    )  # fmt: skip
    return error_m


def _comments(flight: Flight, body: int, worst_m: float) -> list[str]:
    return [
        f"Written by lunarsim: {ascii_of(flight.scenario.name)}, body {body} about the Moon, J2000 (axes of the ICRF).",
        "Each segment is smooth: an ignition, a cut-off or a guidance cycle begins another.",
        f"Interpolated, positions midway between states meet the flight within {worst_m:.1e} m.",
    ]
