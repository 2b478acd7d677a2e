"""What mobile robots do: they are called, fetch parts, bring them, charge, and wait at home."""

from __future__ import annotations

from twin.kernel import exact
from twin.physics.line.agenda import ask
from twin.physics.line.calendar import schedule
from twin.physics.line.flow import arrive
from twin.physics.line.places import level
from twin.physics.line.records import NONE
from twin.physics.line.roads import distance, drive, set_off, stands_at

__all__ = ["TASKS", "call", "count_task", "rings"]

FREE, FETCHING, LOADING, BRINGING, UNLOADING, TO_CHARGER, CHARGING, HOMEWARD = range(8)
TASKS = ("free", "fetching", "loading", "bringing", "unloading", "to_charger", "charging", "homeward")


@exact
def call(w, parts, ints, reals, roads, t):  # type: ignore[no-untyped-def]
    """Parts wait in transport t, or there is room where they go: robots that are free are sent for them, the nearest first."""
    while _open(w, t) > 0:
        best, least = NONE, float("inf")
        for r in range(w[0].robots_at, w[0].robots_at + w[0].robots):
            robot = w[r]
            idle = robot.task == FREE or (robot.task == HOMEWARD and robot.edge >= 0 and robot.waits == 0)
            if robot.fleet == w[t].fleet and idle and robot.battery >= robot.low:
                far = distance(w, ints, reals, w[t].pick, stands_at(w, roads, r))
                if far < least:
                    best, least = r, far
        if best < 0:
            return
        _send(w, parts, ints, reals, roads, best, t)


@exact
def _open(w, t):  # type: ignore[no-untyped-def]
    """Parts of a transport that may be brought now: that nobody fetches, and that there is room for."""
    place = w[t]
    there = w[place.dest]
    return min(place.ready, there.capacity - there.level - there.reserved)


@exact
def count_task(w, reals, r):  # type: ignore[no-untyped-def]
    """Account for the time of robot r in its task up to now."""
    robot = w[r]
    reals[robot.spent + robot.task] += w[0].now - robot.counted
    robot.counted = w[0].now


@exact
def _do(w, reals, r, task):  # type: ignore[no-untyped-def]
    count_task(w, reals, r)
    w[r].task = task


@exact
def _send(w, parts, ints, reals, roads, r, t):  # type: ignore[no-untyped-def]
    """Robot r fetches parts of transport t."""
    robot = w[r]
    moving = robot.task == HOMEWARD
    robot.order, robot.want = t, 0
    _claim(w, r, min(_open(w, t), robot.carries))
    _do(w, reals, r, FETCHING)
    _heads_for(w, ints, robot, w[t].pick)
    if not moving and set_off(w, ints, reals, roads, r):
        schedule(ints, reals, robot.slot, w[0].now)


@exact
def _claim(w, r, count):  # type: ignore[no-untyped-def]
    """So many parts of its order are for robot r, and so many places where they go."""
    place = w[w[r].order]
    w[r].want += count
    place.ready -= count
    place.claimed += count
    w[place.dest].reserved += count


@exact
def _heads_for(w, ints, robot, goal):  # type: ignore[no-untyped-def]
    robot.goal = goal
    robot.goal_stop_at = w[0].goals + goal


@exact
def rings(w, parts, ints, reals, roads, r):  # type: ignore[no-untyped-def]
    """The clock of robot r has rung: it has come to the end of a way, or has done what it did at a stop."""
    robot = w[r]
    task = robot.task
    if task == LOADING:
        _loaded(w, parts, ints, reals, roads, r)
    elif task == UNLOADING:
        _unloaded(w, parts, ints, reals, roads, r)
    elif task == CHARGING:
        robot.battery = robot.endurance
        _is_free(w, parts, ints, reals, roads, r)
    elif (robot.edge < 0 and robot.stop == ints[robot.goal_stop_at]) or drive(w, ints, reals, roads, r):
        _there(w, parts, ints, reals, roads, r)


