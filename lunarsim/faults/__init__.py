"""Faults: edits of the craft, from the start of a flight or from a time on, of the plan as loaded, of commands."""

from lunarsim.arguments import check_calls
from lunarsim.faults.accelerometer import (
    AccelerometerBias,
    AccelerometerOff,
    AccelerometerScale,
    AccelerometerStuck,
    AccelerometerUpsideDown,
)
from lunarsim.faults.attitude import AttitudeControlLost, WeakAttitudeControl, WrongAttitude
from lunarsim.faults.commands import CommandDelayed, CommandDoubled, CommandLost, CommandReordered
from lunarsim.faults.computer import ArraysFilledAtRandom
from lunarsim.faults.contradictions import check_contradictions, differing
from lunarsim.faults.engine import (
    EngineMisaligned,
    EngineOut,
    NoIgnition,
    NoShutdown,
    SlowAttitude,
    SlowThrottle,
    SpecificImpulseError,
    ThrottleStuck,
    ThrustError,
    ValveStuck,
)
from lunarsim.faults.faults import (
    FAULTS,
    CraftChange,
    Fault,
    commands_with_faults,
    fault,
    may_begin_in_flight,
    plan_with_faults,
    with_faults,
)
from lunarsim.faults.loaded import LateCommand, ThrustMisaligned, WrongTarget, WrongTimer
from lunarsim.faults.navigation import WrongGate, WrongMap, WrongNoise
from lunarsim.faults.onset import AtEvent, AtHeight
from lunarsim.faults.ranging import (
    AltimeterBias,
    AltimeterDropouts,
    AltimeterFalseLock,
    AltimeterNoise,
    AltimeterOff,
    AltimeterRangeGate,
    AltimeterScale,
    VelocimeterBias,
    VelocimeterDropouts,
    VelocimeterNoise,
    VelocimeterOff,
    VelocimeterRangeGate,
    VelocimeterScale,
)

__all__ = [
    "FAULTS",
    "AccelerometerBias",
    "AccelerometerOff",
    "AccelerometerScale",
    "AccelerometerStuck",
    "AccelerometerUpsideDown",
    "AltimeterBias",
    "AltimeterDropouts",
    "AltimeterFalseLock",
    "AltimeterNoise",
    "AltimeterOff",
    "AltimeterRangeGate",
    "AltimeterScale",
    "ArraysFilledAtRandom",
    "AtEvent",
    "AtHeight",
    "AttitudeControlLost",
    "CommandDelayed",
    "CommandDoubled",
    "CommandLost",
    "CommandReordered",
    "CraftChange",
    "EngineMisaligned",
    "EngineOut",
    "Fault",
    "LateCommand",
    "NoIgnition",
    "NoShutdown",
    "SlowAttitude",
    "SlowThrottle",
    "SpecificImpulseError",
    "ThrottleStuck",
    "ThrustError",
    "ThrustMisaligned",
    "ValveStuck",
    "VelocimeterBias",
    "VelocimeterDropouts",
    "VelocimeterNoise",
    "VelocimeterOff",
    "VelocimeterRangeGate",
    "VelocimeterScale",
    "WeakAttitudeControl",
    "WrongAttitude",
    "WrongGate",
    "WrongMap",
    "WrongNoise",
    "WrongTarget",
    "WrongTimer",
    "check_contradictions",
    "commands_with_faults",
    "differing",
    "fault",
    "may_begin_in_flight",
    "plan_with_faults",
    "with_faults",
]

check_calls(__name__, __all__)
