"""`twin validate line`: exact answers of queueing theory at |z| < 3, with intervals narrow enough for that to say something."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twin.kinds import Context, Silent, Target
from twin.physics.line.exact import buzacott, closed_network, erlang_c, serial_line, unreliable_pair
from twin.physics.line.simulate import simulate
from twin.physics.line.spec import LineSpec

__all__ = ["CASES", "QUICK", "rows"]

REPLICATIONS = 40
SEED = 20_240
T_40 = 2.0227  # Student's t of 39 degrees of freedom, 97.5 %
MARKOV = "Markov chain, solved"


@dataclass(frozen=True)
class Answer:
    """What a line is known to give: `scalar`, exactly `reference`; `less`: taken off the scalar first."""

    scalar: str
    reference: float
    source: str
    less: float = 0.0


Case = tuple[dict[str, Any], tuple[Answer, ...]]
SINK: dict[str, Any] = {"out": {}}


def queue(servers: int, arrivals: float) -> Case:
    """M/M/c: mean time in the line."""
    line = {
        "time": 2e5, "sources": {"in": {"every": {"exponential": 1 / arrivals}, "to": "queue"}}, "buffers": {"queue": {"to": "serve"}},
        "stations": {"serve": {"machines": servers, "process": {"exponential": 1.0}, "to": "out"}}, "sinks": SINK,
    }  # fmt: skip
    return line, (Answer("lead_time", erlang_c(arrivals, 1.0, servers), "Erlang C", 1.0),)


def series(stations: int, buffer: int) -> Case:
    """Saturated exponential stations in a row."""
    names = [f"s{k}" for k in range(stations)]
    made = {name: {"process": {"exponential": 1.0}, "to": f"b{k}" if k < stations - 1 else "out"} for k, name in enumerate(names)}
    buffers = {f"b{k}": {"capacity": buffer, "to": names[k + 1]} for k in range(stations - 1)}
    line = {"time": 3e4, "sources": {"in": {"every": 0, "to": "s0"}}, "stations": made, "buffers": buffers, "sinks": SINK}
    known = {2: ("(b + 2) / (b + 3)", (buffer + 2) / (buffer + 3))}
    source, reference = known.get(stations, (MARKOV, 0.0))
    return line, (Answer("throughput", reference or serial_line(stations, buffer), source),)


def pair(buffer: int) -> Case:
    """Two machines that fail while they work."""
    mtbf, mttr, service = (100.0, 50.0), (10.0, 8.0), (1.0, 0.9)

    def station(k: int, to: str) -> dict[str, Any]:
        breaks = {"after": {"exponential": mtbf[k]}, "repair": {"exponential": mttr[k]}}
        return {"process": {"exponential": service[k]}, "breakdowns": breaks, "to": to}

    line = {
        "time": 1e5, "sources": {"in": {"every": 0, "to": "a"}}, "stations": {"a": station(0, "b0"), "z": station(1, "out")},
        "buffers": {"b0": {"capacity": buffer, "to": "z"}}, "sinks": SINK,
    }  # fmt: skip
    rates = [(1 / a, 1 / b) for a, b in (service, mtbf, mttr)]
    reference = unreliable_pair(rates[0], rates[1], rates[2], buffer)
    return line, (Answer("throughput", reference, "Gershwin & Berman 1981, chain solved"),)


def paced(buffer: int | None) -> Case:
    """Two machines of one pace that fail while they work: nothing between them, or no limit."""
    p, r = (0.01, 0.02), (0.1, 0.125)

    def station(k: int, to: str) -> dict[str, Any]:
        breaks = {"after": {"exponential": 1 / p[k]}, "repair": {"exponential": 1 / r[k]}}
        return {"process": 0.1, "breakdowns": breaks, "to": to}

    line = {
        "time": 2.5e4, "sources": {"in": {"every": 0, "to": "a"}}, "stations": {"a": station(0, "b0"), "z": station(1, "out")},
        "buffers": {"b0": {"capacity": buffer, "to": "z"}}, "sinks": SINK,
    }  # fmt: skip
    if buffer == 0:
        return line, (Answer("throughput", 10 * buzacott(p, r), "Buzacott 1967"),)
    line["buffers"] = {"b0": {"capacity": 1_000_000, "to": "z"}}
    slower = min(b / (a + b) for a, b in zip(p, r, strict=True))
    return line, (Answer("throughput", 10 * slower, "the slower machine alone"),)


def ring(services: tuple[float, ...], parts: int) -> Case:
    """A closed line: each part that comes out lets one in."""
    count = len(services)
    made = {f"s{k}": {"process": {"exponential": services[k]}, "to": f"b{k + 1}" if k < count - 1 else "out"} for k in range(count)}
    buffers = {f"b{k}": {"to": f"s{k}"} for k in range(1, count)}
    line = {
        "time": 3e4, "sources": {"in": {"every": 0, "to": "b0"}}, "stations": made,
        "buffers": {"b0": {"to": "s0"}, **buffers}, "sinks": SINK,
        "loops": {"conwip": {"cards": parts, "enter": ["b0"], "leave": ["out"]}},
    }  # fmt: skip
    return line, (Answer("throughput", closed_network(services, parts), "mean value analysis"), Answer("wip", float(parts), "cards"))


CASES: dict[str, Callable[[], Case]] = {
    "M/M/1, load 0.8": lambda: queue(1, 0.8),
    "M/M/3, load 0.8": lambda: queue(3, 2.4),
    **{f"two stations, buffer {b}": lambda b=b: series(2, b) for b in (0, 1, 5)},  # type: ignore[misc]
    **{f"{m} stations, no buffer": lambda m=m: series(m, 0) for m in (3, 4, 5, 6)},  # type: ignore[misc]
    **{f"three stations, buffer {b}": lambda b=b: series(3, b) for b in (1, 2)},  # type: ignore[misc]
    "two paced machines that fail, no buffer": lambda: paced(0),
    "two paced machines that fail, endless buffer": lambda: paced(None),
    **{f"two machines that fail, buffer {b}": lambda b=b: pair(b) for b in (0, 2, 10, 40)},  # type: ignore[misc]
    "closed, three stations, 5 parts": lambda: ring((1.0, 0.5, 0.8), 5),
    "closed, balanced, 5 parts": lambda: ring((1.0, 1.0, 1.0), 5),
}
QUICK = tuple(CASES)  # all of them take seconds


def rows(quick: bool, say: Callable[[str], None] = lambda text: None, threads: int = 1) -> list[dict[str, Any]]:
    """Two rows a quantity: the value within three standard errors, and how narrow its interval is; and the books of each run."""
    found = []
    for name, case in CASES.items():
        begin = time.perf_counter()
        line, answers = case()
        answered = list(_answers(line, answers, threads))
        seconds = time.perf_counter() - begin
        say(f"{name}: {seconds:.1f} s")
        found += [
            {
                "kind": "line", "case": name, "quantity": quantity, "value": value, "reference": reference, "source": source,
                "tolerance": tolerance, "ok": bool(abs(value - reference) <= tolerance), "seconds": round(seconds, 2),
            }
            for quantity, value, reference, tolerance, source in answered
        ]  # fmt: skip
    return found


def _answers(line: dict[str, Any], answers: tuple[Answer, ...], threads: int) -> Iterator[tuple[str, float, float, float, str]]:
    spec = LineSpec.model_validate({**line, "until": {"replications": REPLICATIONS, "max_replications": REPLICATIONS}})
    result = simulate(spec, Target(threads=threads), Silent(), Context(Path.cwd(), seed=SEED))
    if result.status != "done":
        raise RuntimeError(f"a validation line stopped: {result.reason}")
    for answer in answers:
        value = result.scalars[answer.scalar].value - answer.less
        width = result.scalars[f"{answer.scalar}_ci95"].value
        name = f"{answer.scalar} - {answer.less:g}" if answer.less else answer.scalar
        yield name, value, answer.reference, max(3 * width / T_40, 1e-9), f"{answer.source}; 3 standard errors"
        yield f"{name}: half-width of the 95 % interval, relative", width / value, 0.0, 0.01, f"{REPLICATIONS} replications"
    yield "Little's law, relative error", result.scalars["little_error"].value, 0.0, 1e-9, "identity"
    yield "shares of time add up to 1, error", result.scalars["state_error"].value, 0.0, 1e-9, "identity"
