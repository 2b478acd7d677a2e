"""Bodies, robots and contact on engines that others maintain, behind one small protocol."""

from twin.contact.engine import ENGINES, Contact, Distance, Engine, Item, default_engine, make_engine
from twin.contact.world import GRAVITY, Body, Installed, World

__all__ = [
    "ENGINES",
    "GRAVITY",
    "Body",
    "Contact",
    "Distance",
    "Engine",
    "Installed",
    "Item",
    "World",
    "default_engine",
    "make_engine",
]
