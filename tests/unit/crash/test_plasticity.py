"""Radial return lands on the yield surface, whatever the law; the laws are those of the literature."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.crash import reference
from tests.unit.crash.compiled import (
    cowper_symonds,
    flat,
    hardened,
    hex_johnson_cook,
    hex_linear,
    johnson_cook,
    returned_linear,
    returned_power,
    returned_table,
    stepped,
    voigt,
)
from tests.unit.crash.reference import CORNERS, Solid, State, deviatoric, hex_gradients, mises, symmetric
from twin.physics.crash.constants import constants_of, law_of, materials, moduli
from twin.physics.crash.layout import CONSTANTS
from twin.physics.crash.material_spec import MaterialSpec

SHEAR = 80e9
SEEDS = st.integers(0, 2**32 - 1)
PUBLISHED = {  # Johnson & Cook 1983: A, B [MPa], n, C, m, melting [K]
    "copper_ofhc": (90, 292, 0.31, 0.025, 1.09, 1356),
    "iron_armco": (175, 380, 0.32, 0.06, 0.55, 1811),
    "steel_4340": (792, 510, 0.26, 0.014, 1.03, 1793),
}
PAIRS = [(0.0, 200e6), (0.01, 260e6), (0.05, 300e6), (0.1, 420e6), (0.2, 430e6), (0.5, 600e6)]  # slopes fall and rise
METAL = {"density": 7850.0, "young": 210e9}


def trial(seed, size):
    """A deviator with an equivalent stress of about `size` [Pa]."""
    return deviatoric(symmetric(np.random.default_rng(seed), size))


def row(written, **control):
    """Constants of a material, by name."""
    control = {"viscous": 0.0, "elastic": 0.0, "linear": 0.0, "quadratic": 0.0} | control
    values = constants_of(MaterialSpec.model_validate(written), **control)
    return {name: float(values[k]) for name, k in CONSTANTS.items()}


def curve_of(written):
    found = row(written)
    return tuple(found[f"strain_{k}"] for k in range(8)), tuple(found[f"slope_{k}"] for k in range(8)), found["yield0"]


def level(pairs):
    """A curve as users mean it: straight between its pairs, level beyond."""
    strains, stresses = np.array(pairs).T
    return lambda ep: np.interp(ep, strains, stresses)


@given(SEEDS, st.floats(0, 2), st.floats(0, 5e9), st.floats(1e7, 3e9))
def test_linear_hardening_returns_to_its_yield_stress(seed, ep, slope, yield0):
    s = trial(seed, 1e9)
    more, keep = returned_linear(voigt(s), ep, SHEAR, yield0, slope)
    if mises(s) <= yield0 + slope * ep:
        assert (more, keep) == (0.0, 1.0)
    else:
        assert more > 0
        assert keep * mises(s) == pytest.approx(yield0 + slope * (ep + more), rel=1e-10)
        assert more == pytest.approx(reference.returned(s, ep, SHEAR, lambda e: yield0 + slope * e), rel=1e-9, abs=1e-15)


@given(st.floats(0, 2))
def test_a_curve_is_straight_between_its_pairs_and_level_beyond(ep):
    found, slope = hardened(ep, *curve_of({**METAL, "curve": PAIRS}))
    assert found == pytest.approx(level(PAIRS)(ep), rel=1e-12)
    if not np.isclose([e for e, _ in PAIRS], ep).any():
        assert slope == pytest.approx((level(PAIRS)(ep + 1e-9) - level(PAIRS)(ep - 1e-9)) / 2e-9, rel=1e-5, abs=10)


@given(SEEDS, st.floats(0, 1), st.floats(1, 3), st.floats(1e7, 1e10))
def test_a_curve_returns_to_its_yield_stress_times_the_factor(seed, ep, factor, size):
    s = trial(seed, size)
    more, keep = returned_table(voigt(s), ep, SHEAR, curve_of({**METAL, "curve": PAIRS}), factor)
    strength = level(PAIRS)
    if mises(s) <= factor * strength(ep):
        assert more <= 1e-12
        assert keep == pytest.approx(1.0, abs=1e-9)
    else:
        assert keep * mises(s) == pytest.approx(factor * strength(ep + more), rel=1e-10)


def test_a_yield_stress_with_a_rate_effect_is_a_curve_without_an_end():
    written = {**METAL, "yield_stress": 235e6, "hardening": 600e6, "rate": {"c": 40, "p": 5}}
    assert law_of(MaterialSpec.model_validate(written)) == law_of(MaterialSpec.model_validate({**METAL, "curve": PAIRS}))
    for ep in (0.0, 0.3, 5.0):
        stress, slope = hardened(ep, *curve_of(written))
        assert stress == pytest.approx(235e6 + 600e6 * ep, rel=1e-12)
        assert slope == pytest.approx(600e6, rel=1e-12)


def test_eight_pairs_are_eight_pairs():
    pairs = [(0.1 * k, 1e8 * (1 + k) ** 0.5) for k in range(8)]
    for ep in np.linspace(0, 1, 41):
        assert hardened(float(ep), *curve_of({**METAL, "curve": pairs}))[0] == pytest.approx(level(pairs)(ep), rel=1e-12)


@pytest.mark.parametrize(("rate", "factor"), [(0.0, 1.0), (40.0, 2.0), (40.0 * 32, 3.0), (40.0 / 3**5, 4 / 3)])
def test_cowper_and_symonds(rate, factor):
    assert cowper_symonds(rate, 40.0, 5.0) == pytest.approx(factor, rel=1e-12)
    assert cowper_symonds(rate, 0.0, 0.0) == 1.0


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_constants_are_the_published_ones(name):
    law = materials()[name].johnson_cook
    assert (law.a / 1e6, law.b / 1e6, law.n, law.c, law.m, law.melting) == pytest.approx(PUBLISHED[name], rel=1e-12)
    assert (law.rate0, law.share) == (1.0, 0.9)


def strength_of(name, ep, rate, temperature):
    """Johnson and Cook's formula with the published constants [Pa]."""
    a, b, n, c, m, melting = PUBLISHED[name]
    hot = min(max((temperature - 293.15) / (melting - 293.15), 0.0), 1.0)
    return 1e6 * (a + b * ep**n) * (1 + c * np.log(max(rate, 1.0))) * (1 - hot**m)