@exact
def _there(w, parts, ints, reals, roads, r):  # type: ignore[no-untyped-def]
    """It has come to its goal."""
    robot = w[r]
    if robot.task == FETCHING:
        more = min(_open(w, robot.order), robot.carries - robot.want)  # what has come since it was sent
        if more > 0:
            _claim(w, r, more)
        _do(w, reals, r, LOADING)
        schedule(ints, reals, robot.slot, w[0].now + robot.load_time)
    elif robot.task == BRINGING:
        _do(w, reals, r, UNLOADING)
        schedule(ints, reals, robot.slot, w[0].now + robot.unload_time)
    elif robot.task == TO_CHARGER:
        _do(w, reals, r, CHARGING)
        free = w[0].charger_free + robot.goal
        begin = max(w[0].now, reals[free])
        reals[free] = begin + robot.charging * (1.0 - max(robot.battery, 0.0) / robot.endurance)
        schedule(ints, reals, robot.slot, reals[free])
    elif robot.task == HOMEWARD and robot.battery >= robot.low:
        _do(w, reals, r, FREE)
    else:
        _is_free(w, parts, ints, reals, roads, r)


@exact
def _loaded(w, parts, ints, reals, roads, r):  # type: ignore[no-untyped-def]
    """The parts are on the robot: their places are free."""
    robot = w[r]
    t = robot.order
    place = w[t]
    robot.head = NONE
    for _ in range(robot.want):
        part = place.head
        level(w, parts, ints, reals, t, -1)
        place.claimed -= 1
        place.head = parts[part].next
        parts[part].next = NONE
        if robot.head < 0:
            robot.head = part
        else:
            parts[robot.last].next = part
        robot.last = part
    if place.head < 0:
        place.tail = NONE
    ask(w, parts, ints, reals, t)
    _do(w, reals, r, BRINGING)
    _heads_for(w, ints, robot, place.drop)
    if set_off(w, ints, reals, roads, r):
        _there(w, parts, ints, reals, roads, r)


@exact
def _unloaded(w, parts, ints, reals, roads, r):  # type: ignore[no-untyped-def]
    """The parts are where they go."""
    robot = w[r]
    goes = w[robot.order].dest
    part = robot.head
    for _ in range(robot.want):
        following = parts[part].next
        w[goes].reserved -= 1
        arrive(w, parts, ints, reals, part, goes)
        part = following
    robot.trips += 1
    robot.head, robot.want = NONE, 0
    _do(w, reals, r, FREE)
    schedule(ints, reals, robot.slot, w[0].now)  # looks for an order when the parts have gone on, and there is room for others


@exact
def _is_free(w, parts, ints, reals, roads, r):  # type: ignore[no-untyped-def]
    """To charge when its battery is low, else to the next order, else home."""
    robot = w[r]
    _do(w, reals, r, FREE)
    goal = NONE
    if robot.battery < robot.low:
        goal = _nearest(w, ints, reals, r, robot.chargers_at, robot.chargers)
    if goal >= 0:
        _do(w, reals, r, TO_CHARGER)
    else:
        t = _next_order(w, parts, ints, reals, r)
        if t >= 0:
            _send(w, parts, ints, reals, roads, r, t)
            return
        if robot.home < 0:
            return
        goal = robot.home
        _do(w, reals, r, HOMEWARD)
    _heads_for(w, ints, robot, goal)
    if set_off(w, ints, reals, roads, r):
        schedule(ints, reals, robot.slot, w[0].now)


@exact
def _nearest(w, ints, reals, r, at, count):  # type: ignore[no-untyped-def]
    """Of several goals the one that it can use first: by the way to it and the time until it is free."""
    best, least = NONE, float("inf")
    for k in range(count):
        goal = ints[at + k]
        ready = max(w[0].now + distance(w, ints, reals, goal, w[r].stop) / w[r].speed, reals[w[0].charger_free + goal])
        if ready < least:
            best, least = goal, ready
    return best


@exact
def _next_order(w, parts, ints, reals, r):  # type: ignore[no-untyped-def]
    """Of the transports of its fleet the nearest, or the one whose part waits longest; NONE where there is nothing to do."""
    robot = w[r]
    best, least = NONE, float("inf")
    for t in range(w[0].transports_at, w[0].transports_at + w[0].transports):
        if w[t].fleet == robot.fleet and _open(w, t) > 0:
            value = parts[w[t].head].ready_at if robot.longest == 1 else distance(w, ints, reals, w[t].pick, robot.stop)
            if value < least:
                best, least = t, value
    return best
