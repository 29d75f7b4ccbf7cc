"""What can be wrong with the sensors that range to the ground: altimeter and velocimeter."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

from astropy import units as u

from lunarsim.craft import Spacecraft
from lunarsim.declarations import FAR_M, FAST_MPS, HIGHEST_M, REQUIRED, number
from lunarsim.errors import InputError
from lunarsim.faults.faults import Fault, fault


@dataclass(frozen=True, kw_only=True)
class _OfSensor(Fault):
    """A defect of one of these sensors: other numbers of it."""

    sensor: ClassVar[str]  #: which, as the craft calls it

    def changed(self, sensor: Any) -> dict[str, Any]:
        """Return the numbers of a sensor that are others, by their names."""
        raise NotImplementedError

    def apply(self, craft: Spacecraft) -> Spacecraft:
        """Return the craft whose sensor has other numbers."""
        sensor = getattr(craft, self.sensor)
        if sensor is None:
            made = f"{self.sensor}={self.sensor.capitalize()}(...)"
            raise InputError(f"the craft has no {self.sensor}: expected Spacecraft({made})")
        return replace(craft, **{self.sensor: replace(sensor, **self.changed(sensor))})


@dataclass(frozen=True, kw_only=True)
class _Off(_OfSensor):
    def changed(self, _: Any) -> dict[str, Any]:
        return {"powered": False}


@dataclass(frozen=True, kw_only=True)
class _RangeGate(_OfSensor):
    max_range: u.Quantity = number(REQUIRED, u.m, above=0.0, high=FAR_M, text="Farther, it is not valid.")

    def changed(self, _: Any) -> dict[str, Any]:
        return {"max_range": self.max_range}


@dataclass(frozen=True, kw_only=True)
class _Noise(_OfSensor):
    factor: float = number(REQUIRED, u.one, low=0.0, high=1e6, text="True noise over that on which a filter counts.")

    def changed(self, sensor: Any) -> dict[str, Any]:
        return {"noise_factor": sensor.noise_factor * self.factor}


@dataclass(frozen=True, kw_only=True)
class _Dropouts(_OfSensor):
    probability: float = number(REQUIRED, u.one, low=0.0, high=1.0, text="Of a sample that is lost beside its own.")

    def changed(self, sensor: Any) -> dict[str, Any]:
        return {"dropout_probability": 1.0 - (1.0 - sensor.dropout_probability) * (1.0 - self.probability)}


@dataclass(frozen=True, kw_only=True)
class _Scale(_OfSensor):
    factor: float = number(REQUIRED, u.one, low=0.0, high=10.0, text="By which the scale factor is multiplied.")

    def changed(self, sensor: Any) -> dict[str, Any]:
        return {"scale_factor": sensor.scale_factor * self.factor}


@fault("altimeter off")
class AltimeterOff(_Off):
    """The altimeter has no power: it has no valid range.

    Parameters
    ----------
    cause, onset, end
        As of all faults.
    """

    sensor = "altimeter"
    edits = ("craft.altimeter.powered",)


@fault("altimeter range gate")
class AltimeterRangeGate(_RangeGate):
    """The altimeter is valid to another distance than it was designed for.

    Parameters
    ----------
    max_range : Quantity
        Farther, no range is valid.
    cause, onset, end
        As of all faults.
    """

    sensor = "altimeter"
    edits = ("craft.altimeter.max_range",)


@fault("altimeter noise")
class AltimeterNoise(_Noise):
    """The altimeter is noisier than it was designed to be, and a filter that takes it does not know.

    Parameters
    ----------
    factor : float
        By which its noise is multiplied, up to 1e6.
    cause, onset, end
        As of all faults.
    """

    sensor = "altimeter"
    edits = ("craft.altimeter.noise_factor",)


@fault("altimeter dropouts")
class AltimeterDropouts(_Dropouts):
    """The altimeter loses samples, each by chance.

    Parameters
    ----------
    probability : float
        Of a sample that is lost, 0 to 1, beside what it loses by design.
    cause, onset, end
        As of all faults.
    """

    sensor = "altimeter"
    edits = ("craft.altimeter.dropout_probability",)


@fault("altimeter scale")
class AltimeterScale(_Scale):
    """The altimeter reports more or less than its scale factor says.

    Parameters
    ----------
    factor : float
        By which its scale factor is multiplied, 0 to 10.
    cause, onset, end
        As of all faults.
    """

    sensor = "altimeter"
    edits = ("craft.altimeter.scale_factor",)


@fault("altimeter bias")
class AltimeterBias(_OfSensor):
    """The altimeter reports a constant distance besides.

    Parameters
    ----------
    bias : Quantity
        What is added to its bias, up to 20 km either way.
    cause, onset, end
        As of all faults.
    """

    sensor = "altimeter"
    edits = ("craft.altimeter.bias",)

    bias: u.Quantity = number(REQUIRED, u.m, low=-HIGHEST_M, high=HIGHEST_M, text="What is added to the bias.")

    def changed(self, sensor: Any) -> dict[str, Any]:
        """Return another bias."""
        return {"bias": sensor.bias + self.bias}


@fault("altimeter false lock")
class AltimeterFalseLock(_OfSensor):
    """The receiver of the altimeter is locked to a wrong echo: each range is wrong by a distance.

    Parameters
    ----------
    offset : Quantity
        What is added to the range.
    cause, onset, end
        As of all faults.
    """

    sensor = "altimeter"
    edits = ("craft.altimeter.false_lock_offset", "craft.altimeter.false_lock_probability")

    offset: u.Quantity = number(REQUIRED, u.m, low=-FAR_M, high=FAR_M, text="What is added to the range.")

    def changed(self, _: Any) -> dict[str, Any]:
        """Return a wrong echo of all samples."""
        return {"false_lock_offset": self.offset, "false_lock_probability": 1.0}


@fault("velocimeter off")
class VelocimeterOff(_Off):
    """The velocimeter has no power: it has no valid velocity.

    Parameters
    ----------
    cause, onset, end
        As of all faults.
    """

    sensor = "velocimeter"
    edits = ("craft.velocimeter.powered",)


@fault("velocimeter range gate")
class VelocimeterRangeGate(_RangeGate):
    """The velocimeter's beams are valid to another distance than they were designed for.

    Parameters
    ----------
    max_range : Quantity
        Farther, no beam is valid.
    cause, onset, end
        As of all faults.
    """

    sensor = "velocimeter"
    edits = ("craft.velocimeter.max_range",)


@fault("velocimeter noise")
class VelocimeterNoise(_Noise):
    """The velocimeter is noisier than it was designed to be, and a filter that takes it does not know.

    Parameters
    ----------
    factor : float
        By which its noise is multiplied, up to 1e6.
    cause, onset, end
        As of all faults.
    """

    sensor = "velocimeter"
    edits = ("craft.velocimeter.noise_factor",)


@fault("velocimeter dropouts")
class VelocimeterDropouts(_Dropouts):
    """The velocimeter's beams lose samples, each by chance.

    Parameters
    ----------
    probability : float
        Of a sample of one beam that is lost, 0 to 1, beside what it loses by design.
    cause, onset, end
        As of all faults.
    """

    sensor = "velocimeter"
    edits = ("craft.velocimeter.dropout_probability",)


@fault("velocimeter scale")
class VelocimeterScale(_Scale):
    """The velocimeter reports more or less than its scale factor says.

    Parameters
    ----------
    factor : float
        By which its scale factor is multiplied, 0 to 10.
    cause, onset, end
        As of all faults.
    """

    sensor = "velocimeter"
    edits = ("craft.velocimeter.scale_factor",)


@fault("velocimeter bias")
class VelocimeterBias(_OfSensor):
    """The velocimeter reports a constant speed along each beam besides.

    Parameters
    ----------
    bias : Quantity
        What is added to its bias, up to 100 km/s either way.
    cause, onset, end
        As of all faults.
    """

    sensor = "velocimeter"
    edits = ("craft.velocimeter.bias",)

    bias: u.Quantity = number(REQUIRED, u.m / u.s, low=-FAST_MPS, high=FAST_MPS, text="What is added to the bias.")

    def changed(self, sensor: Any) -> dict[str, Any]:
        """Return another bias."""
        return {"bias": sensor.bias + self.bias}
