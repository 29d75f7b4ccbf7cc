"""An extended Kalman filter by numpy's matrices, written from the textbook: what the package's is held against.

It flies along a flight that was recorded, feels what its sensors say of it, and keeps an estimate of its own. The
sensors are the package's, with the same noise; all else is written anew: closed forms of the rocket equation,
Runge and Kutta's method, the exponential of a matrix, Joseph's form by whole matrices.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import expm

from lunarsim.constants import STANDARD_GRAVITY_MPS2
from lunarsim.flight.driver.lowering import lower
from lunarsim.kernels.guidance.look import COMPUTER, moon_fixed
from lunarsim.kernels.navigation.estimate import begin_estimate
from lunarsim.kernels.sensors.altimeter import measured_range
from lunarsim.kernels.sensors.body import Pose, body_axes
from lunarsim.kernels.sensors.inertial import INCREMENTS, end_sample, sensed_increment
from lunarsim.kernels.sensors.noise import Draw
from lunarsim.kernels.sensors.velocimeter import measured_velocity

ALTITUDE_BIAS = 6


class NumpyFilter:
    """The filter of a flight of which each segment is one leg with one thrust."""

    def __init__(self, flight, begun):
        self.flight, self.low = flight, lower(flight.scenario)
        self.craft, self.environment = self.low.run.craft, self.low.environment
        self.gm = float(self.environment.field.exact.gm)
        self.r, self.v = begun.position_m.copy(), begun.velocity_mps.copy()
        self.p, self.bias = begun.covariance.copy(), 0.0
        self.grown_s = 0.0
        self.next = {"altimeter": 1, "velocimeter": 1}
        self.pending = np.zeros(1, INCREMENTS)[0]
        y = self.low.initial
        self.left = np.cross(y[:3], y[3:6])
        self.seed = int(self.craft.navigation.seed)

    def follow(self, phase, attitude):
        """Follow one leg of the flight, in which the thrust axis has a direction."""
        start_s, end_s = phase.segment.start_s, phase.segment.end_s
        rate = self.craft.accelerometer.rate_per_s
        first = int(self.pending["samples"]) + 1
        samples = [k / rate for k in range(first, int(end_s * rate + 2)) if k / rate <= end_s + 1e-9]
        grid, due = {each for each in samples if each < end_s - 1e-9} | {end_s}, []
        for name in ("altimeter", "velocimeter"):
            while (at_s := self.next[name] / self.craft[name].rate_per_s) <= end_s + 1e-9:
                due.append((min(at_s, end_s), name, self.next[name]))
                self.next[name] += 1
        for at_s, _, _ in due:
            if min(abs(at_s - each) for each in grid) > 1e-9:
                grid.add(at_s)
        t_s = start_s
        for until_s in sorted(grid):
            self._step(t_s, until_s, phase, attitude)
            t_s = until_s
            if min((abs(each - t_s) for each in samples), default=1.0) <= 1e-9:
                end_sample(self.pending)
            for at_s, name, k in sorted(due):
                if abs(at_s - t_s) <= 1e-9:
                    self._grow(t_s)
                    getattr(self, f"_{name}")(t_s, k, attitude)
        self._grow(end_s)

    def _truth(self, t_s):
        y, _ = self.flight.trajectory.at(np.array([t_s]))
        return y[0]

    def _axes(self, attitude):
        return np.array(body_axes(tuple(attitude), tuple(self.left)))

    def _step(self, t_s, until_s, phase, attitude):
        h, dv, dr = until_s - t_s, 0.0, 0.0
        if phase.thrust_n > 0.0:
            c = self.craft.engine.specific_impulse_s * STANDARD_GRAVITY_MPS2
            flow, before = phase.thrust_n / c, self._truth(t_s)[6]
            after = before - flow * h
            dv = c * np.log(before / after)
            dr = c * (h - after / flow * np.log(before / after))
        draw = Draw(self.seed, int(self.pending["samples"]))
        reported = np.array(sensed_increment((0.0, 0.0, dv), h, self.craft.accelerometer, self.pending, draw))
        off = reported - np.array([0.0, 0.0, dv])
        axes = self._axes(attitude)
        dv, dr = reported @ axes, (np.array([0.0, 0.0, dr]) + 0.5 * h * off) @ axes
        slope = 6.0 * (h * dv - 2.0 * dr) / h**3  # of the acceleration that gives both
        first = dv / h - 0.5 * slope * h
        y = np.concatenate((self.r, self.v))
        for k in range(2):
            y = self._runge_kutta(y, 0.5 * h * k, 0.5 * h, first, slope)
        self.r, self.v = y[:3], y[3:]

    def _runge_kutta(self, y, s, h, first, slope):
        def rates(s, y):
            return np.concatenate((y[3:], -self.gm / np.linalg.norm(y[:3]) ** 3 * y[:3] + first + slope * s))

        k1 = rates(s, y)
        k2 = rates(s + h / 2, y + h / 2 * k1)
        k3 = rates(s + h / 2, y + h / 2 * k2)
        k4 = rates(s + h, y + h * k3)
        return y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)

    def _grow(self, t_s):
        h = t_s - self.grown_s
        if h <= 0.0:
            return
        navigation, unit = self.craft.navigation, self.craft.accelerometer
        n, rates = np.linalg.norm(self.r), np.zeros((7, 7))
        rates[:3, 3:6] = np.eye(3)
        rates[3:6, :3] = self.gm / n**3 * (3.0 * np.outer(self.r, self.r) / n**2 - np.eye(3))
        f, q = expm(h * rates), np.zeros((7, 7))
        density = navigation.acceleration_noise_mps_per_root_s**2 + unit.velocity_random_walk_mps_per_root_s**2
        q[:3, :3], q[3:6, 3:6] = density * h**3 / 3 * np.eye(3), density * h * np.eye(3)
        q[:3, 3:6] = q[3:6, :3] = density * h**2 / 2 * np.eye(3)
        self.p, self.grown_s = f @ self.p @ f.T + q, t_s

    def _pose(self, t_s, r, v, axes):
        rot, omega = moon_fixed(t_s, self.environment)
        over_ground = rot @ v - np.cross(omega, rot @ r)
        return Pose(t_s, tuple(rot @ r), tuple(over_ground), tuple(map(tuple, axes @ rot.T)))

    def _sensed(self, measure, name, t_s, k, axes):
        y = self._truth(t_s)
        pose = self._pose(t_s, y[:3], y[3:6], axes)
        return measure(pose, self.craft[name], self.low.ground.lowered, Draw(self.seed, k))

    def _altimeter(self, t_s, k, attitude):
        axes, unit = self._axes(attitude), self.craft.altimeter
        measured, valid = self._sensed(measured_range, "altimeter", t_s, k, axes)
        if not valid:
            return
        s, c = np.sin(unit.off_nadir_rad), np.cos(unit.off_nadir_rad)
        beam = np.array([s * np.cos(unit.azimuth_rad), s * np.sin(unit.azimuth_rad), -c]) @ axes
        radius = np.linalg.norm(self.low.run.site_m)
        roots = np.roots([1.0, 2.0 * self.r @ beam, self.r @ self.r - radius**2])
        expected = np.min(roots.real)
        up = self.r + expected * beam
        up /= np.linalg.norm(up)
        row = np.concatenate((up / -(up @ beam), np.zeros(3), [1.0]))
        sigma = unit.noise_m + unit.noise_share * expected
        self._update(measured - expected - self.bias, row, sigma**2)

    def _velocimeter(self, t_s, k, attitude):
        axes, unit = self._axes(attitude), self.craft.velocimeter
        measured, valid = self._sensed(measured_velocity, "velocimeter", t_s, k, axes)
        if not valid:
            return
        rot, omega = moon_fixed(t_s, self.environment)
        omega = rot.T @ omega
        beams = np.array(
            [
                [np.sin(unit.cone_angle_rad) * f(2.0 * np.pi * i / unit.beams) for f in (np.cos, np.sin)]
                + [-np.cos(unit.cone_angle_rad)]
                for i in range(int(unit.beams))
            ]
        )
        variances = np.diag(unit.noise_mps**2 * np.linalg.inv(beams.T @ beams))
        for i in range(3):
            row = np.concatenate((np.cross(omega, axes[i]), axes[i], [0.0]))
            self._update(measured[i] - axes[i] @ (self.v - np.cross(omega, self.r)), row, variances[i])

    def _update(self, innovation, row, variance):
        gain = self.p @ row / (row @ self.p @ row + variance)
        kept = np.eye(7) - np.outer(gain, row)
        self.p = kept @ self.p @ kept.T + variance * np.outer(gain, gain)
        dx = gain * innovation
        n = np.linalg.norm(self.r)
        up = self.r / n
        climb, flat = dx[:3] @ up, dx[:3] - dx[:3] @ up * up
        self.r = (n + climb) * (self.r + flat) / np.linalg.norm(self.r + flat)
        self.v, self.bias = self.v + dx[3:6], self.bias + dx[6]
        turn, rotation = np.cross(up, flat) / n, np.eye(7)
        rotation[:3, :3] += np.cross(np.eye(3), turn)  # the matrix of turn x
        self.p = rotation @ self.p @ rotation.T


def begun(flight):
    """Return what the computer remembers at the start of a flight."""
    low, own = lower(flight.scenario), np.zeros(1, COMPUTER)[0].navigation
    begin_estimate(own, low.initial, low.run.craft.navigation)
    return own
