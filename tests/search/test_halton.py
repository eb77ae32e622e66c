import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.stats import qmc

from tuning_playbook.errors import InvalidInput
from tuning_playbook.search import halton
from tuning_playbook.search.discrepancy import PrefixDiscrepancy
from tuning_playbook.search.halton import GENERATOR_VERSION, halton_points

PRIMES = (2, 3, 5, 7, 11, 13, 17, 19)

# The sequence must never change without a new GENERATOR_VERSION: stored studies go on with it.
GOLDEN = {
    (0, 8, 0): [
        "0x1.9557954d0d970p-2",
        "0x1.3a634bcb76f48p-1",
        "0x1.be185256509bbp-2",
        "0x1.081f31753aca0p-1",
        "0x1.ecbf6aea95561p-1",
        "0x1.55260b27df327p-1",
        "0x1.0bfcbd2f11192p-1",
        "0x1.c0e47a8cd712cp-1",
    ],
    (0, 8, 1): [
        "0x1.caabcaa686cb8p-1",
        "0x1.1f7142419893bp-2",
        "0x1.e2970b13079ddp-3",
        "0x1.d758338bc695dp-3",
        "0x1.3290df47ac9bep-1",
        "0x1.bdfd51636f9ffp-2",
        "0x1.decf9001e3ebfp-1",
        "0x1.3a27d8ddaea70p-1",
    ],
    (0, 8, 1000): [
        "0x1.ca57954d0d970p-2",
        "0x1.15243c8541050p-2",
        "0x1.c10b4bdd90968p-2",
        "0x1.72be7ca069621p-1",
        "0x1.6804511ed4e3ep-2",
        "0x1.b5a11763ff5b7p-1",
        "0x1.20c7d202d7bc5p-2",
        "0x1.793b5dff75b27p-1",
    ],
    (7, 3, 99): ["0x1.32b1f76705bf0p-4", "0x1.ee399458b0a9cp-1", "0x1.a8faae2ce7239p-1"],
    (9223372036854775808, 2, 8589934592): ["0x1.4d14803751558p-3", "0x1.88b693d35c4bap-1"],
    (-1, 10, 12345): [
        "0x1.acd02a966fd9fp-1",
        "0x1.468e25a27bcf0p-4",
        "0x1.5b79dc0ace5e5p-1",
        "0x1.99500b5ffbb97p-3",
        "0x1.53431b1623fecp-2",
        "0x1.33ff38b6c96d0p-1",
        "0x1.6633cab91adeep-1",
        "0x1.317336a984fa1p-1",
        "0x1.e9339e62771d8p-2",
        "0x1.ce8c236a566bep-3",
    ],
}


def test_the_generator_still_gives_the_points_of_its_version():
    assert GENERATOR_VERSION == 1
    for (seed, dimensions, index), expected in GOLDEN.items():
        point = halton_points(seed, dimensions, index, 1)[0]
        assert [value.hex() for value in point.tolist()] == expected


@given(
    seed=st.integers(0, 3),
    dimensions=st.integers(0, 9),
    start=st.integers(0, 20_000),
    cuts=st.lists(st.integers(0, 9000), max_size=4),
)
@settings(max_examples=30, deadline=None)
def test_any_cut_into_ranges_gives_the_same_bits(seed, dimensions, start, cuts):
    ends = sorted(cuts)
    count = ends[-1] if ends else 0
    whole = halton_points(seed, dimensions, start, count)
    parts = [
        halton_points(seed, dimensions, start + a, b - a)
        for a, b in zip([0, *ends], ends, strict=False)
    ]
    assert whole.shape == (count, dimensions)
    assert np.array_equal(np.concatenate([*parts, whole[:0]]), whole)


@pytest.mark.parametrize("dimensions", range(1, 9))
def test_a_coordinate_does_not_depend_on_the_number_of_dimensions(dimensions):
    assert np.array_equal(
        halton_points(5, dimensions, 0, 300), halton_points(5, 8, 0, 300)[:, :dimensions]
    )


