"""Scalar physics, compiled with numba: SI floats, no astropy, no scipy.

Parameters travel in named tuples of floats and arrays. Both drivers call these same functions.
"""
