"""What can be drawn, as plain data; knows no kind and no viewer. `glb` writes it as one animated file, `vtk` fields for ParaView."""

from twin.scene.glb import glb_bytes, read_glb, scene_from_glb, write_glb
from twin.scene.isosurface import isosurface
from twin.scene.model import ColorBar, Deforming, Lines, Marker, Mesh, Node, Scene, Trail
from twin.scene.sample import sample
from twin.scene.streamlines import Streamline, streamlines
from twin.scene.vtk import write_pvd, write_vti, write_vtp, write_vtp_lines, write_vtu

__all__ = [
    "ColorBar",
    "Deforming",
    "Lines",
    "Marker",
    "Mesh",
    "Node",
    "Scene",
    "Streamline",
    "Trail",
    "glb_bytes",
    "isosurface",
    "read_glb",
    "sample",
    "scene_from_glb",
    "streamlines",
    "write_glb",
    "write_pvd",
    "write_vti",
    "write_vtp",
    "write_vtp_lines",
    "write_vtu",
]
