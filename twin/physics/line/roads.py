"""How mobile robots drive: along the shortest way, one behind the other, and no further than there is room.

A way holds as many robots as have room on it, and they leave it in the order in which they came; whoever finds the next one full waits at
the end of his own, and holds up those behind him (Gawron 1998, "An iterative algorithm to determine the dynamic user equilibrium in a
traffic simulation model", Int. J. Modern Physics C 9). Stops lie beside the ways, and have room for all.
"""

from __future__ import annotations

from twin.kernel import exact, exact_scalar
from twin.physics.line.calendar import schedule
from twin.physics.line.records import NONE

__all__ = ["CAPACITY", "COUNT", "END", "FIRST", "LAST", "LENGTH", "PASSED", "WAY", "WAY_REALS", "distance", "drive", "set_off", "stands_at"]

WAY = 8  # numbers of a way: how many robots at most, and now; their queue; the queue of those that wait for it; its end; how many passed
CAPACITY, COUNT, FIRST, LAST, WAITS_FIRST, WAITS_LAST, END, PASSED = range(WAY)
WAY_REALS = 3  # of a way: length [m], speed limit [m/s], when the next robot may enter [s]
LENGTH, LIMIT, OPEN_FROM = range(WAY_REALS)


@exact_scalar
def distance(w, ints, reals, goal, stop):  # type: ignore[no-untyped-def]
    """Along the shortest way from a stop to a goal [m]."""
    return reals[w[0].distances + goal * w[0].stops + stop]


@exact_scalar
def stands_at(w, roads, r):  # type: ignore[no-untyped-def]
    """The stop where robot r is, or comes to next."""
    robot = w[r]
    return robot.stop if robot.edge < 0 else roads[robot.edge * WAY + END]


@exact
def set_off(w, ints, reals, roads, r):  # type: ignore[no-untyped-def]
    """From the stop where it stands towards its goal. True when it is there already."""
    robot = w[r]
    if ints[robot.goal_stop_at] == robot.stop:
        return True
    _enter(w, ints, reals, roads, r)
    return False


@exact
def drive(w, ints, reals, roads, r):  # type: ignore[no-untyped-def]
    """Its clock has rung on a way, or in front of one: go on. True when it has come to the stop of its goal."""
    robot = w[r]
    if robot.edge < 0:
        _enter(w, ints, reals, roads, r)
        return False
    here = robot.edge * WAY
    robot.waits = 1
    if roads[here + FIRST] != r:  # behind somebody who waits
        return False
    if roads[here + END] == ints[robot.goal_stop_at]:
        robot.stop = roads[here + END]
        _leave(w, ints, reals, roads, r)
        return True
    _enter(w, ints, reals, roads, r)
    return False


@exact
def _enter(w, ints, reals, roads, r):  # type: ignore[no-untyped-def]
    """Onto the next way towards its goal, or into the queue of those that wait for it."""
    robot = w[r]
    run = w[0]
    stop = robot.stop if robot.edge < 0 else roads[robot.edge * WAY + END]
    way = ints[run.ways + robot.goal * run.stops + stop]
    there = way * WAY
    if robot.granted >= 0:
        robot.granted = NONE
    elif roads[there + COUNT] < roads[there + CAPACITY]:
        roads[there + COUNT] += 1
    else:
        robot.following_way, robot.waits = NONE, 1
        if roads[there + WAITS_FIRST] < 0:
            roads[there + WAITS_FIRST] = r
        else:
            w[roads[there + WAITS_LAST]].following_way = r
        roads[there + WAITS_LAST] = r
        schedule(ints, reals, robot.slot, float("inf"))  # until somebody leaves the way
        return
    _onto(w, ints, reals, roads, r, way)


@exact
def _onto(w, ints, reals, roads, r, way):  # type: ignore[no-untyped-def]
    """Room is kept for it: it leaves where it was and drives to the end of the way."""
    robot = w[r]
    run = w[0]
    if robot.edge >= 0:
        _leave(w, ints, reals, roads, r)
    there, figures = way * WAY, run.lengths + way * WAY_REALS
    robot.edge, robot.following, robot.waits, robot.stop = way, NONE, 0, NONE
    if roads[there + FIRST] < 0:
        roads[there + FIRST] = r
    else:
        w[roads[there + LAST]].following = r
    roads[there + LAST] = r
    roads[there + PASSED] += 1
    speed = min(robot.speed, reals[figures + LIMIT])
    begin = max(run.now, reals[figures + OPEN_FROM])
    reals[figures + OPEN_FROM] = begin + robot.space / speed
    taken = reals[figures + LENGTH] / speed
    robot.driven += reals[figures + LENGTH]
    robot.battery -= taken
    schedule(ints, reals, robot.slot, begin + taken)


@exact
def _leave(w, ints, reals, roads, r):  # type: ignore[no-untyped-def]
    """The first robot leaves a way: who is behind it may go on, who waits for the way may come."""
    robot = w[r]
    way = robot.edge
    here = way * WAY
    roads[here + FIRST] = robot.following
    if robot.following < 0:
        roads[here + LAST] = NONE
    elif w[robot.following].waits == 1:
        schedule(ints, reals, w[robot.following].slot, w[0].now)
    robot.edge, robot.following, robot.waits = NONE, NONE, 0
    roads[here + COUNT] -= 1
    _let_in(w, ints, reals, roads, way)


@exact
def _let_in(w, ints, reals, roads, way):  # type: ignore[no-untyped-def]
    """Who waits longest for a way with room gets a place on it."""
    here = way * WAY
    waiting = roads[here + WAITS_FIRST]
    if waiting >= 0 and roads[here + COUNT] < roads[here + CAPACITY]:
        roads[here + WAITS_FIRST] = w[waiting].following_way
        roads[here + COUNT] += 1
        w[waiting].granted = way
        schedule(ints, reals, w[waiting].slot, w[0].now)
