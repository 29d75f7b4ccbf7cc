"""The keys of scenario files: those of the fields of components, and what a file writes otherwise than Python."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache, reduce
from inspect import Parameter, signature
from operator import or_
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from astropy import units as u
from astropy.time import Time
from pydantic import AfterValidator, ConfigDict, Field, Strict, create_model

from lunarsim.craft import NavigationSystem, Sensor
from lunarsim.declarations import Choice, Number, Pair, Switch, everything
from lunarsim.errors import InputError, shown
from lunarsim.faults import Fault
from lunarsim.io.scenario_file import values
from lunarsim.io.scenario_file.dispersion_schema import DispersionTable
from lunarsim.io.scenario_file.state_file import state_in_file
from lunarsim.io.scenario_file.values import Key, Table, key
from lunarsim.mission import Provenance, Scenario
from lunarsim.moon import Force, Moon, Terrain
from lunarsim.moon.terrain.made_crater import CRATER
from lunarsim.orbits import State
from lunarsim.orbits.numbers import APPROACH, EARTH_ELEMENTS, ELEMENTS
from lunarsim.plan import Burn, Coast, Condition, GuidanceLaw, Guided, Phase, Steering, Termination


class Law(dict[str, Any]):
    """The table of a guidance law, read once it is known which laws there are."""


class SteeringTable(dict[str, Any]):
    """The table of a steering law, read once it is known which laws there are; a title alone is a table too."""

    @classmethod
    def of(cls, given: Any) -> SteeringTable:
        """Return the table of what a file gives.

        Raises
        ------
        InputError
            If it is neither a title nor a table.
        """
        if not isinstance(given, str | Mapping):
            raise InputError(
                f"{shown(given)} is no steering law: expected the title of one, such as 'against velocity', or a table "
                "of its type and its numbers"
            )
        return cls({"type": given} if isinstance(given, str) else given)


class RegisteredTable(Table):
    """The table of what has a title, in its key ``type``, by which its other keys are known when it is read."""

    model_config = ConfigDict(extra="allow")


class ForceTable(RegisteredTable):
    """The table of a force."""

    type: str = Field(description="The title of the force, of a class that a program registers by `lunarsim.force`.")


class SensorTable(RegisteredTable):
    """The table of a sensor."""

    type: str = Field("accelerometer", description='`"accelerometer"`, or the title of one that a program registers.')


class NavigationTable(RegisteredTable):
    """The table of a navigation."""

    type: str = Field(
        "truth with errors", description='`"truth with errors"`, `"dead reckoning"` or `"Kalman filter"`.'
    )


class FaultTable(RegisteredTable):
    """The table of a fault."""

    type: str = Field(description='The title of the fault: `"accelerometer off"`, or of one that a program registers.')


@cache
def table_of(component: type) -> type[Table]:
    """Return the table that describes a component: its class is a dataclass."""
    declared, hints = everything(component), get_type_hints(component)
    keys = {
        each.name: _key_of(hints[each.name], each.default is each.default_factory is MISSING, declared.get(each.name))
        for each in fields(component)
    }
    otherwise = {name: own and (own[0] or keys[name][0], own[1]) for name, own in _OTHERWISE.get(component, {}).items()}
    return _made(component, {**otherwise, **keys, **otherwise}, declared)


def table_of_call(
    call: Callable[..., Any],
    declared: Mapping[str, Number | Choice],
    *,
    without: Collection[str] = (),
    whole: bool = False,
) -> type[Table]:
    """Return the table that describes what a function takes, ``without`` some; a ``whole`` one needs all of them."""
    hints = get_type_hints(call)
    keys = {
        name: _key_of(hints[name], whole or each.default is Parameter.empty, declared.get(name))
        for name, each in signature(call).parameters.items()
        if name not in without
    }
    return _made(call, keys, declared)


def kinds(components: tuple[type, ...]) -> tuple[type[Table], ...]:
    """Return the tables of components of which the key ``type`` says which it is."""
    tables = []
    for component in components:
        title: Any = Literal[getattr(component, "title", component.__name__.lower())]
        tables.append(
            create_model(
                component.__name__, __base__=table_of(component), type=key(title, "Which kind it is.", needed=True)
            )
        )
    return tuple(tables)


def _made(component: Any, keys: Mapping[str, Key | None], declared: Mapping[str, Any]) -> type[Table]:
    chosen: dict[str, Any] = {name: each for name, each in keys.items() if each is not None}
    made = create_model(component.__name__, __base__=Table, **chosen)
    made.component, made.declared = staticmethod(component), declared  # a plain function is not to be bound
    return made


def _key_of(hint: Any, needed: bool, declaration: Any) -> Key:
    return key(_form_of_declared(declaration) or _form(hint), getattr(declaration, "text", ""), needed=needed)


def _form_of_declared(declaration: Any) -> Any:
    """Return how a file writes what a component declares; what it only holds has the form of its type."""
    match declaration:
        case Number(event=True):
            return values.quantity_or_event(declaration.unit)
        case Number(whole=True):
            return values.Whole
        case Number() | Pair():
            end = values.Number if declaration.unit == u.one else values.quantity(declaration.unit)
            return tuple[end, end] if isinstance(declaration, Pair) else end  # type: ignore[valid-type]
        case Switch():
            return values.OnOff
        case Choice():
            return Any  # the component says which words there are
    return None


def _form(hint: Any) -> Any:
    """Return how a file writes an object of a type."""
    if hint in _FORMS:
        return _FORMS[hint]
    if hint in KINDS:
        tables = kinds(KINDS[hint])
        return tables[0] if len(tables) == 1 else Annotated[reduce(or_, tables), Field(discriminator="type")]
    if is_dataclass(hint):
        return table_of(hint)  # type: ignore[arg-type]
    origin, parts = get_origin(hint), [_form(part) for part in get_args(hint) if part is not NoneType]
    if origin in {None, Literal}:
        return hint
    if origin is tuple:
        return tuple[tuple(parts)]  # type: ignore[misc]
    return dict[str, parts[-1]] if origin is Mapping else parts[0]  # type: ignore[valid-type]


#: How a file writes objects that are not made of declared numbers.
_FORMS: dict[Any, Any] = {
    Time: values.Instant,
    u.Quantity: values.AnyValue,
    u.Quantity | Time: values.AnyValue,
    Termination | Condition: values.Condition,
    Steering: Annotated[Any, values.teaching(SteeringTable.of)],
    Sensor: SensorTable,
    NavigationSystem: NavigationTable,
    Fault: FaultTable,
    Force: ForceTable,
    GuidanceLaw: Annotated[dict[str, Any], AfterValidator(Law)],
}

#: Of what the key ``type`` says which it is.
KINDS: dict[Any, tuple[type, ...]] = {Phase: (Burn, Coast, Guided)}

OrbitTable = table_of_call(State.from_elements, ELEMENTS, whole=True)
EarthOrbitTable = table_of_call(State.from_earth_elements, EARTH_ELEMENTS, without={"ephemeris"})
CraterTable = table_of_call(Terrain.crater, CRATER, whole=True)
ApproachTable = table_of_call(State.from_approach, APPROACH, without={"latitude", "longitude"})
StateTable = _made(
    state_in_file,
    {
        "file": key(
            str, "An OEM or OPM in key-value notation, an SPK, or a GMAT script (`.script`), of which its state alone.",
            needed=True,
        ),
        "epoch": key(values.Instant, "Of an SPK, or of an OEM; default there: the first of the file."),
        "body": key(Annotated[int, Strict()], "NAIF's number of the craft, of an SPK alone."),
    },
    {},
)  # fmt: skip

#: Keys of components that do not follow from their fields.
_OTHERWISE: dict[type, dict[str, Key | None]] = {
    Guided: {"law": key(_FORMS[GuidanceLaw], "`law`, and the parameters of the law.", needed=True, name="guidance")},
    Moon: {
        "gravity": None,
        "gravity_degree": key(
            Annotated[int, Strict()], "Where the field is cut: 0 to 50, or as far as `gravity_file` reaches. Else 50."
        ),
        "gravity_file": key(
            str,
            "A field of the Moon: GMAT `.cof`, PDS SHADR `.tab` or `.sha`, ICGEM `.gfc`. Default: GRGM900C as carried.",
        ),
        "surface_elevation": key(values.quantity(u.m), "The ground is a sphere at this height above 1737.4 km."),
        "terrain": key(
            str,
            "A map of heights to fly into: LOLA `.IMG` or `.LBL`, GeoTIFF `.tif`. Not with `surface_elevation`.",
        ),
        "crater": key(CraterTable, "Ground that is made of a few numbers. Not with the two above."),
        "earth": key(
            None, "The Earth as a near body, for flights that come within 100,000 km of it: an empty table will do."
        ),
        "ephemeris": key(
            Literal["builtin", "de421", "de440"],
            'Where the bodies stand; `"builtin"` unless given. The last two need the extras of these names.',
        ),
    },
    Provenance: {"value": key(Any, "The value itself, as the key asks.", needed=True)},
    Scenario: {
        "name": key(
            values.FolderName,
            'Short name, of the folder of results too: up to 60 characters, no line ends, none of / \\ : * ? " < > |.',
            needed=True,
        ),
        "base": key(str, "A scenario of the catalogue, or a file beside this one, on which this one stands."),
        "without": key(tuple[str, ...], "Keys of the base that are left out, such as `craft.gear`."),
        "state": key(StateTable, "Where the flight starts: in a file of another program."),
        "orbit": key(OrbitTable, "Where the flight starts: elements."),
        "earth_orbit": key(EarthOrbitTable, "Where the flight starts: elements of an orbit about the Earth."),
        "approach": key(ApproachTable, "Where the flight starts: seen from the landing site."),
        "landing_site": key(str, "The name of one of `sites`: where guided phases aim."),
        "published_profile": key(None, "A published descent, row by row: `[[profile]]`.", name="profile"),
        "provenance": None,
        "dispersions": key(tuple[DispersionTable, ...], "How values scatter in a campaign: `[[dispersions]]`."),
    },
}

ProvenanceTable = table_of(Provenance)
ScenarioTable = table_of(Scenario)
