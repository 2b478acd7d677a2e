"""What can be drawn, as plain data; knows no kind and no viewer."""

from twin.scene.model import Marker, Mesh, Node, Scene, Trail

__all__ = ["Marker", "Mesh", "Node", "Scene", "Trail"]
