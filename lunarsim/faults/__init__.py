"""Faults: edits of the craft, from the start of a flight or from a time on, and of the plan as it was loaded."""

from lunarsim.arguments import check_calls
from lunarsim.faults.accelerometer import (
    AccelerometerBias,
    AccelerometerOff,
    AccelerometerScale,
    AccelerometerStuck,
    AccelerometerUpsideDown,
)
from lunarsim.faults.attitude import AttitudeControlLost, WeakAttitudeControl, WrongAttitude
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
from lunarsim.faults.faults import FAULTS, CraftChange, Fault, fault, may_begin_in_flight, plan_with_faults, with_faults
from lunarsim.faults.loaded import LateCommand, ThrustMisaligned, WrongTarget, WrongTimer
from lunarsim.faults.onset import AtEvent, AtHeight

__all__ = [
    "FAULTS",
    "AccelerometerBias",
    "AccelerometerOff",
    "AccelerometerScale",
    "AccelerometerStuck",
    "AccelerometerUpsideDown",
    "ArraysFilledAtRandom",
    "AtEvent",
    "AtHeight",
    "AttitudeControlLost",
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
    "WeakAttitudeControl",
    "WrongAttitude",
    "WrongTarget",
    "WrongTimer",
    "check_contradictions",
    "differing",
    "fault",
    "may_begin_in_flight",
    "plan_with_faults",
    "with_faults",
]

check_calls(__name__, __all__)
