"""QR codes of level M: what they hold, their modules, and how they are drawn."""

from libs.ui.typeset.qr.drawing import QUIET_MODULES, draw_qr, qr_operators
from libs.ui.typeset.qr.segments import Segment, split
from libs.ui.typeset.qr.symbol import make_symbol, smallest_version

__all__ = [
    "QUIET_MODULES",
    "Segment",
    "draw_qr",
    "make_symbol",
    "qr_operators",
    "smallest_version",
    "split",
]
