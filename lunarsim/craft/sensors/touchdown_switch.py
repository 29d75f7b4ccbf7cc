"""Touchdown switches: whether a probe below the craft feels the ground."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from astropy import units as u

from lunarsim import declarations
from lunarsim.declarations import FREQUENT_HZ, LONG_S, number, switch

_SHARE = {"low": 0.0, "high": 1.0, "dispersible": True}


@dataclass(frozen=True, kw_only=True)
class TouchdownSwitch:
    """A switch that a probe below the craft closes when it feels the ground.

    Parameters
    ----------
    powered : bool
        A switch without power reports no contact.
    rate : Quantity
        Samples per time, whatever the guidance cycle; default 10 Hz.
    probe_length : Quantity
        Height above the ground below which it closes, as the probes of Apollo, 1.7 m long; default 0.
    miss_probability : float
        Of a sample with contact that reports none; default 0.
    spurious_probability : float
        Of a sample without contact that reports one; default 0.
    spurious_from : Quantity, optional
        Time since the start of the flight from which it reports contact, as those of the Mars Polar Lander may have
        done when its legs unfolded; default: never.

    Raises
    ------
    InputError
        If a value is of the wrong dimension or out of its bounds.

    Notes
    -----
    No flight uses it: a craft that has one is flown as one without, and no engine is cut off by it. It is declared in
    files and kept in saved flights, for what is to come.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> ls.TouchdownSwitch(probe_length=1.7 * u.m).powered
    True
    """

    powered: bool = switch(True, "A switch without power reports no contact.", dispersible=True)
    rate: u.Quantity = number(10.0, u.Hz, above=0.0, high=FREQUENT_HZ, text="Samples per time.")
    probe_length: u.Quantity = number(
        0.0, u.m, low=0.0, high=1e4, text="Height above the ground below which it closes.", dispersible=True
    )
    miss_probability: float = number(0.0, u.one, text="Of a sample with contact that reports none.", **_SHARE)
    spurious_probability: float = number(0.0, u.one, text="Of a sample without contact that reports one.", **_SHARE)
    spurious_from: u.Quantity | None = number(
        None,
        u.s,
        low=0.0,
        high=LONG_S,
        absent=inf,
        text="Time since the start of the flight from which it reports contact.",
        dispersible=True,
    )

    def __post_init__(self) -> None:
        declarations.check(self)
