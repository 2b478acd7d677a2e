"""What can be drawn, as plain data; knows no kind and no viewer. `glb` writes it as one animated file."""

from twin.scene.glb import glb_bytes, read_glb, scene_from_glb, write_glb
from twin.scene.model import ColorBar, Lines, Marker, Mesh, Node, Scene, Trail

__all__ = ["ColorBar", "Lines", "Marker", "Mesh", "Node", "Scene", "Trail", "glb_bytes", "read_glb", "scene_from_glb", "write_glb"]
