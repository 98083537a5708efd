"""QR codes drawn as shapes, sharp at every size."""

import qrcode
from qrcode.constants import ERROR_CORRECT_M

from libs.ui.typeset.sheet import Sheet

# ISO/IEC 18004 wants four clear modules on each side.
QUIET_MODULES = 4


def draw_qr(sheet: Sheet, data: str, x: float, y: float, side: float) -> None:
    """Draw a QR code of error correction level M.

    Args:
        sheet: Where it is drawn, in the current fill colour.
        data: What a reader gets.
        x: Left edge of the square that includes the quiet zone, in points.
        y: Its bottom edge.
        side: Its side.
    """
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_MODULES)
    code.add_data(data)
    code.make(fit=True)
    rows = code.get_matrix()
    module = side / len(rows)
    path = sheet.beginPath()
    for index, row in enumerate(rows):
        bottom = y + side - (index + 1) * module
        for first, last in _dark_runs(row):
            path.rect(x + first * module, bottom, (last - first) * module, module)
    sheet.drawPath(path, stroke=0, fill=1)


def _dark_runs(row: list[bool]) -> list[tuple[int, int]]:
    """Stretches of dark modules: one shape for several keeps hairlines from opening between them."""
    runs = []
    start = None
    for index, dark in enumerate([*row, False]):
        if dark and start is None:
            start = index
        elif not dark and start is not None:
            runs.append((start, index))
            start = None
    return runs