def test_a_point_does_not_depend_on_the_process():
    code = (
        "from tuning_playbook.search.halton import halton_points;"
        "print([v.hex() for v in halton_points(11, 4, 123, 1)[0].tolist()])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == str([v.hex() for v in halton_points(11, 4, 123, 1)[0].tolist()])


@pytest.mark.parametrize("dimension", range(8))
def test_points_equal_the_formula_in_exact_fractions(dimension):
    base, scramble = PRIMES[dimension], halton._scrambles(2, 8)[dimension]
    multipliers, shifts = _digit_maps(scramble, base)
    points = halton_points(2, 8, 0, 40_000)[:, dimension]
    for index in (0, 1, base, 4095, 4096, 4097, 39_999):
        rest, exact, weight = index, Fraction(0), Fraction(1, base)
        for multiplier, shift in zip(multipliers, shifts, strict=True):
            rest, digit = divmod(rest, base)
            exact += (multiplier * digit + shift) % base * weight
            weight /= base
        assert points[index] == float(exact)


def _digit_maps(scramble, base):
    """Multiplier and shift of each digit, read back from the tables."""
    multipliers, shifts = [], []
    weight = int(scramble.denominator)
    for table in scramble.tables:
        for place in range(round(np.log(len(table)) / np.log(base))):
            weight //= base
            images = [int(table[digit * base**place]) // weight % base for digit in range(base)]
            shifts.append(images[0])
            multipliers.append((images[1] - images[0]) % base)
            assert images == [(multipliers[-1] * d + shifts[-1]) % base for d in range(base)]
    return multipliers, shifts


@pytest.mark.parametrize("dimension", range(8))
def test_every_cell_of_every_level_holds_one_point(dimension):
    # the defining property of a radical inverse: b^k consecutive points, b^k equal cells
    base = PRIMES[dimension]
    for seed in range(3):
        for level in range(1, 6):
            cells = base**level
            if cells > 20_000:
                break
            for start in (0, 3 * cells):
                u = halton_points(seed, 8, start, cells)[:, dimension]
                assert sorted(np.floor(u * cells).astype(int)) == list(range(cells))


def test_boxes_of_two_dimensions_are_hit_equally_often():
    points = halton_points(4, 2, 0, 2**4 * 3**3)
    cell = np.floor(points[:, 0] * 16) * 27 + np.floor(points[:, 1] * 27)
    assert len(set(cell.tolist())) == 2**4 * 3**3


def test_seeds_give_different_points_and_wrap_at_64_bits():
    first = {tuple(halton_points(seed, 2, 0, 1)[0].tolist()) for seed in range(20)}
    assert len(first) == 20
    assert np.array_equal(halton_points(-1, 3, 0, 5), halton_points(2**64 - 1, 3, 0, 5))


def test_a_point_is_nearly_uniform_over_seeds():
    # choosing among candidates favours some shifts a little; no quarter may be starved
    points = np.array([halton_points(seed, 1, 0, 4)[:, 0] for seed in range(80)])
    for index in range(4):
        assert np.histogram(points[:, index], 4, (0, 1))[0].min() > 20 / 2


@pytest.mark.parametrize("dimensions", [1, 2, 4, 8])
def test_points_beat_the_luckiest_random_ones(dimensions):
    rng = np.random.default_rng(0)
    for count in (20, 64, 256):
        random = [qmc.discrepancy(rng.random((count, dimensions))) for _ in range(60)]
        luck = np.quantile(random, 0.05)
        ours = [qmc.discrepancy(halton_points(s, dimensions, 0, count)) for s in range(4)]
        assert np.median(ours) < luck


def test_points_cover_no_worse_than_scipys_scrambled_sequence():
    ratios = []
    for seed in range(8):
        ours = halton_points(seed, 8, 0, 256)
        theirs = qmc.Halton(8, scramble=True, rng=np.random.default_rng(seed)).random(256)
        for count in (16, 64, 256):
            for d in range(1, 9):
                ours_cd = qmc.discrepancy(ours[:count, :d])
                ratios.append(ours_cd / qmc.discrepancy(theirs[:count, :d]))
    assert np.exp(np.mean(np.log(ratios))) < 0.95


@pytest.mark.parametrize("values", [2, 3, 4, 5, 6, 7])
def test_values_of_a_choice_are_tried_equally_often(values):
    for seed in range(10):
        points = halton_points(seed, 8, 0, 100)
        for count in (20, 50, 100):
            for dimension in range(8):
                slots = np.floor(points[:count, dimension] * values).astype(int)
                tried = np.bincount(slots, minlength=values)
                assert np.abs(tried - count / values).max() <= 3
                assert np.ptp(tried) <= 4


def test_neighbouring_dimensions_are_not_correlated():
    points = halton_points(1, 12, 0, 400)
    correlation = np.abs(np.corrcoef(points.T) - np.eye(12))
    assert correlation.max() < 0.15


def test_many_dimensions_stay_uniform():
    points = halton_points(0, 40, 0, 2000)
    assert points.min() >= 0
    assert points.max() < 1
    for column in points.T:
        assert stats.kstest(column, "uniform").statistic < 0.03


def test_far_indices_are_as_good_as_near_ones():
    points = halton_points(0, 8, 2**39, 256)
    assert qmc.discrepancy(points) < 1.5 * qmc.discrepancy(halton_points(0, 8, 0, 256))


@pytest.mark.parametrize(
    ("arguments", "named"),
    [((1, -1, 0, 5), "dimensions"), ((1, 2, -1, 5), "start"), ((1, 2, 0, -5), "count")],
)
def test_negative_sizes_are_refused_by_name(arguments, named):
    with pytest.raises(InvalidInput, match=named):
        halton_points(*arguments)


def test_an_index_beyond_the_end_is_refused():
    with pytest.raises(InvalidInput, match=r"2\^40"):
        halton_points(1, 2, 2**40, 1)


@given(
    dimensions=st.integers(1, 5),
    stride=st.sampled_from([4, 8, 16]),
    parts=st.integers(1, 5),
    seed=st.integers(0, 99),
)
@settings(max_examples=30, deadline=None)
def test_prefix_discrepancies_equal_scipys(dimensions, stride, parts, seed):
    points = np.random.default_rng(seed).random((stride * parts, dimensions))
    cover = PrefixDiscrepancy(stride * parts, stride)
    for column in points.T[:-1]:
        cover.add(column)
    ours = cover.squared_with(points[:, -1])
    theirs = [qmc.discrepancy(points[: stride * (i + 1)]) for i in range(parts)]
    assert ours == pytest.approx(theirs, rel=1e-9)
