"""The Moon of a ForceModel of GMAT: gravity field, third bodies, pressure of sunlight."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PureWindowsPath

from astropy import units as u

from lunarsim import constants, data
from lunarsim.errors import DataError, InputError
from lunarsim.io.gmat.notes import Notes
from lunarsim.io.gmat.script import Resource, Script, Setting
from lunarsim.io.gmat.spacecraft_state import mu_km3_s2
from lunarsim.moon import GravityField, Moon

_BODIES = {"Earth": "earth", "Sun": "sun", "Jupiter": "jupiter"}
_FLUX_W_M2, _NOMINAL_SUN_KM = 1367.0, 149597870.691  # GMAT's defaults: User Guide, "ForceModel"
#: Fields by which GMAT integrates, or of what it computes beside the motion.
_NO_EFFECT = {"ErrorControl", "UserDefined", "GravityField.Luna.StmLimit", "GravityField.Luna.TideFile"}
#: Forces that lunarsim does not have, and how a script says that they are off.
_ABSENT = ("Drag", "Drag.AtmosphereModel", "RelativisticCorrection", "GravityField.Luna.TideModel")
_OFF = {"none", "off", "false"}
_OLD_GRAVITY = "Gravity."  # of scripts before 2007, now GravityField


def moon_of(script: Script, model: Resource, notes: Notes) -> Moon | None:
    """Return the Moon of a force model; None where the import cannot make it, which the notes say."""
    fields = {_today(name): setting for name, setting in model.fields.items()}
    refused = len(notes.unsupported)
    gravity = _gravity(script, model, fields, notes)
    bodies = _third_bodies(model, fields, notes)
    radiation = _switch(fields.pop("SRP", None))
    for name in ("SRP.Flux", "SRP.Nominal_Sun") if radiation else ():
        fields.pop(name, None)
    spherical = fields.pop("SRP.SRPModel", None) if radiation else None
    if spherical is not None and spherical.word != "Spherical":
        notes.refuse(spherical.line, f"{model.name}.SRP.SRPModel = {spherical.text}: lunarsim has the spherical one")
    _look_at_rest(model, fields, radiation, notes)
    if gravity is None or len(notes.unsupported) > refused:
        return None
    return Moon(gravity=gravity, third_bodies=bodies, radiation=radiation)


def flux_ratio(model: Resource) -> float:
    """Return the pressure of sunlight of a force model over that of lunarsim, at the same distance."""

    def number(name: str, default: float) -> float:
        setting = model.fields.get(name)
        return default if setting is None else setting.number()

    flux, sun_km = number("SRP.Flux", _FLUX_W_M2), number("SRP.Nominal_Sun", _NOMINAL_SUN_KM)
    return flux / constants.SOLAR_IRRADIANCE_W_M2 * (sun_km * 1e3 / constants.ASTRONOMICAL_UNIT_M) ** 2


def _today(name: str) -> str:
    return f"GravityField.{name.removeprefix(_OLD_GRAVITY)}" if name.startswith(_OLD_GRAVITY) else name


def _switch(setting: Setting | None) -> bool:
    return setting is not None and setting.is_on()


def _gravity(script: Script, model: Resource, fields: dict[str, Setting], notes: Notes) -> GravityField | None:
    """Return the gravity of the Moon: a field of a file, or a point."""
    centre, primary = fields.pop("CentralBody", None), fields.pop("PrimaryBodies", None)
    if centre is None or centre.word != "Luna":
        line, given = (model.line, "not set") if centre is None else (centre.line, f"= {centre.text}")
        notes.refuse(line, f"{model.name}.CentralBody {given}: expected Luna")
        return None
    points = fields.get("PointMasses")
    if primary is None or not primary.words:
        if points is None or "Luna" not in points.words:
            notes.refuse(centre.line, f"{model.name} has Luna neither among PrimaryBodies nor among PointMasses")
            return None
        return replace(GravityField.point_mass(), name="GMAT's Luna.Mu", gm=mu_km3_s2(script) * u.km**3 / u.s**2)
    if primary.words != ("Luna",):
        notes.refuse(primary.line, f"{model.name}.PrimaryBodies = {primary.text}: expected {{Luna}}")
        return None
    return _field(script, model, fields, notes)


def _field(script: Script, model: Resource, fields: dict[str, Setting], notes: Notes) -> GravityField | None:
    degree, order, file = (
        fields.pop(f"GravityField.Luna.{name}", None) for name in ("Degree", "Order", "PotentialFile")
    )
    if degree is None or order is None or file is None:
        notes.refuse(
            model.line, f"{model.name} does not set Degree, Order and PotentialFile of GravityField.Luna: expected all"
        )
        return None
    name = PureWindowsPath(file.word).name  # which reads both kinds of slashes; where GMAT keeps it does not count
    try:
        found = data.find_beside(script.path.parent, name)
        n, m = (int(value) if (value := each.number()).is_integer() else value for each in (degree, order))
        return GravityField.from_file(found, degree=n, order=m)  # type: ignore[arg-type]  # who says what is wrong
    except (DataError, InputError) as error:
        notes.refuse(file.line, f"{model.name}.GravityField.Luna, {file.text}: {error}")
        return None


def _third_bodies(model: Resource, fields: dict[str, Setting], notes: Notes) -> tuple[str, ...]:
    points = fields.pop("PointMasses", None)
    if points is None:
        return ()
    bodies = [name for name in points.words if name != "Luna"]
    for name in bodies:
        if name not in _BODIES:
            notes.refuse(points.line, f"{model.name}.PointMasses has {name}: lunarsim has Earth, Sun and Jupiter")
    return tuple(_BODIES[name] for name in bodies if name in _BODIES)


def _look_at_rest(model: Resource, fields: dict[str, Setting], radiation: bool, notes: Notes) -> None:
    """Note the fields that were not taken."""
    for name in _ABSENT:
        setting = fields.pop(name, None)
        if setting is not None and setting.word.lower() not in _OFF:
            notes.refuse(setting.line, f"{model.name}.{name} = {setting.text}: lunarsim has no such force")
    for name, setting in fields.items():
        said = f"{model.name}.{name} = {setting.text}"
        if name in _NO_EFFECT or name.startswith("Drag.") or (name.startswith("SRP.") and not radiation):
            notes.leave_out(setting.line, said)
        else:
            notes.refuse(setting.line, f"{said}: lunarsim has nothing of the kind")
