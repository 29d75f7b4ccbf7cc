"""What a script of GMAT says beside the state, the force model and the propagations: left out, or not supported."""

from __future__ import annotations

from lunarsim.io.gmat.notes import Notes
from lunarsim.io.gmat.script import Resource, Script
from lunarsim.io.gmat.spacecraft_state import MU_NAMES, state_fields
from lunarsim.moon import Moon

#: Resources that show or report, or that act by commands alone, which are looked at themselves.
_QUIET = {
    *("OrbitView", "OpenGLPlot", "XYPlot", "GroundTrackPlot", "ReportFile", "EphemerisFile", "DynamicDataDisplay"),
    *("Variable", "Array", "String", "Parameter", "GroundStation", "Barycenter", "LibrationPoint"),
    *("DifferentialCorrector", "FminconOptimizer", "VF13ad", "Yukon", "ImpulsiveBurn", "FiniteBurn"),
    *("FuelTank", "ChemicalTank", "ElectricTank", "Thruster", "ChemicalThruster", "ElectricThruster"),
    *("EclipseLocator", "ContactLocator", "FileInterface", "CoordinateSystem"),
}
_INTEGRATORS = (
    *("RungeKutta89", "PrinceDormand78", "PrinceDormand45", "RungeKutta68", "RungeKutta56", "BulirschStoer"),
    *("AdamsBashforthMoulton", "PrinceDormand853"),
)
#: Fields of spacecraft that do not move them; of the last, all that begin so.
_UNMOVED = ("NAIFId", "NAIFIdReferenceFrame", "Id", "OrbitColor", "TargetColor", "Cd", "CdSigma", "CrSigma", "DragArea")
_UNMOVED_KINDS = ("Model", "Attitude", "EulerAngle", "AngularVelocity", "Q1", "Q2", "Q3", "Q4", "DCM", "MRP",
                  "OrbitErrorCovariance")  # fmt: skip
_TAKEN = {"DryMass", "Cr", "SRPArea"}


def look_at_fields(craft: Resource, moon: Moon | None, notes: Notes) -> None:
    """Note the fields of the spacecraft that were not taken."""
    known = state_fields(craft)
    for name, setting in craft.fields.items():
        said = f"{craft.name}.{name} = {setting.text}"
        if name in known or (name in _TAKEN and moon is not None and moon.radiation):
            continue
        if name in _TAKEN or name in _UNMOVED or name.startswith(_UNMOVED_KINDS):
            notes.leave_out(setting.line, said)
        else:
            notes.refuse(setting.line, f"{said}: lunarsim has nothing of the kind")


def look_at_resources(
    script: Script, craft: Resource, model: Resource | None, propagator: Resource | None, notes: Notes
) -> None:
    """Note the resources that were not taken, the propagator's integrator, and settings of what is not created."""
    for each in script.resources.values():
        if each is craft or each is model:
            continue
        if each is propagator:
            kind = each.fields.get("Type")
            if kind is not None and kind.word not in _INTEGRATORS:
                notes.refuse(kind.line, f"{each.name}.Type = {kind.text}: lunarsim integrates, by its own methods")
                continue
        if each.type in _QUIET or each.type in {"Propagator", "PropSetup", "ForceModel", "Spacecraft"}:
            notes.leave_out(each.line, f"{each.type} {each.name}")
        else:
            notes.refuse(each.line, f"{each.type} {each.name}: lunarsim has nothing of the kind")
    for target, setting in script.others.items():
        said = f"{target} = {setting.text}"
        if target in MU_NAMES:
            continue
        if (target.startswith("SolarSystem.") and "UpdateInterval" in target) or target.startswith(
            "SolarSystem.Ephemeris"
        ):
            notes.leave_out(setting.line, f"{said}: bodies stand where lunarsim's ephemeris has them")
        else:
            notes.refuse(setting.line, f"{said}: lunarsim has nothing of the kind")
