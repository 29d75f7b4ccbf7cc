"""A mission of GMAT about the Moon, as lunarsim flies it."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass, replace

from astropy import units as u

from lunarsim import data
from lunarsim.craft import Engine, Spacecraft
from lunarsim.equality import by_value
from lunarsim.errors import DataError, InputError, ModelWarning, clipped, listed, nearest, shown, warn
from lunarsim.io.gmat.force_model import flux_ratio, moon_of
from lunarsim.io.gmat.notes import Notes, in_words
from lunarsim.io.gmat.remainder import look_at_fields, look_at_resources
from lunarsim.io.gmat.script import Resource, Script, read_script
from lunarsim.io.gmat.spacecraft_state import ALL_ELEMENTS, state_fields, state_of
from lunarsim.mission import Scenario
from lunarsim.moon import Moon
from lunarsim.orbits import State
from lunarsim.plan import Coast

_SPOKEN = re.compile(r"(Report|Write|Toggle|PenUp|PenDown|MarkPoint|ClearPlot|BeginScript|EndScript)\b.*")
_PROPAGATE = re.compile(
    r"Propagate\s+(?:'[^']*'\s*)?(?P<propagator>[A-Za-z]\w*)\s*\(\s*(?P<craft>[A-Za-z]\w*)\s*"
    r"(?:,\s*\{(?P<within>[^{}]*)\}\s*)?\)\s*(?:\{(?P<behind>[^{}]*)\})?"
)
_ELAPSED = re.compile(r"(?P<craft>[A-Za-z]\w*)\.Elapsed(?P<unit>Secs|Days)\s*=\s*(?P<value>[^,]+)")
_PROPAGATES = re.compile(r"Propagate\b")
_MOVES = re.compile(r"(Maneuver|BeginFiniteBurn)\b")
_ASSIGNED = re.compile(r"(?:GMAT\s+)?(?:'[^']*'\s*)?(?P<target>[A-Za-z][\w.]*)\s*=(?!=).*")
_UNITS_S = {"Secs": 1.0, "Days": 86400.0}
_UNUSED_ENGINE = Engine(thrust=1 * u.N, specific_impulse=300 * u.s)  # a plan of coasts lights none
_LONGEST_NAME = 60  # characters


@by_value
@dataclass(frozen=True, kw_only=True, eq=False)
class GmatMission:
    """What a script of GMAT says of one spacecraft about the Moon.

    Attributes
    ----------
    name : str
        Of the script's file.
    spacecraft : str
        Name of the spacecraft in the script.
    state : State
        Where it starts, in axes of the ICRF; GMAT's MJ2000Eq is taken for the same.
    moon : Moon or None
        Of the force model that its propagator uses; None where that cannot be made.
    craft : Spacecraft or None
        What sunlight presses on; None where the force model has none.
    plan : tuple of Coast
        Its propagations, in order, as far as they are for a time.
    unsupported : tuple of str
        What the script says that would change the flight and cannot be flown here, each with its line.
    left_out : tuple of str
        What it says that does not change the flight, such as plots, or is done here in another way, as integrators.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from pathlib import Path
    >>> script = Path("orbiter.script")
    >>> _ = script.write_text(
    ...     "Create Spacecraft Sat; Sat.DateFormat = UTCGregorian; Sat.Epoch = '01 Jun 2024 12:00:00';"
    ...     "Sat.CoordinateSystem = Eq; Sat.DisplayStateType = Keplerian; Sat.SMA = 1838; Sat.ECC = 0; Sat.INC = 88;"
    ...     "Sat.RAAN = 40; Sat.AOP = 0; Sat.TA = 0;"
    ...     "Create CoordinateSystem Eq; Eq.Origin = Luna; Eq.Axes = MJ2000Eq;"
    ...     "Create ForceModel FM; FM.CentralBody = Luna; FM.PointMasses = {Luna};"
    ... )
    >>> mission = ls.import_gmat(script)
    >>> isinstance(mission, ls.GmatMission), mission.spacecraft, mission.unsupported
    (True, 'Sat', ())
    """

    name: str
    spacecraft: str
    state: State
    moon: Moon | None
    craft: Spacecraft | None
    plan: tuple[Coast, ...]
    unsupported: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def scenario(self) -> Scenario:
        """The mission as a scenario.

        Raises
        ------
        InputError
            If the script says anything that is not supported, or propagates for no time; the text names each.
        """
        if self.unsupported or self.moon is None:
            what = "\n".join(self.unsupported) or "no force model about Luna"
            raise InputError(
                f"{self.name}: the script cannot be flown as it is; take its state and its moon and plan the rest "
                f"yourself. What is not supported:\n{what}"
            )
        if not self.plan:
            raise InputError(f"{self.name}: the script propagates for no time: expected Propagate ... ElapsedDays = 1")
        return Scenario(name=self.name, state=self.state, moon=self.moon, craft=self.craft, plan=self.plan)


def import_gmat(path: str | os.PathLike[str], *, spacecraft: str | None = None) -> GmatMission:
    """Return what a script of NASA's GMAT says of a mission about the Moon; nothing in it is executed.

    Supported are: a Spacecraft with a state in a coordinate system about Luna (MJ2000Eq, ICRF, BodyInertial or
    BodyFixed; Cartesian, Keplerian, ModifiedKeplerian, SphericalAZFPA or SphericalRADEC; all of GMAT's epochs), its
    ForceModel (gravity of Luna of a file or as a point mass, point masses of Earth, Sun and Jupiter, spherical
    pressure of sunlight), and Propagate commands for a time. The gravity file is looked for beside the script and
    among lunarsim's data, by its name without its folder.

    Parameters
    ----------
    path : path
        The script.
    spacecraft : str, optional
        Its name; only needed where the script creates several.

    Returns
    -------
    GmatMission
        With ``state``, ``moon``, ``plan``, ``scenario``, and what is ``unsupported`` and ``left_out``.

    Raises
    ------
    DataError
        If the file is no script that can be read, or the spacecraft's state is not about the Moon or is not given in
        full; the text names the line.
    InputError
        If there is no such spacecraft, or the script creates several and none is named.

    Warns
    -----
    ModelWarning
        If the script says anything that is not supported: it names each, with its line. The state can be used; the
        ``scenario`` refuses.

    Notes
    -----
    Elements are turned into a state with GMAT's own gravitational parameter of Luna, 4902.8005821478 km3/s2, unless the
    script sets ``Luna.Mu``. GMAT's pressure of sunlight, 1367 W/m2 by default, is kept: the area is scaled by it.

    Examples
    --------
    >>> from pathlib import Path
    >>> import lunarsim as ls
    >>> script = Path("orbiter.script")
    >>> _ = script.write_text(
    ...     "Create Spacecraft Orbiter; Orbiter.DateFormat = UTCGregorian; Orbiter.Epoch = '01 Jun 2024 12:00:00';"
    ...     "Orbiter.CoordinateSystem = MoonEq; Orbiter.DisplayStateType = Keplerian; Orbiter.SMA = 1838;"
    ...     "Orbiter.ECC = 0; Orbiter.INC = 88; Orbiter.RAAN = 40; Orbiter.AOP = 0; Orbiter.TA = 0;"
    ...     "Create CoordinateSystem MoonEq; MoonEq.Origin = Luna; MoonEq.Axes = MJ2000Eq;"
    ...     "Create ForceModel FM; FM.CentralBody = Luna; FM.PointMasses = {Luna};"
    ... )
    >>> mission = ls.import_gmat(script)
    >>> mission.state
    <100.6 x 100.6 km lunar orbit at 2024-06-01T12:00:00.000 UTC>
    """
    file = data.user_path(path)
    script, notes = read_script(file), Notes()
    craft = _spacecraft(script, spacecraft)
    state = state_of(script, craft)
    plan, propagator = _plan(script, craft, notes)
    model = _force_model(script, propagator, notes)
    moon = None if model is None else moon_of(script, model, notes)
    body = _pressed(craft, model, notes) if moon is not None and moon.radiation and model is not None else None
    if moon is not None and moon.radiation and body is None:
        moon = replace(moon, radiation=False)
    look_at_fields(craft, moon, notes)
    look_at_resources(script, craft, model, propagator, notes)
    if notes.unsupported:
        said = in_words(file, notes.unsupported)
        warn(f"what this script says is not all supported; its state and its moon are as read:\n{said}", ModelWarning)
    return GmatMission(
        name=_name(file.stem),
        spacecraft=craft.name,
        state=state,
        moon=moon,
        craft=body,
        plan=plan,
        unsupported=tuple(notes.unsupported),
        left_out=tuple(notes.left_out),
    )


def state_of_script(path: str | os.PathLike[str]) -> State:
    """Return the state of the one spacecraft of a script; its force model and its mission sequence are left aside.

    Raises
    ------
    DataError
        As :func:`import_gmat`, and if a command changes the state before the first propagation.
    InputError
        If it creates several.

    Warns
    -----
    ModelWarning
        If the script has a force model, commands that fly, or anything that is not supported: it names each, with its
        line.
    """
    file = data.user_path(path)
    script, notes = read_script(file), Notes()
    craft = _spacecraft(script, None)
    state = state_of(script, craft)
    _check_start(script, craft)
    for model in script.of_type("ForceModel"):
        notes.refuse(model.line, f"ForceModel {model.name}: the Moon of the scenario is flown instead")
    for command in script.commands:
        if not _SPOKEN.fullmatch(command.text):
            notes.refuse(command, f"command {command.text}: the plan of the scenario is flown instead")
    look_at_fields(craft, None, notes)
    look_at_resources(script, craft, None, None, notes)
    if notes.unsupported:
        said = in_words(file, notes.unsupported)
        warn(f"of this script the state alone is taken; what is left aside:\n{said}", ModelWarning)
    return state


def _check_start(script: Script, craft: Resource) -> None:
    """Raise a DataError if a command changes the state of a spacecraft before anything is propagated."""
    fields = state_fields(craft) | ALL_ELEMENTS
    for command in script.commands:
        if _PROPAGATES.match(command.text):
            return
        assigned = _ASSIGNED.fullmatch(command.text)
        whole = assigned is not None and assigned["target"] == craft.name
        part = assigned is not None and _field_of(assigned["target"], craft) in fields
        varied = command.text.startswith("Vary") and f"({craft.name}." in command.text.replace(" ", "")
        if whole or part or varied or _MOVES.match(command.text):
            raise command.wrong(
                f"{clipped(command.text)!r} changes the state of {craft.name} where the mission begins, and no command "
                "is executed: set the state before BeginMissionSequence"
            )


def _field_of(target: str, craft: Resource) -> str:
    """Return the field of a spacecraft that a target is, the coordinate system between them left out; else nothing."""
    name, *parts = target.split(".")
    if name != craft.name or not parts:
        return ""
    return parts[0] if parts[0] == "Epoch" else parts[-1]


def _name(stem: str) -> str:
    kept = re.sub(r"[^\w.-]+", "-", stem).strip(" .-")
    return kept[:_LONGEST_NAME] or "gmat"


def _spacecraft(script: Script, name: str | None) -> Resource:
    craft = {each.name: each for each in script.of_type("Spacecraft")}
    if not craft:
        raise DataError(f"{script.path}: the script creates no Spacecraft: expected one about the Moon")
    if name is None:
        if len(craft) > 1:
            raise InputError(
                f"{script.path}: the script creates several spacecraft; {listed(list(craft))}: name one, "
                f"import_gmat(..., spacecraft={next(iter(craft))!r})"
            )
        return next(iter(craft.values()))
    if name not in craft:
        raise InputError(f"spacecraft = {shown(name)} is not in {script.path}: {nearest(name, craft)}")
    return craft[name]


def _plan(script: Script, craft: Resource, notes: Notes) -> tuple[tuple[Coast, ...], Resource | None]:
    """Return the coasts of a mission sequence, and the propagator of the first."""
    coasts: list[Coast] = []
    used: Resource | None = None
    for command in script.commands:
        if _SPOKEN.fullmatch(command.text):
            notes.leave_out(command, command.text)
            continue
        found = _PROPAGATE.fullmatch(command.text)
        propagator = None if found is None else script.resources.get(found["propagator"])
        coast = None if found is None else _coast(found, craft, len(coasts))
        if propagator is not None and propagator.type in {"Propagator", "PropSetup"} and used is None:
            used = propagator
        if coast is None or propagator is None or propagator is not used:
            notes.refuse(command, f"command {command.text}")
        else:
            coasts.append(coast)
    return tuple(coasts), used


def _coast(found: re.Match[str], craft: Resource, number: int) -> Coast | None:
    """Return the coast of a Propagate command; None where it does not end after a time alone, later than it begins."""
    stops = [part for part in (found["within"], found["behind"]) if part]
    stop = _ELAPSED.fullmatch(stops[0].strip()) if len(stops) == 1 else None
    if stop is None or found["craft"] != craft.name or stop["craft"] != craft.name:
        return None
    with suppress(ValueError):  # an expression, or a duration that is none
        duration_s = float(stop["value"]) * _UNITS_S[stop["unit"]]
        return Coast(duration=duration_s * u.s, name=f"propagate {number + 1}")
    return None


def _force_model(script: Script, propagator: Resource | None, notes: Notes) -> Resource | None:
    """Return the force model of the propagator that flies, or else the only one about Luna."""
    models = script.of_type("ForceModel")
    if propagator is not None:
        named = propagator.fields.get("FM")
        model = None if named is None else script.resources.get(named.word)
        if model is None or model.type != "ForceModel":
            notes.refuse(propagator.line, f"{propagator.name}.FM names no ForceModel that the script creates")
            return None
        return model
    about = [each for each in models if (centre := each.fields.get("CentralBody")) and centre.word == "Luna"]
    if len(about) != 1:
        line = models[0].line if models else script.of_type("Spacecraft")[0].line
        notes.refuse(
            line, f"{len(about)} ForceModels have CentralBody = Luna, and no Propagate command says which flies"
        )
        return None
    return about[0]


def _pressed(craft: Resource, model: Resource, notes: Notes) -> Spacecraft | None:
    """Return the craft that sunlight presses on."""
    settings = [craft.fields.get(name) for name in ("DryMass", "Cr", "SRPArea")]
    if None in settings:
        notes.refuse(craft.line, f"{craft.name} does not set DryMass, Cr and SRPArea, and {model.name}.SRP is on")
        return None
    mass_kg, coefficient, area_m2 = (setting.number() for setting in settings if setting is not None)
    try:
        return Spacecraft(
            dry_mass=mass_kg * u.kg,
            propellant_mass=0 * u.kg,
            engine=_UNUSED_ENGINE,
            radiation_area=area_m2 * flux_ratio(model) * u.m**2,
            radiation_coefficient=coefficient,
        )
    except InputError as error:
        notes.refuse(craft.line, f"{craft.name}: {error}")
        return None
