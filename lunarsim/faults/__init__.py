"""Faults: edits of the craft, from the start of a flight or from a time on, of the plan as loaded, of commands."""

from lunarsim.arguments import check_calls
from lunarsim.faults.accelerometer import (
    AccelerometerBias,
    AccelerometerOff,
    AccelerometerScale,
    AccelerometerStuck,
    AccelerometerUpsideDown,
)
from lunarsim.faults.commands import CommandDelayed, CommandDoubled, CommandLost, CommandReordered
from lunarsim.faults.computer import ArraysFilledAtRandom
from lunarsim.faults.contradictions import check_contradictions, differing
from lunarsim.faults.engine import NoIgnition, SlowAttitude, SlowThrottle, ThrottleStuck, ThrustError
from lunarsim.faults.faults import (
    FAULTS,
    CraftChange,
    Fault,
    commands_with_faults,
    fault,
    plan_with_faults,
    with_faults,
)
from lunarsim.faults.loaded import LateCommand, ThrustMisaligned, WrongTarget, WrongTimer
from lunarsim.faults.navigation import WrongGate, WrongMap, WrongNoise
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
    "CommandDelayed",
    "CommandDoubled",
    "CommandLost",
    "CommandReordered",
    "CraftChange",
    "Fault",
    "LateCommand",
    "NoIgnition",
    "SlowAttitude",
    "SlowThrottle",
    "ThrottleStuck",
    "ThrustError",
    "ThrustMisaligned",
    "VelocimeterBias",
    "VelocimeterDropouts",
    "VelocimeterNoise",
    "VelocimeterOff",
    "VelocimeterRangeGate",
    "VelocimeterScale",
    "WrongGate",
    "WrongMap",
    "WrongNoise",
    "WrongTarget",
    "WrongTimer",
    "check_contradictions",
    "commands_with_faults",
    "differing",
    "fault",
    "plan_with_faults",
    "with_faults",
]

check_calls(__name__, __all__)
