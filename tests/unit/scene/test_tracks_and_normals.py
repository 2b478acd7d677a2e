"""Key frames keep their tolerance whatever the motion; normals are those of the shape."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.scene.normals import creased
from twin.scene.tracks import continuous, key_frames, lerp, slerp


def interpolated(t: np.ndarray, track: np.ndarray, keep: np.ndarray) -> np.ndarray:
    return np.stack([np.interp(t, t[keep], track[keep, k]) for k in range(track.shape[1])], axis=1)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 80), st.sampled_from([1e-4, 1e-2, 0.3]))
def test_left_out_frames_are_within_the_tolerance(seed: int, frames: int, tolerance: float) -> None:
    random = np.random.default_rng(seed)
    t = np.cumsum(random.uniform(0.01, 1, frames))
    tracks = np.cumsum(random.normal(0, 0.05, (3, frames, 3)) * random.integers(0, 2, (3, frames, 1)), axis=1)
    keep = key_frames(t, tracks, tolerance, lerp)
    for track, kept in zip(tracks, keep, strict=True):
        assert kept[0]
        assert kept[-1]
        assert np.linalg.norm(track - interpolated(t, track, kept), axis=1).max() <= tolerance + 1e-12


def test_a_polyline_keeps_its_corners_only() -> None:
    t = np.linspace(0, 3, 301)
    track = np.stack([np.interp(t, [0, 1, 2, 3], [0, 1, 1, 0]), np.interp(t, [0, 1, 2, 3], [0, 0, 2, 2])], axis=1)[None]
    np.testing.assert_array_equal(np.flatnonzero(key_frames(t, track, 1e-6, lerp)[0]), [0, 100, 200, 300])


def test_a_turn_at_constant_rate_is_its_two_ends() -> None:
    """Slerp reproduces it exactly; straight lines between quaternions would need many frames."""
    t = np.linspace(0, 1, 200)
    angle = 2.8 * t
    turn = np.stack([np.cos(angle / 2), 0 * t, np.sin(angle / 2), 0 * t], axis=1)[None]
    assert key_frames(t, turn, 1e-6, slerp).sum() == 2
    assert key_frames(t, turn, 1e-4, lerp).sum() > 10


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_continuous_rotations_are_the_same_rotations_without_jumps(seed: int) -> None:
    random = np.random.default_rng(seed)
    q = random.normal(size=(2, 20, 4))
    q /= np.linalg.norm(q, axis=-1, keepdims=True)
    smooth = continuous(q)
    np.testing.assert_allclose(np.abs(np.sum(smooth * q, axis=-1)), 1)
    assert (np.sum(smooth[:, 1:] * smooth[:, :-1], axis=-1) >= 0).all()


def test_a_box_gets_flat_faces() -> None:
    shape = trimesh.creation.box(extents=(1, 2, 3))
    vertices, normals, faces = creased(shape.vertices, shape.faces)
    assert len(vertices) == 24, "four corners on each of six sides"
    for face in faces:
        a, b, c = vertices[face]
        np.testing.assert_allclose(
            normals[face], np.tile(np.cross(b - a, c - a) / np.linalg.norm(np.cross(b - a, c - a)), (3, 1)), atol=1e-12
        )


def test_a_sphere_stays_one_smooth_surface() -> None:
    shape = trimesh.creation.icosphere(subdivisions=3, radius=0.4)
    vertices, normals, _ = creased(shape.vertices, shape.faces)
    assert len(vertices) == len(shape.vertices)
    np.testing.assert_allclose(normals, vertices / 0.4, atol=0.02)


def test_a_cylinder_has_a_round_side_and_a_sharp_rim() -> None:
    shape = trimesh.creation.cylinder(radius=0.5, height=2, sections=32)
    vertices, normals, _ = creased(shape.vertices, shape.faces)
    cap = np.abs(normals[:, 2]) > 0.99
    np.testing.assert_allclose(np.abs(normals[cap]), np.tile([0, 0, 1], (cap.sum(), 1)), atol=1e-9)
    np.testing.assert_allclose(normals[~cap][:, :2], vertices[~cap][:, :2] / 0.5, atol=0.11)
    assert len(vertices) == 32 * 4 + 2


@pytest.mark.parametrize("degrees", [10, 80])
def test_the_crease_angle_decides(degrees: float) -> None:
    """Two faces over a ridge: one vertex an end where they meet flatter than the crease, two where steeper."""
    fold = np.radians(degrees) / 2
    points = np.array([[0, 0, 0], [0, 1, 0], [np.cos(fold), 0, -np.sin(fold)], [-np.cos(fold), 0, -np.sin(fold)]])
    vertices, _, _ = creased(points, np.array([[0, 2, 1], [1, 3, 0]]), np.radians(35))
    assert len(vertices) == (4 if degrees < 35 else 6)
