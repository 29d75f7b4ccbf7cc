"""Uniform numbers of campaigns: the same bits in any chunks, strictly inside, and as even as their method promises."""

from __future__ import annotations

import itertools
import json
import sys
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from repetitions import examples
from scipy import stats
from scipy.stats import qmc

from lunarsim.campaign.inputs.sampling import LatinHypercube, MonteCarlo, Sampling, Sobol
from lunarsim.errors import InputError

FEW = examples(30)
METHODS: list[Sampling] = [MonteCarlo(), LatinHypercube(), Sobol()]
TOTAL, DIMENSIONS = 1000, 7


@pytest.mark.parametrize("method", METHODS, ids=repr)
@FEW
@given(seed=st.integers(0, 2**64 - 1), cuts=st.lists(st.integers(0, TOTAL), max_size=5))
def test_run_i_has_the_same_bits_alone_in_a_batch_and_in_any_chunks(
    method: Sampling, seed: int, cuts: list[int]
) -> None:
    together = method.uniforms(seed, 0, TOTAL, DIMENSIONS, TOTAL)
    assert together.shape == (TOTAL, DIMENSIONS)
    edges = [0, *sorted(cuts), TOTAL]
    chunks = [method.uniforms(seed, a, b - a, DIMENSIONS, TOTAL) for a, b in itertools.pairwise(edges)]
    assert np.concatenate(chunks).tobytes() == together.tobytes()
    for i in cuts:  # in the order drawn, which goes back and forth
        if i < TOTAL:
            assert method.uniforms(seed, i, 1, DIMENSIONS, TOTAL).tobytes() == together[i].tobytes()


