"""Damaged and hostile variants of a file's bytes, the same ones for the same generator."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

_NUMBER = re.compile(rb"[-+]?\d+(?:\.\d*)?(?:[eEdD][-+]?\d+)?")
_NUMBERS = (b"0", b"-1", b"nan", b"inf", b"-inf", b"1e300", b"1e-300", b"1e999", b"9" * 400, b"9" * 5000, b"1.5.2", b"")
_SNIPPETS = (
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\n" * 2000,
    b"\r",
    b"\t",
    b"{" * 1500,
    b'"',
    b"/*",
    b"=",
    b"\x1b[31m",
)


def mutated(data: bytes, rng: random.Random) -> bytes:
    """Return the bytes with one to four things wrong with them."""
    for _ in range(rng.randint(1, 4)):
        data = rng.choice(_MUTATIONS)(data, rng)
    return data


def _flipped_bit(data: bytes, rng: random.Random) -> bytes:
    if not data:
        return data
    at = rng.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << rng.randrange(8))]) + data[at + 1 :]


def _other_byte_near_the_start(data: bytes, rng: random.Random) -> bytes:
    """Headers stand at the start: what is wrong there says more than what is wrong in the middle of samples."""
    if not data:
        return data
    at = rng.randrange(min(len(data), 1024))
    return data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :]


def _cut_off(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _piece_lost(data: bytes, rng: random.Random) -> bytes:
    start, length = rng.randrange(len(data) + 1), rng.choice((1, 2, 8, 100, 1000))
    return data[:start] + data[start + length :]


def _piece_twice(data: bytes, rng: random.Random) -> bytes:
    start, length = rng.randrange(len(data) + 1), rng.choice((1, 2, 8, 100, 1000))
    return data[: start + length] + data[start:]


def _snippet(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.choice(_SNIPPETS) + data[at:]


def _other_number(data: bytes, rng: random.Random) -> bytes:
    numbers = list(_NUMBER.finditer(data[:20_000]))
    if not numbers:
        return data
    number = rng.choice(numbers)
    return data[: number.start()] + rng.choice(_NUMBERS) + data[number.end() :]


def _lines_swapped(data: bytes, rng: random.Random) -> bytes:
    lines = data.split(b"\n")
    i, k = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[i], lines[k] = lines[k], lines[i]
    return b"\n".join(lines)


def _word_of_eight_bytes(data: bytes, rng: random.Random) -> bytes:
    """Binary files keep counts, offsets and doubles in words of four and eight bytes."""
    at, size = rng.randrange(len(data) // 4 + 1) * 4, rng.choice((4, 8))
    word = rng.choice((b"\x00", b"\xff", b"\x7f", b"\x80", b"\x01")) * size
    return data[:at] + word + data[at + size :]


_MUTATIONS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _flipped_bit,
    _other_byte_near_the_start,
    _cut_off,
    _piece_lost,
    _piece_twice,
    _snippet,
    _other_number,
    _lines_swapped,
    _word_of_eight_bytes,
)
