"""The keys of a scenario file, and what each may hold."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from astropy import units as u
from pydantic import Field, Strict

from lunarsim.io.scenario_file.dispersion_schema import DispersionTable
from lunarsim.io.scenario_file.values import (
    Acceleration,
    Angle,
    AngularRate,
    AnyValue,
    Area,
    Condition,
    Duration,
    FolderName,
    Force,
    Instant,
    Length,
    Mass,
    Number,
    Rate,
    Table,
    Velocity,
    Whole,
)
from lunarsim.mission import Status


class OrbitTable(Table):
    """Osculating elements at the start, to the Moon's equator (ME) of date."""

    epoch: Instant
    perilune: Length
    apolune: Length
    inclination: Angle
    node_longitude: Angle
    argument_of_perilune: Angle
    true_anomaly: Angle


class ApproachTable(Table):
    """The start, seen from the landing site."""

    epoch: Instant
    azimuth: Angle
    range_to_go: Length
    altitude: Length
    speed: Velocity
    flight_path_angle: Angle = Field(default_factory=lambda: 0.0 * u.deg)
    crossrange: Length = Field(default_factory=lambda: 0.0 * u.m)


class EngineTable(Table):
    """The engine."""

    thrust: Force
    specific_impulse: Duration
    min_throttle: Number = 0.0
    specific_impulse_at_min_throttle: Duration | None = None
    throttle_rate: Rate | None = None
    throttle_keep_out: tuple[Number, Number] | None = None
    thrust_error: Number = 0.0


class NavigationTable(Table):
    """Errors of what the navigation estimates."""

    downrange: Length = Field(default_factory=lambda: 0.0 * u.m)
    crossrange: Length = Field(default_factory=lambda: 0.0 * u.m)
    altitude: Length = Field(default_factory=lambda: 0.0 * u.m)
    downrange_rate: Velocity = Field(default_factory=lambda: 0.0 * u.m / u.s)
    crossrange_rate: Velocity = Field(default_factory=lambda: 0.0 * u.m / u.s)
    altitude_rate: Velocity = Field(default_factory=lambda: 0.0 * u.m / u.s)
    altitude_scale: Number = 0.0
    mass: Mass = Field(default_factory=lambda: 0.0 * u.kg)
    position_noise: Length = Field(default_factory=lambda: 0.0 * u.m)
    velocity_noise: Velocity = Field(default_factory=lambda: 0.0 * u.m / u.s)
    altitude_noise: Length = Field(default_factory=lambda: 0.0 * u.m)
    seed: Whole = 0.0


class AccelerometerTable(Table):
    """Errors of the accelerometer."""

    scale_factor: Number = 1.0
    bias: Acceleration = Field(default_factory=lambda: 0.0 * u.m / u.s**2)


class GearTable(Table):
    """What the landing gear stands."""

    vertical_speed: Velocity
    horizontal_speed: Velocity
    tilt: Angle
    slope: Angle
    turn_rate: AngularRate | None = None
    crash_speed: Velocity | None = None
    stance: Length | None = None
    mass_centre_height: Length | None = None


class CraftTable(Table):
    """The spacecraft as designed."""

    dry_mass: Mass
    propellant_mass: Mass
    engine: EngineTable
    accelerometer: AccelerometerTable = Field(default_factory=AccelerometerTable)
    navigation: NavigationTable = Field(default_factory=NavigationTable)
    slew_rate: AngularRate | None = None
    gear: GearTable | None = None
    radiation_area: Area = Field(default_factory=lambda: 0.0 * u.m**2)
    radiation_coefficient: Number = 1.0


class MoonTable(Table):
    """The Moon's model."""

    gravity_degree: Annotated[int, Strict()] = 50
    gravity_file: str | None = None
    third_bodies: tuple[str, ...] = ("earth", "sun")
    ephemeris: Literal["builtin", "de421", "de440"] = "builtin"
    tide: Annotated[bool, Strict()] = False
    radiation: Annotated[bool, Strict()] = False
    surface_elevation: Length | None = None
    terrain: str | None = None


class BurnTable(Table):
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


class CoastTable(Table):
    """A coast of the plan."""

    type: Literal["coast"]
    name: str = "coast"
    duration: Duration


class DivertTable(Table):
    """By how much a guided phase moves the target."""

    downrange: Length = Field(default_factory=lambda: 0.0 * u.m)
    crossrange: Length = Field(default_factory=lambda: 0.0 * u.m)


class HazardDetectionTable(Table):
    """How a guided phase detects hazards and avoids them."""

    radius: Length
    slope: Angle
    footprint: Length = Field(default_factory=lambda: 0.0 * u.m)
    step: Length = Field(default_factory=lambda: 1.0 * u.m)


class GuidedTable(Table):
    """A guided phase of the plan."""

    type: Literal["guided"]
    name: str
    guidance: dict[str, Any]
    terminations: tuple[Condition, ...] = ()
    max_duration: Duration
    cycle_time: Duration = Field(default_factory=lambda: 1.0 * u.s)
    slew_rate: AngularRate | None = None
    max_tilt: Angle = Field(default_factory=lambda: 180.0 * u.deg)
    throttle: tuple[Number, Number] = (0.0, 1.0)
    glide_slope: Angle | None = None
    field_of_view: tuple[Angle, Angle] | None = None
    divert: DivertTable | None = None
    hazard_detection: HazardDetectionTable | None = None


class FaultTable(Table):
    """A fault of the craft."""

    type: Literal["accelerometer off"]
    cause: str = ""


class SiteTable(Table):
    """A place on the Moon."""

    title: str = ""
    latitude: Angle
    longitude: Angle
    elevation: Length = Field(default_factory=lambda: 0.0 * u.m)


class ProfileTable(Table):
    """One row of a published descent; ``tolerance`` holds plus or minus by the names of the values."""

    label: str
    time: Duration | None = None
    altitude: Length | None = None
    speed: Velocity | None = None
    ground_speed: Velocity | None = None
    horizontal_speed: Velocity | None = None
    altitude_rate: Velocity | None = None
    range_to_go: Length | None = None
    delta_v: Velocity | None = None
    mass: Mass | None = None
    tolerance: dict[str, AnyValue] = Field(default_factory=dict)


class SourceTable(Table):
    """A publication."""

    title: str
    url: str


class ProvenanceTable(Table):
    """The birth certificate of one number."""

    value: Any
    status: Status
    sources: tuple[str, ...] = ()
    script: str = ""
    note: str = ""
    interval: tuple[str, str] | None = None


class ScenarioTable(Table):
    """A whole scenario file."""

    name: FolderName
    title: str = ""
    remark: str = ""
    orbit: OrbitTable | None = None
    approach: ApproachTable | None = None
    landing_site: str | None = None
    craft: CraftTable | None = None
    moon: MoonTable = Field(default_factory=MoonTable)
    plan: tuple[Annotated[BurnTable | CoastTable | GuidedTable, Field(discriminator="type")], ...]
    faults: tuple[FaultTable, ...] = ()
    dispersions: tuple[DispersionTable, ...] = ()
    sites: dict[str, SiteTable] = Field(default_factory=dict)
    profile: tuple[ProfileTable, ...] = ()
    published: dict[str, AnyValue] = Field(default_factory=dict)
    sources: dict[str, SourceTable] = Field(default_factory=dict)
