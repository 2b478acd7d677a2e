"""Pictures of fields and scenes as PNG, without a display and without a browser; matplotlib is imported when one is drawn."""

from twin.view.flow.history import history_picture
from twin.view.flow.slice import slice_picture
from twin.view.flow.still import scene_picture

__all__ = ["history_picture", "scene_picture", "slice_picture"]
