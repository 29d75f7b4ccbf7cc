"""The keys of a scenario file, and what each may hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from astropy import units as u
from astropy.time import Time
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict
from pydantic_core import PydanticCustomError

from lunarsim import checks
from lunarsim.errors import InputError
from lunarsim.flight import Status
from lunarsim.io.text import parse_quantity, parse_time


def _teaching(parse: Callable[[Any], Any]) -> BeforeValidator:
    """Turn the errors of a parser into pydantic's, keeping their words."""

    def validate(value: Any) -> Any:
        try:
            return parse(value)
        except InputError as error:
            raise PydanticCustomError("text", "{words}", {"words": str(error)}) from None

    return BeforeValidator(validate)


def _in(unit: u.UnitBase) -> BeforeValidator:
    def parse(value: Any) -> u.Quantity:
        quantity = parse_quantity(value)
        try:
            checks.quantity("value", quantity, unit)
        except InputError as error:
            raise InputError(str(error).replace(f"value = {quantity}", repr(value), 1)) from None
        return quantity  # in the unit of the file, so that later complaints show what was written

    return _teaching(parse)


def _any_value(value: Any) -> u.Quantity | Time:
    try:
        return parse_time(value)
    except InputError:
        return parse_quantity(value)


def _folder_name(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or value.startswith(".") or set(value) & set('/\\:*?"<>|'):
        raise InputError(f"{value!r} cannot name a folder of results: write a plain word such as 'luna25'")
    return value


Length = Annotated[u.Quantity, _in(u.m)]
Area = Annotated[u.Quantity, _in(u.m**2)]
Duration = Annotated[u.Quantity, _in(u.s)]
Mass = Annotated[u.Quantity, _in(u.kg)]
Angle = Annotated[u.Quantity, _in(u.deg)]
Force = Annotated[u.Quantity, _in(u.N)]
Velocity = Annotated[u.Quantity, _in(u.m / u.s)]
Acceleration = Annotated[u.Quantity, _in(u.m / u.s**2)]
Instant = Annotated[Time, _teaching(parse_time)]
Number = Annotated[float, Strict()]
AnyValue = Annotated[Any, _teaching(_any_value)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, hide_input_in_errors=True)


class OrbitTable(_Table):
    """Osculating elements at the start, to the Moon's equator (ME) of date."""

    epoch: Instant
    perilune: Length
    apolune: Length
    inclination: Angle
    node_longitude: Angle
    argument_of_perilune: Angle
    true_anomaly: Angle


class EngineTable(_Table):
    """The engine."""

    thrust: Force
    specific_impulse: Duration


class AccelerometerTable(_Table):
    """Errors of the accelerometer."""

    scale_factor: Number = 1.0
    bias: Acceleration = Field(default_factory=lambda: 0.0 * u.m / u.s**2)


class CraftTable(_Table):
    """The spacecraft as designed."""

    dry_mass: Mass
    propellant_mass: Mass
    engine: EngineTable
    accelerometer: AccelerometerTable = Field(default_factory=AccelerometerTable)
    radiation_area: Area = Field(default_factory=lambda: 0.0 * u.m**2)
    radiation_coefficient: Number = 1.0


class MoonTable(_Table):
    """The Moon's model."""

    gravity_degree: Annotated[int, Strict()] = 50
    gravity_file: str | None = None
    third_bodies: tuple[str, ...] = ("earth", "sun")
    ephemeris: Literal["builtin", "de421", "de440"] = "builtin"
    tide: Annotated[bool, Strict()] = False
    radiation: Annotated[bool, Strict()] = False
    surface_elevation: Length | None = None
    terrain: str | None = None


class BurnTable(_Table):
    """A burn of the plan."""

    type: Literal["burn"]
    name: str = "burn"
    ignition: Instant
    steering: Literal["against velocity", "along velocity"] = "against velocity"
    throttle: Number = 1.0
    pitch_error: Angle = 0.0 * u.deg
    yaw_error: Angle = 0.0 * u.deg
    target_delta_v: Velocity
    timer: Duration


class CoastTable(_Table):
    """A coast of the plan."""

    type: Literal["coast"]
    name: str = "coast"
    duration: Duration


class FaultTable(_Table):
    """A fault of the craft."""

    type: Literal["accelerometer off"]
    cause: str = ""


class SiteTable(_Table):
    """A place on the Moon."""

    title: str = ""
    latitude: Angle
    longitude: Angle
    elevation: Length = Field(default_factory=lambda: 0.0 * u.m)


class SourceTable(_Table):
    """A publication."""

    title: str
    url: str


class ProvenanceTable(_Table):
    """The birth certificate of one number."""

    value: Any
    status: Status
    sources: tuple[str, ...] = ()
    script: str = ""
    note: str = ""


class ScenarioTable(_Table):
    """A whole scenario file."""

    name: Annotated[str, _teaching(_folder_name)]
    title: str = ""
    remark: str = ""
    orbit: OrbitTable
    craft: CraftTable | None = None
    moon: MoonTable = Field(default_factory=MoonTable)
    plan: tuple[Annotated[BurnTable | CoastTable, Field(discriminator="type")], ...]
    faults: tuple[FaultTable, ...] = ()
    sites: dict[str, SiteTable] = Field(default_factory=dict)
    published: dict[str, AnyValue] = Field(default_factory=dict)
    sources: dict[str, SourceTable] = Field(default_factory=dict)
