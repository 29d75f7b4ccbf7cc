"""The conic from a place to another in a given time: Lambert's problem, a first guess of a transfer."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim import checks
from lunarsim.constants import GM_EARTH_M3_S2, GM_MOON_M3_S2
from lunarsim.errors import InputError

_GM_M3_S2 = {"Moon": GM_MOON_M3_S2, "Earth": GM_EARTH_M3_S2}
_LEAST_SINE = 1e-9  # between the two radii: below it, the plane of the conic is no more than rounding
_CLOSE = 1e-12  # of the free parameter, where the search ends: as fine as doubles carry it


class Transfer(NamedTuple):
    """The two ends of a conic through two places."""

    departure: u.Quantity  #: velocity at the first place
    arrival: u.Quantity  #: velocity at the second


def lambert(
    departure: u.Quantity,
    arrival: u.Quantity,
    duration: u.Quantity,
    *,
    about: Literal["Moon", "Earth"] = "Moon",
    prograde: bool = True,
    revolutions: int = 0,
) -> Transfer:
    """Return the velocities at both ends of the conic that joins two places in a given time.

    Parameters
    ----------
    departure, arrival : Quantity, shape (3,)
        Places relative to the centre of the body, in any one frame that does not turn.
    duration : Quantity
        Time of flight, above zero.
    about : {'Moon', 'Earth'}
        The body at the focus.
    prograde : bool
        Whether the conic goes round the third axis of the frame in the positive sense: of the two ways from one place
        to the other, one does.
    revolutions : int
        Whole revolutions before the arrival. For one or more there are two conics; the one that Izzo calls the low path
        is returned.

    Returns
    -------
    Transfer
        Velocities in the frame of the places.

    Raises
    ------
    InputError
        If the places lie on one line through the centre, where the plane is not defined, the duration is not above
        zero, or is too short for so many revolutions.

    Notes
    -----
    Izzo (2015), "Revisiting Lambert's problem", Celest. Mech. Dyn. Astr. 121, as boinor has it. A conic about one body
    alone is a first guess: between the Earth and the Moon :func:`lunarsim.target` makes a flight of it.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> ends = ls.orbits.lambert([1838, 0, 0] * u.km, [0, 1838, 0] * u.km, 29.45 * u.min)
    >>> print(ends.departure.to(u.km / u.s).round(2))
    [0.   1.63 0.  ] km / s
    """
    from boinor.iod.izzo import lambert as by_izzo  # noqa: PLC0415 - seconds to load

    if about not in _GM_M3_S2:
        raise InputError(f"about = {about!r}: expected one of {', '.join(map(repr, _GM_M3_S2))}")
    r1_m, r2_m = (_place_m(name, value) for name, value in (("departure", departure), ("arrival", arrival)))
    seconds = checks.quantity("duration", duration, u.s, positive=True)
    if revolutions != int(revolutions) or revolutions < 0:
        raise InputError(f"revolutions = {revolutions}: expected a whole number from 0")
    if np.linalg.norm(np.cross(r1_m, r2_m)) <= _LEAST_SINE * np.linalg.norm(r1_m) * np.linalg.norm(r2_m):
        raise InputError(
            f"departure = {departure} and arrival = {arrival} lie on one line through the centre: any plane holds "
            "both. Move one of them by a fraction of a degree into the plane that is meant"
        )
    gm = _GM_M3_S2[about] * u.m**3 / u.s**2
    try:
        v1, v2 = by_izzo(gm, r1_m * u.m, r2_m * u.m, seconds, M=int(revolutions), prograde=prograde, rtol=_CLOSE)
    except (ValueError, RuntimeError) as error:
        raise InputError(
            f"no conic about the {about} joins the two places in {duration} with {revolutions} revolutions: {error}"
        ) from error
    return Transfer(v1.to(u.m / u.s), v2.to(u.m / u.s))


def _place_m(name: str, value: u.Quantity) -> NDArray[np.float64]:
    place: NDArray[np.float64] = checks.quantity(name, value, u.m, shape=(3,)).value
    if not place.any():
        raise InputError(f"{name} = {value} is the centre of the body: expected a place away from it")
    return place
