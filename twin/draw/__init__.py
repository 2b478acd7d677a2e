"""Pictures of fields and scenes as PNG, without a display and without a browser; matplotlib is imported when one is drawn."""

from twin.draw.history import history_picture
from twin.draw.lines import lines_picture
from twin.draw.slice import slice_picture
from twin.draw.still import scene_picture

__all__ = ["history_picture", "lines_picture", "scene_picture", "slice_picture"]