def law_row(name):
    values = constants_of(materials()[name], viscous=0.0, elastic=0.0, linear=0.0, quadratic=0.0)
    return flat(values[12:20]), flat(values[20:22])


@given(st.sampled_from(list(PUBLISHED)), st.floats(0, 3), st.floats(0, 1e6), st.floats(200, 2000))
def test_johnson_and_cooks_formula(name, ep, rate, temperature):
    assert johnson_cook(ep, rate, temperature, law_row(name)[0]) == pytest.approx(
        strength_of(name, ep, rate, temperature), rel=1e-12, abs=1e-3
    )


@given(
    st.sampled_from(list(PUBLISHED)),
    SEEDS,
    st.floats(0, 2) | st.floats(0, 1e-6),
    st.floats(0, 1e5),
    st.floats(293, 1300),
    st.floats(1e7, 1e10),
)
def test_johnson_and_cooks_law_returns_to_its_yield_stress(name, seed, ep, rate, temperature, size):
    s = trial(seed, size)
    more, keep = returned_power(voigt(s), ep, SHEAR, rate, temperature, law_row(name)[0])
    if mises(s) <= strength_of(name, ep, rate, temperature):
        assert (more, keep) == (0.0, 1.0)
    else:
        assert keep * mises(s) == pytest.approx(strength_of(name, ep + more, rate, temperature), rel=1e-6)


PATHS = {
    "shear": lambda eta: eta * np.array([[0, 0, 1], [0, 0, 0], [0, 0, 0]]),
    "squeezed": lambda eta: eta * np.diag([0, 0, -1.0]) / 2,
}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("name", PUBLISHED)
def test_one_element_follows_johnson_and_cooks_law_and_is_heated_by_its_work(name, path):
    m, (law, heat) = materials()[name], law_row(name)
    bulk, shear, modulus = moduli(m)
    steps, dt, x = 200, 1e-6, 0.005 * CORNERS
    gradient = PATHS[path](0.4 / steps)
    state, work, flowed = State(m.density * hex_gradients(x)[1]), 0.0, 0
    for _ in range(steps):
        v = x @ gradient.T / dt
        x = x + v * dt
        before = state
        _, state, _ = stepped(hex_johnson_cook, x, v, before, dt, (bulk, shear, modulus, 0.0, 0.0, 0.0, 0.0), law, heat)
        more = state.ep - before.ep
        work += mises(state.stress) * more
        if more > 0:
            flowed += 1
            strain, _ = reference.incremental(x, v, dt, hex_gradients)
            exact = strength_of(name, state.ep, reference.effective(strain) / dt, before.temperature)
            assert mises(state.stress) == pytest.approx(exact, rel=1e-6)
    assert flowed > steps / 2
    assert state.temperature - 293.15 == pytest.approx(0.9 * work / (m.density * m.johnson_cook.specific_heat), rel=1e-9)
    assert state.temperature > 300


def test_a_stress_far_outside_keeps_its_mean_and_the_direction_of_its_deviator():
    solid, x = Solid(), CORNERS / 2
    stress = symmetric(np.random.default_rng(4), 2e9)
    _, new, _ = stepped(hex_linear, x, np.zeros((8, 3)), State(7850.0, stress=stress), 1e-6, solid.constants, (3e8, 1e9))
    assert np.trace(new.stress) == pytest.approx(np.trace(stress), rel=1e-12)
    share = mises(new.stress) / mises(stress)
    assert share < 1
    assert deviatoric(new.stress) == pytest.approx(share * deviatoric(stress), rel=1e-9, abs=1e-3)
