"""The two-body problem in closed form, in 40 digits: what the point-mass field must give."""

import numpy as np
from mpmath import mp, mpf

DIGITS = 40


def conic(gm, r, v):
    """Return semi-major axis, eccentricity, eccentric anomaly, and the axes of the ellipse, as mpf."""
    radius, v2 = mp.sqrt(dot(r, r)), dot(v, v)
    a = 1 / (2 / radius - v2 / gm)
    e = [((v2 - gm / radius) * rc - dot(r, v) * vc) / gm for rc, vc in zip(r, v, strict=True)]
    eccentricity = mp.sqrt(dot(e, e))
    anomaly = mp.atan2(dot(r, v) / mp.sqrt(gm * a), 1 - radius / a)
    p_axis = [c / eccentricity for c in e]
    h = [r[1] * v[2] - r[2] * v[1], r[2] * v[0] - r[0] * v[2], r[0] * v[1] - r[1] * v[0]]
    h_size = mp.sqrt(dot(h, h))
    w = [c / h_size for c in h]
    q_axis = [
        w[1] * p_axis[2] - w[2] * p_axis[1],
        w[2] * p_axis[0] - w[0] * p_axis[2],
        w[0] * p_axis[1] - w[1] * p_axis[0],
    ]
    return a, eccentricity, anomaly, p_axis, q_axis


def dot(a, b):
    return sum(x * y for x, y in zip(a, b, strict=True))


def state_after(gm, r_m, v_mps, t_s):
    """Return position (m) and velocity (m/s) after a time on an ellipse: Kepler's equation, solved by Newton."""
    with mp.workdps(DIGITS):
        gm, t_s = mpf(gm), mpf(t_s)
        a, e, anomaly_0, p_axis, q_axis = conic(gm, [mpf(float(c)) for c in r_m], [mpf(float(c)) for c in v_mps])
        n = mp.sqrt(gm / a**3)
        mean = anomaly_0 - e * mp.sin(anomaly_0) + n * t_s
        anomaly = mp.findroot(lambda x: x - e * mp.sin(x) - mean, mean)
        b, rate = a * mp.sqrt(1 - e * e), n / (1 - e * mp.cos(anomaly))
        x, y = a * (mp.cos(anomaly) - e), b * mp.sin(anomaly)
        vx, vy = -a * mp.sin(anomaly) * rate, b * mp.cos(anomaly) * rate
        r = np.array([float(x * p + y * q) for p, q in zip(p_axis, q_axis, strict=True)])
        v = np.array([float(vx * p + vy * q) for p, q in zip(p_axis, q_axis, strict=True)])
        return r, v


def time_down_to(gm, r_m, v_mps, radius_m):
    """Return the time (s) until an ellipse first comes down to a radius."""
    with mp.workdps(DIGITS):
        gm = mpf(gm)
        a, e, anomaly_0, _, _ = conic(gm, [mpf(float(c)) for c in r_m], [mpf(float(c)) for c in v_mps])
        falling = 2 * mp.pi - mp.acos((1 - mpf(radius_m) / a) / e)
        span = falling - e * mp.sin(falling) - anomaly_0 + e * mp.sin(anomaly_0)
        return float(mp.fmod(span, 2 * mp.pi) / mp.sqrt(gm / a**3))
