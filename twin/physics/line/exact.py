"""Exact answers of queueing theory, for validation: formulas where there are, else the chain itself solved as linear equations."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import factorial
from typing import Any

import numpy as np

__all__ = ["buzacott", "closed_network", "erlang_c", "serial_line", "unreliable_pair"]

State = Any


def stationary(start: State, moves: Callable[[State], Iterable[tuple[State, float]]]) -> dict[State, float]:
    """Probabilities of a finite continuous-time Markov chain; `moves`: states that follow, with their rates."""
    number = {start: 0}
    ahead, rates = [start], list[tuple[int, int, float]]()
    while ahead:
        here = ahead.pop()
        for there, rate in moves(here):
            if there not in number:
                number[there] = len(number)
                ahead.append(there)
            rates.append((number[here], number[there], rate))
    A = np.zeros((len(number), len(number)))
    for i, j, rate in rates:
        A[j, i] += rate
        A[i, i] -= rate
    A[-1] = 1.0
    y = np.zeros(len(number))
    y[-1] = 1.0
    return dict(zip(number, np.linalg.solve(A, y).tolist(), strict=True))


def serial_line(stations: int, buffer: int) -> float:
    """Throughput of saturated exponential stations of rate 1 with `buffer` places between them, blocking after service.

    State: of each station starved, busy or blocked; parts in each buffer.
    """
    S, B, K = 0, 1, 2  # starved, busy, blocked

    def settled(states: list[int], between: list[int]) -> State:
        moved = True
        while moved:
            moved = False
            for i in range(stations):
                if i < stations - 1 and states[i] == K:
                    if states[i + 1] == S and between[i] == 0:
                        states[i], states[i + 1], moved = S, B, True
                    elif between[i] < buffer:
                        between[i], states[i], moved = between[i] + 1, S, True
                if i > 0 and states[i] == S and between[i - 1] > 0:
                    between[i - 1], states[i], moved = between[i - 1] - 1, B, True
            if states[0] == S:
                states[0], moved = B, True
        return tuple(states), tuple(between)

    def moves(state: State) -> Iterable[tuple[State, float]]:
        states, between = state
        for i in range(stations):
            if states[i] == B:
                after, parts = list(states), list(between)
                after[i] = K if i < stations - 1 else S
                yield settled(after, parts), 1.0

    start = settled([B] + [S] * (stations - 1), [0] * (stations - 1))
    return sum(p for (states, _), p in stationary(start, moves).items() if states[-1] == B)


def unreliable_pair(rates: tuple[float, float], failures: tuple[float, float], repairs: tuple[float, float], buffer: int) -> float:
    """Throughput of two exponential machines that fail while they work; N = buffer + 2 parts between their inputs and outputs.

    The continuous-time form of Gershwin & Berman 1981, "Analysis of transfer lines consisting of two unreliable machines with random
    processing times and finite storage buffers", AIIE Transactions 13(1).
    """
    most = buffer + 2

    def moves(state: State) -> Iterable[tuple[State, float]]:
        n, a, b = state
        if a and n < most:
            yield (n + 1, a, b), rates[0]
            yield (n, 0, b), failures[0]
        if not a:
            yield (n, 1, b), repairs[0]
        if b and n > 0:
            yield (n - 1, a, b), rates[1]
            yield (n, a, 0), failures[1]
        if not b:
            yield (n, a, 1), repairs[1]

    found = stationary((0, 1, 1), moves)
    return rates[1] * float(sum(p for (n, _, b), p in found.items() if n > 0 and b))


def buzacott(p: tuple[float, ...], r: tuple[float, ...]) -> float:
    """Efficiency of a line without buffers whose machines fail while they work at rates p and are repaired at rates r.

    Buzacott 1967, "Automatic transfer lines with buffer stocks", Int. J. Production Research 5(3).
    """
    return 1 / (1 + sum(a / b for a, b in zip(p, r, strict=True)))


def erlang_c(arrivals: float, service: float, servers: int) -> float:
    """Mean wait in the queue of M/M/c."""
    load = arrivals / service
    rest = servers - load
    waits = load**servers / factorial(servers) * servers / rest
    chance = waits / (sum(load**k / factorial(k) for k in range(servers)) + waits)
    return chance / (servers * service - arrivals)


def closed_network(services: tuple[float, ...], parts: int) -> float:
    """Throughput of a ring of exponential stations with that many parts in it: mean value analysis (Reiser & Lavenberg 1980)."""
    lengths = np.zeros(len(services))
    rate = 0.0
    for n in range(1, parts + 1):
        times = np.array(services) * (1 + lengths)
        rate = n / times.sum()
        lengths = rate * times
    return float(rate)
