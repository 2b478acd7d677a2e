"""What can be known to be wrong before anything moves."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from twin.errors import BadInput, Fault
from twin.geometry.solid_mesh import problems
from twin.kinds import Context
from twin.physics.crash.case import Case, prepare
from twin.physics.crash.check_start import behind_walls, doubly_driven, idle, path_of, places, too_seldom
from twin.physics.crash.constants import sound
from twin.physics.crash.cost import BYTES
from twin.physics.crash.preflight import critical_step, steps_of
from twin.physics.crash.spec import CrashSpec
from twin.scenario.paths import resolve

__all__ = ["check", "files"]

MOST_STEPS = 1e9
SOFTEST, STIFFEST = 1e4, 1.5e12  # [Pa]; gels and diamond
FASTEST = 25e3  # [m/s] sound; diamond has 18 km/s
METAL, SOFT_METAL = 1500.0, 1e8  # [kg/m^3], [Pa]: what is as heavy as a metal is not as soft as rubber
LARGEST, SMALLEST = 100.0, 1e-5  # [m]
MESHING = 2000  # [B] of an element while it is meshed and looked at
APART = "Move them apart; glue them with `ties` where they belong together."
SHALLOW = 0.01  # of an element's thickness: that deep bodies may start inside of each other


def files(spec: CrashSpec, folder: Path) -> list[Path]:
    """The meshes, and what a robot and a table of body regions are made of."""
    if spec.human is not None:
        from twin.physics.crash.human import human_files

        return list(human_files(spec.human, folder))
    return [resolve(part.mesh, folder) for part in spec.bodies.values() if part.mesh is not None]


def check(spec: CrashSpec, context: Context) -> Sequence[Fault]:
    """Every fault that the fields alone do not show. Paths are dotted, as in the scenario file."""
    if spec.human is not None:
        from twin.physics.crash.human import human_check

        return list(human_check(spec.human, context))
    if faults := _too_many(spec):
        return faults
    try:
        case = prepare(spec, context.folder)
        faults = [*_meshes(case), *_sizes(case), *_stiffness(case)]
        faults = faults or [*_time(case), *places(case), *idle(case), *too_seldom(spec)]
        return faults or [*doubly_driven(case), *behind_walls(case), *_overlaps(case)]
    except BadInput as error:
        return [Fault(error.where, error.given, error.allowed, error.remedy)]


def _meshes(case: Case) -> list[Fault]:
    """Inside-out, flat and doubled elements and nodes."""
    faults = []
    for name, mesh in case.meshes.items():
        found = problems(mesh)
        if found:
            where = f"{path_of(case, name)}.{'mesh' if case.spec.bodies[name].mesh is not None else 'shape'}"
            more = f" and {len(found) - 1} more" if len(found) > 1 else ""
            faults.append(Fault(where, found[0].text + more, "elements with a positive volume and nodes of their own", "Mend the mesh."))
    if not faults and not (case.lengths > 0).all():
        bad = int(np.flatnonzero(~(case.lengths > 0))[0])
        name = case.names[int(case.part[bad])]
        given = f"element {bad - int(case.first_element[case.part[bad]])} with no volume in its middle"
        faults.append(Fault(f"{path_of(case, name)}.mesh", given, "elements with a positive volume", "Mend the mesh."))
    return faults


def _sizes(case: Case) -> list[Fault]:
    """Metres and millimetres confused."""
    faults = []
    for name, mesh in case.meshes.items():
        largest = float(np.ptp(mesh.bounds, axis=0).max())
        if not SMALLEST <= largest <= LARGEST:
            allowed, part = f"bodies between {1e3 * SMALLEST:g} mm and {LARGEST:g} m", case.spec.bodies[name]
            if part.mesh is None:
                faults.append(Fault(f"{path_of(case, name)}.shape", f"{largest:.4g} m", allowed, "A bare number is in metres."))
                continue
            allowed += f"; this one is {largest:.4g} m long"
            faults.append(Fault(f"{path_of(case, name)}.scale", part.scale, allowed, "A file drawn in millimetres wants `scale: 0.001`."))
    return faults


def _stiffness(case: Case) -> list[Fault]:
    """Units mixed: a steel of 210 kPa."""
    faults = []
    for name, m in case.materials.items():
        soft = m.young < SOFT_METAL and m.density > METAL
        if soft or not SOFTEST <= m.young <= STIFFEST:
            allowed = f"Young's moduli between {SOFTEST:g} and {STIFFEST:g} Pa" + (
                f", and above {SOFT_METAL:g} Pa for what is as heavy as {m.density:g} kg/m^3" if soft else ""
            )
            faults.append(Fault(f"{path_of(case, name)}.material.young", m.young, allowed, "Steel has 210 GPa; a bare number is in Pa."))
        elif sound(m) > FASTEST:
            allowed = f"densities with which sound is slower than {FASTEST:g} m/s; here it has {sound(m):.3g} m/s"
            remedy = "Steel has 7850 kg/m^3; a bare number is in kg/m^3."
            faults.append(Fault(f"{path_of(case, name)}.material.density", m.density, allowed, remedy))
        strength = m.yield_stress or (m.curve[0][1] if m.curve else None) or (m.johnson_cook.a if m.johnson_cook else None)
        if strength is not None and strength > 0.2 * m.young:
            allowed = f"a yield stress below a fifth of Young's modulus, {0.2 * m.young:.3g} Pa"
            faults.append(Fault(f"{path_of(case, name)}.material.yield_stress", strength, allowed, "Mixed units? A bare number is in Pa."))
    return faults


def _time(case: Case) -> list[Fault]:
    """Runs that would take for ever, and mass scaling that changes the body."""
    faults, steps = [], steps_of(case)
    step, worst = critical_step(case)
    if steps > MOST_STEPS:
        name = case.names[int(case.part[worst])]
        allowed = f"at most {MOST_STEPS:.0e} steps; these would be {steps:.3g} of {step:.3g} s, set by {name}"
        remedy = "Take a coarser mesh, a shorter time, or timing.mass_scaling for slow loads."
        faults.append(Fault("until", case.spec.until, allowed, remedy))
    limit, share = case.spec.guards.added_mass, case.added / max(case.node_mass.sum() - case.added, 1e-300)
    if share > limit:
        allowed = f"mass scaling that adds at most {100 * limit:g} % (guards.added_mass); this adds {100 * share:.3g} %"
        faults.append(Fault("timing.mass_scaling", case.spec.timing.mass_scaling, allowed, "Take a smaller time step."))
    return faults


def _too_many(spec: CrashSpec) -> list[Fault]:
    """Models larger than the memory, known from their counts before they are meshed."""
    there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    elements = sum(part.shape.count() for part in spec.bodies.values() if part.shape is not None)
    needed = (MESHING + BYTES) * elements
    if needed <= there:
        return []
    allowed = f"models that fit into this machine's {there / 2**30:.1f} GiB; this one takes {needed / 2**30:.1f} GiB"
    where = "model" if spec.model is not None else "parts"
    return [Fault(where, f"{elements:,} elements", allowed, "Take larger cells.")]


def _overlaps(case: Case) -> list[Fault]:
    """Bodies that are inside of each other at the start: contact would shoot them apart."""
    from twin.physics.crash.contact import begun, surrounded
    from twin.physics.crash.contact_loops import depths
    from twin.physics.crash.run import skin_of

    contact = begun(case, *skin_of(case))
    if not len(contact.nodes):
        return []
    contact = surrounded(contact, case.x)
    found = np.zeros(len(contact.nodes))
    depths(case.x, contact, found)
    glued = {int(n) for name, tie in case.spec.ties.items() for n in case.place(tie.nodes, f"ties.{name}.nodes")}
    found[[int(n) in glued for n in contact.nodes]] = 0.0
    if not (found > SHALLOW).any():
        return _crossing(case, glued)
    worst = int(np.argmax(found))
    name = case.names[int(contact.part[worst])]
    x, y, z = 1e3 * case.x[contact.nodes[worst]]
    given = f"{int((found > SHALLOW).sum())} nodes inside of another body, the deepest at ({x:.4g}, {y:.4g}, {z:.4g}) mm"
    return [Fault(f"parts.{name}", given, "bodies that touch at most", APART)]


def _crossing(case: Case, glued: set[int]) -> list[Fault]:
    """Bodies through each other that have no node just below the other's skin."""
    from twin.physics.crash.overlap import overlapping

    apart = np.atleast_1d(np.isin(case.connect, list(glued)).any(axis=1))
    pair = overlapping(case, apart)
    if pair is None:
        return []
    one, other = (case.names[int(case.part[element])] for element in pair)
    x, y, z = 1e3 * case.x[case.connect[pair[0]]].mean(axis=0)
    given = f"an element at ({x:.4g}, {y:.4g}, {z:.4g}) mm inside of another body, {other}"
    return [Fault(f"parts.{one}", given, "bodies that touch at most", APART)]
