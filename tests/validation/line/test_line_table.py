"""The table of `twin validate line`: exact answers of queueing theory."""

from __future__ import annotations

import pytest

from twin.physics.line.exact import buzacott, closed_network, erlang_c, serial_line, unreliable_pair
from twin.physics.line.validate import rows


@pytest.mark.parametrize(
    ("found", "known"),
    [
        (serial_line(2, 0), 2 / 3),
        (serial_line(2, 5), 7 / 8),
        (serial_line(3, 0), 22 / 39),
        (serial_line(4, 0), 0.514775),
        (serial_line(5, 0), 0.485798),
        (serial_line(6, 0), 0.466713),
        (serial_line(3, 1), 0.670466),
        (serial_line(3, 2), 0.734017),
        (erlang_c(0.8, 1.0, 1), 4.0),
        (erlang_c(2.4, 1.0, 3), 1.07865),
        (closed_network((1.0, 0.5, 0.8), 5), 0.874676),
        (closed_network((1.0, 1.0, 1.0), 5), 5 / 7),
        (buzacott((0.1,), (0.9,)), 0.9),
        (unreliable_pair((1.0, 1.0), (0.0, 0.0), (1.0, 1.0), 3), 5 / 6),
    ],
)
def test_exact_answers_are_those_of_the_literature(found: float, known: float) -> None:
    assert found == pytest.approx(known, rel=2e-6)


@pytest.mark.slow
def test_the_table_holds() -> None:
    found = rows(quick=True)
    assert len({row["case"] for row in found}) >= 19
    assert [(row["case"], row["quantity"]) for row in found if not row["ok"]] == []
    assert all({"kind", "case", "quantity", "value", "reference", "source", "tolerance", "ok"} <= row.keys() for row in found)
