"""Guidance: what the flight computer believes, the laws that command thrust from it, and the limits of both.

A law is a kernel that takes a :class:`~lunarsim.kernels.guidance.situation.Situation`, its parameters and its
memory, and returns the acceleration by thrust that it wants. What the engine and the attitude control make of
that stands in :mod:`~lunarsim.kernels.guidance.limits`, once for all laws.
"""
