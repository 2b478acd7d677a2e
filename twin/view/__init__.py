"""Draws results; knows no kind. `view` shows one, `report_html` a batch, `plots` has the charts."""

import sys
from types import ModuleType

from twin.view.html import player_html
from twin.view.report import report_html
from twin.view.show import Page, view

__all__ = ["Page", "player_html", "report_html", "view"]


class _CallableModule(ModuleType):
    """`twin.view(result)` works although `twin.view` is this package too: importing it puts it under that name."""

    __call__ = staticmethod(view)


sys.modules[__name__].__class__ = _CallableModule
