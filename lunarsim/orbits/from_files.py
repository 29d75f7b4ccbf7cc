"""States from files of other programs, as constructors of :class:`~lunarsim.State`."""

from __future__ import annotations

import os
from typing import Any, Self

from astropy import units as u
from astropy.time import Time

from lunarsim import data
from lunarsim.arguments import checked
from lunarsim.orbits.files import oem, opm, spk
from lunarsim.orbits.files.reference_frames import States

PathLike = str | os.PathLike[str]


@checked
class FromFiles:
    """The constructors of a state that read a file; nothing in one is executed, and no other file is opened."""

    @classmethod
    def from_oem(cls, path: PathLike, epoch: Time | None = None) -> Self:
        """Return the state that a CCSDS Orbit Ephemeris Message has at a time.

        Between its states, positions and velocities lie on the polynomials that the message names; where it names
        none, on those of Hermite of degree 7. Where two segments meet, as at a burn, the later one counts.

        Parameters
        ----------
        path : path
            A file in key-value notation, about the Moon, in axes of the ICRF (EME2000 and J2000 are taken for the
            same) or fixed in the Moon (MOON_ME, MOON_PA, as DE421 has them), in UTC, TDB, TT or TAI.
        epoch : Time, optional
            One time or n; default: the first that the message may be used at.

        Raises
        ------
        DataError
            If the file is not such a message; the text names the line and what was expected.
        SpanError
            If it has no states at a time: nothing is extrapolated.

        Warns
        -----
        ModelWarning
            If the message has keywords that are none of an OEM; it names each, with its line.

        Examples
        --------
        >>> import lunarsim as ls
        >>> from astropy import units as u
        >>> flight = ls.simulate(ls.load_scenario("luna25"))
        >>> ls.write_oem(flight, "luna25.oem")
        >>> state = ls.State.from_oem("luna25.oem", flight.start + 60 * u.s)
        >>> bool(abs(state.speed - flight.at(state.epoch).speed) < 1e-6 * u.m / u.s)
        True
        """
        return cls._of(*oem.read_state(data.user_path(path), epoch))

    @classmethod
    def from_opm(cls, path: PathLike) -> Self:
        """Return the state of a CCSDS Orbit Parameter Message; its maneuvers and its covariance are left aside.

        Parameters
        ----------
        path : path
            A file in key-value notation, as for :meth:`from_oem`.

        Raises
        ------
        DataError
            If the file is not such a message; the text names the line and what was expected.

        Warns
        -----
        ModelWarning
            If the message has maneuvers.

        Examples
        --------
        >>> import lunarsim as ls
        >>> ls.write_opm(ls.simulate(ls.load_scenario("luna25")), "luna25.opm")
        >>> ls.State.from_opm("luna25.opm")
        <83.2 x 107.4 km lunar orbit at 2023-08-19T11:10:00.000 UTC>
        """
        return cls._of(*opm.read_state(data.user_path(path)))

    @classmethod
    def from_spk(cls, path: PathLike, body: int | str, epoch: Time) -> Self:
        """Return the state of a body of one of NAIF's SPK files, which SPICE reads.

        Parameters
        ----------
        path : path
            The file, such as ``orbit.bsp``. Its body must be given about the Moon, in an inertial frame of NAIF or
            one fixed in the Moon, as DE421 has it.
        body : int or str
            NAIF's number, or a name that SPICE knows by itself, such as ``"LRO"``.
        epoch : Time
            One time or n.

        Raises
        ------
        DataError
            If the file is no SPK, is damaged, or the body is given about another centre or in another frame.
        InputError
            If the body is not in the file; the text names those that are.
        SpanError
            If the file has no states at a time.

        Examples
        --------
        >>> import lunarsim as ls
        >>> flight = ls.simulate(ls.load_scenario("luna25"))
        >>> ls.write_spk(flight, "luna25.bsp", body=-999)
        >>> ls.State.from_spk("luna25.bsp", -999, flight.start)
        <83.2 x 107.4 km lunar orbit at 2023-08-19T11:10:00.000 UTC>
        """
        return cls._of(*spk.read_state(data.user_path(path), body, epoch))

    @classmethod
    def _of(cls, states: States, epoch: Time) -> Self:
        make: Any = cls
        return make(states[..., :3] * u.m, states[..., 3:] * (u.m / u.s), epoch)  # type: ignore[no-any-return]
