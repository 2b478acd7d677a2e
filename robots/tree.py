"""From a heap of links and joints to a tree: parents first, every fault named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from robots.model import Joint, Link
from twin.errors import BadInput, UnknownName

__all__ = ["ordered", "resolved"]


def ordered(where: str, links: Sequence[Link], joints: Sequence[Joint]) -> tuple[tuple[Link, ...], tuple[Joint, ...]]:
    """Links with the root first and parents before children (depth first, in the order given); joints[i] carries links[i + 1].

    Raises:
        BadInput: names that occur twice, a link with two parents, a loop, no root or several, a circular mimic.
        UnknownName: a joint between links, or a mimic of a joint, that do not exist.
    """
    by_name = {link.name: link for link in links}
    _unique(f"{where}: links", [link.name for link in links])
    _unique(f"{where}: joints", [joint.name for joint in joints])
    carrier: dict[str, Joint] = {}
    for joint in joints:
        for role, name in (("parent", joint.parent), ("child", joint.child)):
            if name not in by_name:
                raise UnknownName(f"{where}: {role} link of joint {joint.name}", name, by_name)
        if joint.child in carrier:
            both = f"{carrier[joint.child].name}, {joint.name}"
            raise BadInput(f"{where}: parents of link {joint.child}", both, "one joint above each link", "Closed chains are not supported.")
        carrier[joint.child] = joint
    _check_mimics(where, joints)

    roots = [link.name for link in links if link.name not in carrier]
    if not roots:
        raise BadInput(
            f"{where}: joints", ", ".join(_loop(carrier, links[0].name)), "a tree; these joints form a loop and no link is the root"
        )
    below: dict[str, list[Joint]] = {link.name: [] for link in links}
    for joint in joints:
        below[joint.parent].append(joint)
    chain = _depth_first(roots[0], below)
    missing = set(by_name) - {roots[0]} - {joint.child for joint in chain}
    if len(roots) > 1:
        raise BadInput(f"{where}: root links", ", ".join(roots), "exactly one link without a parent joint", "Join them with a fixed joint.")
    if missing:
        raise BadInput(f"{where}: joints", ", ".join(_loop(carrier, min(missing))), "a tree; these joints form a loop")
    return (by_name[roots[0]], *(by_name[joint.child] for joint in chain)), tuple(chain)


def _unique(where: str, names: Sequence[str]) -> None:
    for i, name in enumerate(names):
        if name in names[:i]:
            raise BadInput(where, name, "each name once")


def _depth_first(root: str, below: dict[str, list[Joint]]) -> list[Joint]:
    chain, waiting = [], list(reversed(below[root]))
    while waiting:
        joint = waiting.pop()
        chain.append(joint)
        waiting.extend(reversed(below[joint.child]))
    return chain


def _loop(carrier: dict[str, Joint], name: str) -> list[str]:
    """Names of the joints of the loop that is met when going up from the link `name`."""
    seen: list[str] = []
    while name not in seen:
        seen.append(name)
        name = carrier[name].parent
    return [carrier[link].name for link in reversed(seen[seen.index(name) :])]


def _check_mimics(where: str, joints: Iterable[Joint]) -> None:
    by_name = {joint.name: joint for joint in joints}
    for joint in by_name.values():
        if joint.mimic is None:
            continue
        leader = joint.mimic[0]
        if leader not in by_name:
            raise UnknownName(f"{where}: mimic of joint {joint.name}", leader, by_name)
        if not by_name[leader].moves:
            raise BadInput(f"{where}: mimic of joint {joint.name}", leader, "a joint that moves")
        followed = [joint.name]
        while (mimic := by_name[followed[-1]].mimic) is not None:
            if mimic[0] in followed:
                raise BadInput(f"{where}: mimic of joint {joint.name}", " -> ".join([*followed, mimic[0]]), "a chain of mimics that ends")
            followed.append(mimic[0])


def resolved(joints: Sequence[Joint]) -> tuple[Joint, ...]:
    """The joints with each mimic pointing straight at an independent joint, also where it followed another mimic."""
    by_name = {joint.name: joint for joint in joints}

    def straight(joint: Joint) -> Joint:
        if joint.mimic is None:
            return joint
        leader, factor, shift = joint.mimic
        while (next_mimic := by_name[leader].mimic) is not None:  # q = f (f2 q2 + s2) + s
            leader, factor, shift = next_mimic[0], factor * next_mimic[1], factor * next_mimic[2] + shift
        return replace(joint, mimic=(leader, factor, shift))

    return tuple(straight(joint) for joint in joints)
