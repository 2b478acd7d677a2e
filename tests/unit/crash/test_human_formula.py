"""The formula of ISO/TS 15066, Annex A, against two masses and a spring that are followed step by step; the table of body regions."""

from __future__ import annotations

from math import sqrt
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.errors import BadInput, UnknownName
from twin.physics.crash import human_formula as formula
from twin.physics.crash.human_regions import read, region, table, table_file

masses = st.floats(0.1, 200)
springs = st.floats(1e3, 2e5)
speeds = st.floats(0.01, 5)


def followed(v: float, human: float, robot: float, k: float, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Robot flies at a resting body with a spring on it; leapfrog until they part: times and forces."""
    dt = formula.contact_time(formula.reduced_mass(human, robot), k) / steps
    x_robot, x_human, v_robot, v_human = 0.0, 0.0, v, 0.0
    t, forces = [0.0], [0.0]
    while True:
        x_robot, x_human = x_robot + dt / 2 * v_robot, x_human + dt / 2 * v_human
        force = k * (x_robot - x_human)
        v_robot, v_human = v_robot - dt * force / robot, v_human + dt * force / human
        x_robot, x_human = x_robot + dt / 2 * v_robot, x_human + dt / 2 * v_human
        if x_robot <= x_human:
            return np.array(t), np.array(forces)
        t.append(t[-1] + dt)
        forces.append(k * (x_robot - x_human))


@pytest.mark.parametrize(
    ("v", "human", "robot", "k"), [(0.25, 40, 8.75, 25e3), (1.0, 0.6, 24, 75e3), (0.5, 75, 75, 5e4), (0.3, 4.4, 0.5, 15e4)]
)
def test_the_blow_is_that_of_two_masses_and_a_spring(v: float, human: float, robot: float, k: float):
    mu = formula.reduced_mass(human, robot)
    t, forces = followed(v, human, robot, k, 2000)
    exact = np.array([formula.contact_force(s, v, mu, k) for s in t])
    assert np.abs(forces - exact).max() < 1e-5 * forces.max()
    assert forces.max() == pytest.approx(formula.peak_force(v, mu, k), rel=1e-5)
    assert t[-1] == pytest.approx(formula.contact_time(mu, k), rel=1e-3)


def test_the_closed_form_is_met_with_second_order():
    mu = formula.reduced_mass(40, 10)
    errors = []
    for steps in (100, 200, 400):
        t, forces = followed(0.25, 40, 10, 25e3, steps)
        errors.append(np.abs(forces - [formula.contact_force(s, 0.25, mu, 25e3) for s in t]).max())
    assert np.log2(np.array(errors[:-1]) / errors[1:]) == pytest.approx([2, 2], abs=0.1)


@given(masses, masses, springs, speeds)
def test_energy_and_force_belong_together(human: float, robot: float, k: float, v: float):
    mu, force = formula.reduced_mass(human, robot), formula.peak_force(v, formula.reduced_mass(human, robot), k)
    assert mu <= min(human, robot) * (1 + 1e-12)
    assert formula.transfer_energy(v, mu) == pytest.approx(force**2 / (2 * k))
    assert formula.allowed_speed(force, mu, k) == pytest.approx(v)
    assert k * formula.deflection(v, mu, k) == pytest.approx(force)
    assert formula.contact_force(formula.contact_time(mu, k) / 2, v, mu, k) == pytest.approx(force)


@given(masses, masses, masses, springs)
def test_heavier_robots_must_be_slower_and_stiffer_bodies_too(human: float, robot: float, more: float, k: float):
    slow = formula.allowed_speed(140, formula.reduced_mass(human, robot + more), k)
    assert slow <= formula.allowed_speed(140, formula.reduced_mass(human, robot), k) * (1 + 1e-12)
    assert formula.allowed_speed(140, human, 2 * k) == pytest.approx(formula.allowed_speed(140, human, k) / sqrt(2))


def test_margins_fall_from_1_to_minus_1():
    values = [formula.margin(v, 100.0) for v in (0, 50, 100, 200, 1e9)]
    assert values == pytest.approx([1, 0.5, 0, -0.5, -1], abs=1e-6)
    assert formula.margin(0.0, 0.0) == formula.margin(5.0, 0.0) == -1


REFERENCE = {  # force N, pressures N/cm^2, mass kg, spring N/mm, factor
    "skull": (130, {130, 110}, 4.4, 150, None),
    "face": (65, {110}, 4.4, 75, None),
    "neck": (150, {140, 210}, 1.2, 50, 2),
    "back": (210, {160, 210}, 40, 35, 2),
    "chest": (140, {120, 170}, 40, 25, 2),
    "abdomen": (110, {140}, 40, 10, 2),
    "pelvis": (180, {210}, 40, 25, 2),
    "upper_arm": (150, {190, 220}, 3, 30, 2),
    "lower_arm": (160, {190, 180}, 2, 40, 2),
    "hand": (140, {300, 270, 280, 220, 200, 260, 190}, 0.6, 75, 2),
    "thigh": (220, {250, 220}, 75, 50, 2),
    "lower_leg": (130, {220, 210}, 75, 60, 2),
}


def test_the_table_has_every_region_and_no_other():
    assert set(table().regions) == set(REFERENCE)
    assert "ISO/TS 15066:2016" in table().sentence
    assert "10218-2:2025" in table().sentence
    assert "Confirm against the standard" in table().sentence


@pytest.mark.parametrize("name", REFERENCE)
def test_the_table_has_the_values_of_the_reference(name: str):
    force, pressures, mass, spring, factor = REFERENCE[name]
    found = region(name)
    assert (found.force.value, found.mass.value, found.transient) == (force, mass, factor)
    assert found.spring.value == pytest.approx(1e3 * spring)
    assert {round(figure.value / 1e4, 6) for figure in found.pressure.values()} == pressures
    assert found.permissible == (factor is not None)
    assert found.pressure[found.site(None)].value == min(figure.value for figure in found.pressure.values())


def test_figures_of_one_source_are_named():
    assert region("lower_leg").doubtful("shin") == ["pressure of shin"]
    assert region("face").doubtful("masticatory_muscle") == ["mass"]
    assert region("chest").doubtful("sternum") == []


def test_unknown_regions_and_sites_list_all():
    with pytest.raises(UnknownName, match="abdomen, back, chest"):
        region("tail")
    with pytest.raises(UnknownName, match="pectoral_muscle, sternum"):
        region("chest").site("heart")


@pytest.mark.parametrize(
    ("old", "new"), [("value: 4.4", "value: -1"), ("sources: 4}", "sources: 0}"), ("transient: 2", "transient: twice"), ("regions:", "{")]
)
def test_a_broken_table_is_bad_input(tmp_path: Path, old: str, new: str):
    file = tmp_path / "table.yaml"
    file.write_text(table_file().read_text().replace(old, new))
    with pytest.raises(BadInput, match=r"table\.yaml"):
        read(file)
