"""What a user writes about a body becomes the mesh that it says, or a sentence about what cannot be."""

from math import pi

import numpy as np
import pytest
from pydantic import ValidationError

from twin.geometry.solid_mesh import problems, volumes
from twin.physics.crash.shapes import MOST_ELEMENTS, SHAPES, Shape, mesh_of

SLED = {"length": "500 mm", "width": "220 mm", "height": "41 mm", "wall": "3 mm"}
FORK = {"length": "400 mm", "width": "100 mm", "thickness": "40 mm", "tip_thickness": "10 mm"}
BOX = {"size": ["1 m", "2 m", "3 m"]}
WRITTEN = [
    ({"box": BOX}, 6.0),
    ({"block": BOX | {"cell": "250 mm"}}, 6.0),
    ({"box": BOX | {"counts": [1, 2, 3]}}, 6.0),
    ({"bar": {"length": "1 m", "width": "10 mm", "counts": [2, 2, 50]}}, 1e-4),
    ({"bar": {"length": "0.1 m", "width": "10 mm", "depth": "20 mm", "cell": "5 mm"}}, 2e-5),
    ({"plate": {"length": "300 mm", "width": "200 mm", "thickness": "2 mm"}}, 1.2e-4),
    ({"cantilever": {"length": "200 mm", "width": "10 mm", "height": "10 mm"}}, 2e-5),
    ({"taylor_bar": {"length": "32.4 mm", "radius": "3.2 mm", "cells_across": 6, "quarter": True}}, pi / 4 * 3.2e-3**2 * 32.4e-3),
    ({"cylinder": {"length": "50 mm", "radius": "10 mm", "cells_along": 7, "grading": 2}}, pi * 1e-4 * 0.05),
    ({"sphere": {"diameter": "40 mm", "cells": 16, "part": "quarter", "refine": 4}}, pi / 6 * 0.04**3 / 4),
    ({"fork_tip": FORK}, 0.4 * 0.1 * 0.025),
    ({"sled": SLED | {"cell": "10 mm"}}, 0.5 * 0.22 * 0.041 - 0.494 * 0.214 * 0.038),
]


@pytest.mark.parametrize(("written", "volume"), WRITTEN, ids=lambda value: str(next(iter(value))) if isinstance(value, dict) else "")
def test_a_shape_has_its_volume_and_the_elements_it_promised(written, volume):
    shape = Shape.model_validate(written)
    mesh = mesh_of(shape)
    assert volumes(mesh).sum() == pytest.approx(volume, rel=0.02)
    assert mesh.element_count == shape.count()
    assert problems(mesh) == []
    assert mesh.sets


def test_every_shape_is_tried():
    assert {next(iter(written)) for written, _ in WRITTEN} == set(SHAPES)


@pytest.mark.parametrize("part", ["whole", "half", "quarter"])
@pytest.mark.parametrize("cells", [4, 6, 10])
def test_counts_of_balls(part, cells):
    shape = Shape.model_validate({"sphere": {"diameter": 1, "cells": cells, "part": part}})
    assert mesh_of(shape).element_count == shape.count()


def test_the_sled_of_a_scenario_is_of_useful_size():
    shape = Shape.model_validate({"sled": SLED | {"layers": 3, "cell": "5 mm"}})
    assert 20_000 < shape.count() < 30_000


def test_sides_of_elements_are_about_the_cell():
    mesh = mesh_of(Shape.model_validate({"box": {"size": [0.1, 0.22, 0.31], "cell": "20 mm"}}))
    steps = [np.diff(np.unique(mesh.nodes[:, axis].round(12))) for axis in range(3)]
    np.testing.assert_allclose(np.concatenate(steps), 0.02, rtol=0.05)


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ({}, "exactly one of box, block"),
        ({"box": BOX, "sled": SLED}, "exactly one"),
        ({"box": BOX | {"cell": "2 m"}}, "shortest side"),
        ({"box": BOX | {"cell": "1 mm"}}, f"at most {MOST_ELEMENTS:,} elements"),
        ({"box": {"size": ["1 km", "1 km", "1 km"], "cell": "1 um"}}, "at most"),
        ({"box": BOX | {"cell": "1 m", "counts": [1, 1, 1]}}, "only one of"),
        ({"box": {"size": [0, 1, 1]}}, "greater than or equal"),
        ({"box": {"size": ["1 kg", 1, 1]}}, "m"),
        ({"box": BOX | {"counts": [1, 0, 1]}}, "greater than or equal"),
        ({"plate": {"length": 1, "width": 1, "thickness": 0.01, "cell": 2}}, "shortest side"),
        ({"taylor_bar": {"length": 1, "radius": 0.1, "cells_across": 0}}, "greater than or equal"),
        ({"taylor_bar": {"length": 1000, "radius": 1e-3, "cells_across": 10}}, "at most"),
        ({"cylinder": {"length": 1, "radius": 0.1, "quarter": True}}, "not permitted"),
        ({"sphere": {"diameter": 1, "cells": 7}}, "multiple of 2"),
        ({"sphere": {"diameter": 1, "refine": 0.5}}, "greater than or equal"),
        ({"fork_tip": FORK | {"tip_thickness": "50 mm"}}, "thickness of the heel"),
        ({"fork_tip": FORK | {"cell": "50 mm"}}, "shortest side"),
        ({"sled": SLED | {"wall": "110 mm", "height": "1 m"}}, "wall 0.11: below half"),
        ({"sled": SLED | {"wall": "41 mm"}}, "below the height"),
        ({"sled": SLED | {"cell": "215 mm"}}, "shortest side"),
        ({"sled": SLED | {"cell": "0.05 mm"}}, "at most"),
    ],
)
def test_what_cannot_be_is_said(written, says):
    with pytest.raises(ValidationError, match=says):
        Shape.model_validate(written)