@pytest.mark.parametrize("method", METHODS, ids=repr)
def test_threads_that_ask_in_any_order_get_the_same_bits(method: Sampling) -> None:
    together = {seed: method.uniforms(seed, 0, TOTAL, DIMENSIONS, TOTAL) for seed in (5, 6)}
    agree: list[bool] = []

    def work(offset: int) -> None:
        for k in range(100):
            first = (offset + 370 * k) % 990
            for seed, whole in together.items():
                part = method.uniforms(seed, first, 10, DIMENSIONS, TOTAL)
                agree.append(part.tobytes() == whole[first : first + 10].tobytes())

    threads = [threading.Thread(target=work, args=(offset,)) for offset in (0, 10, 20, 30)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # so that they do interrupt each other
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert len(agree) == 4 * 100 * 2
    assert all(agree)


@pytest.mark.parametrize("method", METHODS, ids=repr)
def test_all_numbers_are_inside_the_open_interval_and_uniform(method: Sampling) -> None:
    points = method.uniforms(3, 0, 4096, 5, 4096)
    assert points.dtype == np.float64
    assert points.min() > 0.0
    assert points.max() < 1.0
    for column in points.T:
        assert stats.kstest(column, "uniform").pvalue > 1e-3  # a fixed seed: this either holds or does not
    correlations = np.corrcoef(points.T) - np.eye(5)
    assert np.max(np.abs(correlations)) < 4.0 / np.sqrt(4096)  # 4 sigma of a correlation of independent numbers


@pytest.mark.parametrize("method", METHODS, ids=repr)
def test_another_seed_gives_other_numbers(method: Sampling) -> None:
    one, other = (method.uniforms(seed, 0, 64, 3, 64) for seed in (1, 2))
    assert not np.any(one == other)


@pytest.mark.parametrize("method", [MonteCarlo(), Sobol()], ids=repr)
def test_a_run_does_not_depend_on_how_many_there_are(method: Sampling) -> None:
    assert np.array_equal(method.uniforms(1, 5, 10, 3, 15), method.uniforms(1, 5, 10, 3, 10**9))


def test_a_run_of_a_latin_hypercube_depends_on_how_many_there_are() -> None:
    method = LatinHypercube()
    assert not np.any(method.uniforms(1, 0, 10, 3, 10) == method.uniforms(1, 0, 10, 3, 20))


def test_plain_random_numbers_stay_as_they_were_when_a_dimension_is_added() -> None:
    wide = MonteCarlo().uniforms(9, 100, 50, 9, 10**6)
    for dimensions in range(1, 9):
        assert np.array_equal(MonteCarlo().uniforms(9, 100, 50, dimensions, 10**6), wide[:, :dimensions])


def test_plain_random_numbers_are_those_of_the_published_philox() -> None:
    # Known answer of Random123 (Salmon et al. 2011) for key 0 and counter 0; numpy counts up before each draw, so a
    # generator that stands at the last counter gives it, and run i takes counter i + 1.
    answer = [0x16554D9ECA36314C, 0xDB20FE9D672D0FDC, 0xD7E772CEE186176B, 0x7E68B68AEC7BA23B]
    before = np.random.Philox(key=0, counter=2**256 - 1)
    assert before.random_raw(4).tolist() == answer
    words = before.random_raw(8)  # counters 1 and 2: runs 0 and 1
    expected = ((words.reshape(2, 4) >> np.uint64(12)).astype(float) + 0.5) / 2**52
    assert np.array_equal(MonteCarlo().uniforms(0, 0, 2, 4, 2), expected)


def test_plain_random_numbers_are_the_same_at_the_end_of_a_huge_campaign() -> None:
    total = 10**12
    tail = MonteCarlo().uniforms(1, total - 5, 5, 6, total)
    assert np.array_equal(tail[2:], MonteCarlo().uniforms(1, total - 3, 3, 6, total))
    assert len(np.unique(tail)) == tail.size


@pytest.mark.parametrize("method", [LatinHypercube(), Sobol()], ids=repr)
def test_each_cell_of_each_dimension_holds_one_run(method: Sampling) -> None:
    points = method.uniforms(11, 0, 256, 6, 256)
    cells = np.sort(np.floor(points * 256), axis=0)
    assert np.array_equal(cells, np.tile(np.arange(256.0)[:, np.newaxis], (1, 6)))


def test_a_latin_hypercube_needs_no_power_of_two() -> None:
    cells = np.sort(np.floor(LatinHypercube().uniforms(1, 0, 37, 3, 37) * 37), axis=0)
    assert np.array_equal(cells[:, 0], np.arange(37.0))


def test_a_sobol_sequence_fills_every_elementary_square_of_two_dimensions_evenly() -> None:
    points = Sobol().uniforms(7, 0, 1024, 2, 1024)
    for bits in range(11):  # the first two dimensions are a (0, 10, 2)-net in base 2 (Sobol 1967)
        rows, columns = 2**bits, 2 ** (10 - bits)
        cells = np.floor(points[:, 0] * rows) * columns + np.floor(points[:, 1] * columns)
        assert len(np.unique(cells)) == 1024


def test_a_sobol_sequence_is_scipys_drawn_at_once() -> None:
    generator = np.random.Generator(np.random.Philox(np.random.SeedSequence(7, spawn_key=(2,))))
    try:
        engine = qmc.Sobol(5, bits=32, rng=generator)
    except TypeError:  # before scipy 1.15
        engine = qmc.Sobol(5, bits=32, seed=generator)
    whole = engine.random_base2(12) + 2.0**-33
    assert np.array_equal(Sobol().uniforms(7, 0, 4096, 5, 4096), whole)
    assert np.array_equal(Sobol().uniforms(7, 3001, 99, 5, 4096), whole[3001:3100])


def test_an_evener_method_errs_less_in_a_mean() -> None:
    def error(method: Sampling) -> float:
        means = [np.mean(np.sum(method.uniforms(seed, 0, 1024, 4, 1024) ** 2, axis=1)) for seed in range(8)]
        return float(np.sqrt(np.mean((np.array(means) - 4.0 / 3.0) ** 2)))

    plain, latin, sobol = map(error, METHODS)
    assert latin < 0.1 * plain  # the sum has no interactions, so the error falls with n^1.5: measured 0.002
    assert sobol < 0.1 * plain  # measured 0.003


@pytest.mark.parametrize("method", METHODS, ids=repr)
def test_a_sampling_method_describes_itself_for_json(method: Sampling) -> None:
    assert json.loads(json.dumps(method.to_document())) == method.to_document()
    assert sum(method.to_document() == other.to_document() for other in METHODS) == 1


@pytest.mark.parametrize("method", METHODS, ids=repr)
def test_no_runs_are_no_rows(method: Sampling) -> None:
    assert method.uniforms(1, 0, 0, 3, 8).shape == (0, 3)
    assert method.uniforms(1, 8, 0, 3, 8).shape == (0, 3)


@pytest.mark.parametrize("method", METHODS, ids=repr)
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((-1, 0, 1, 1, 1), r"seed = -1: expected a whole number from 0 to"),
        ((2**64, 0, 1, 1, 1), "seed = 18446744073709551616"),
        ((1.5, 0, 1, 1, 1), "seed = 1.5"),
        ((1, 0, 1, 1, 0), "total = 0: expected a whole number from 1"),
        ((1, 5, 6, 1, 10), "count = 6: expected a whole number from 0 to 5"),
        ((1, 11, 0, 1, 10), "first = 11: expected a whole number from 0 to 10"),
        ((1, 0, 1, 0, 10), "dimensions = 0"),
    ],
)
def test_runs_that_are_not_of_the_campaign_are_refused(method: Sampling, arguments: tuple, words: str) -> None:
    with pytest.raises(InputError, match=words):
        method.uniforms(*arguments)


def test_more_runs_than_a_method_can_give_are_refused_with_another_method() -> None:
    with pytest.raises(InputError, match=r"Latin hypercube of 1000000000000 runs .* Take Sobol\(\) or MonteCarlo\(\)"):
        LatinHypercube().uniforms(1, 0, 1, 12, 10**12)
    with pytest.raises(InputError, match=r"Sobol sequence for 1000000000000 runs .* Take MonteCarlo\(\)"):
        Sobol().uniforms(1, 0, 1, 12, 10**12)
    with pytest.raises(InputError, match="in 30000 dimensions"):
        Sobol().uniforms(1, 0, 1, 30000, 16)
