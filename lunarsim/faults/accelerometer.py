"""What can be wrong with the accelerometer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from astropy import units as u

from lunarsim.craft import Accelerometer, Spacecraft
from lunarsim.declarations import REQUIRED, number
from lunarsim.errors import InputError
from lunarsim.faults.faults import Fault, fault

_MPS2 = u.m / u.s**2


@fault("accelerometer off")
class AccelerometerOff(Fault):
    """The accelerometer is not switched on; it reports zero.

    Parameters
    ----------
    cause : str
        How that came about, for reports.
    onset : Quantity
        When it begins, after the start of the flight; default 0, it never was on.
    end : Quantity, optional
        When it is switched on; default: never.

    Examples
    --------
    >>> import lunarsim as ls
    >>> sound = ls.load_scenario("luna25").without_faults()
    >>> broken = sound.with_faults(ls.AccelerometerOff())
    >>> print(ls.simulate(broken).burns[0].cutoff)
    Cutoff.TIMER
    """

    edits = ("craft.accelerometer.powered",)

    def apply(self, craft: Spacecraft) -> Spacecraft:
        """Return the craft with its accelerometer unpowered."""
        return replace(craft, accelerometer=replace(craft.accelerometer, powered=False))


@fault("accelerometer scale")
class AccelerometerScale(Fault):
    """The accelerometer reports more or less than its scale factor says.

    Parameters
    ----------
    factor : float
        By which its scale factor is multiplied, -10 to 10.
    cause, onset, end
        As of all faults.
    """

    edits = ("craft.accelerometer.scale_factor",)

    factor: float = number(REQUIRED, u.one, low=-10.0, high=10.0, text="By which the scale factor is multiplied.")

    def apply(self, craft: Spacecraft) -> Spacecraft:
        """Return the craft with another scale factor."""
        sensor = _with_numbers(craft)
        return _fitted(craft, scale_factor=sensor.scale_factor * self.factor)


@fault("accelerometer bias")
class AccelerometerBias(Fault):
    """The accelerometer reports a constant besides.

    Parameters
    ----------
    bias : Quantity
        What is added to its bias, up to 100 m/s2 either way.
    cause, onset, end
        As of all faults.
    """

    edits = ("craft.accelerometer.bias",)

    bias: u.Quantity = number(REQUIRED, _MPS2, low=-100.0, high=100.0, text="What is added to the bias.")

    def apply(self, craft: Spacecraft) -> Spacecraft:
        """Return the craft with another bias."""
        return _fitted(craft, bias=_with_numbers(craft).bias + self.bias)


@fault("accelerometer upside down")
class AccelerometerUpsideDown(Fault):
    """The accelerometer was mounted upside down, as were the switches of Genesis: it reports the opposite sign.

    Parameters
    ----------
    cause, onset, end
        As of all faults.
    """

    edits = ("craft.accelerometer.scale_factor",)

    def apply(self, craft: Spacecraft) -> Spacecraft:
        """Return the craft with the opposite scale factor."""
        return _fitted(craft, scale_factor=-_with_numbers(craft).scale_factor)


@fault("accelerometer stuck")
class AccelerometerStuck(Fault):
    """The accelerometer reports one number, whatever it feels.

    Parameters
    ----------
    reading : Quantity
        What it reports while the engine runs, up to 100 m/s2 either way.
    cause, onset, end
        As of all faults.
    """

    edits = ("craft.accelerometer.scale_factor", "craft.accelerometer.bias")

    reading: u.Quantity = number(REQUIRED, _MPS2, low=-100.0, high=100.0, text="What it reports.")

    def apply(self, craft: Spacecraft) -> Spacecraft:
        """Return the craft with a scale factor of zero, and the reading as bias."""
        _with_numbers(craft)
        return _fitted(craft, scale_factor=0.0, bias=self.reading)


def _with_numbers(craft: Spacecraft) -> Accelerometer:
    """Return the accelerometer if it has a scale factor and a bias.

    Raises
    ------
    InputError
        If it is a sensor of the user's own that has none.
    """
    sensor = craft.accelerometer
    if not isinstance(sensor, Accelerometer):
        raise InputError(
            f"the craft's sensor '{sensor.title}' has no scale factor and no bias: expected a craft with an "
            "Accelerometer, or a fault such as 'accelerometer off'"
        )
    return sensor


def _fitted(craft: Spacecraft, **numbers: Any) -> Spacecraft:
    return replace(craft, accelerometer=replace(craft.accelerometer, **numbers))
