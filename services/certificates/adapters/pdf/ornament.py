"""The frame and the eight-pointed star, Morocco's oldest ornament and no one's coat of arms."""

from math import cos, pi, sin

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4

from libs.ui.typeset.sheet import Sheet

GREEN = HexColor(0x0B4F3C)
GOLD = HexColor(0xA98A45)
INK = HexColor(0x1A1A1A)
GREY = HexColor(0x55605B)
RULE = HexColor(0xD3DCD7)
PALE = HexColor(0xF4F8F6)
WASH = HexColor(0xEADFC6)
PALE_WASH = HexColor(0xF1E9D8)
WHITE = HexColor(0xFFFFFF)

_OUTER, _INNER, _CORNER = 26.0, 31.0, 12.0
_POINTS = 8
# Two squares, one turned by an eighth: the inner corners lie at this part of the radius.
_INNER_RADIUS = 0.7654


def draw_frame(sheet: Sheet) -> None:
    """A double line around the page with a star in each corner."""
    width, height = A4
    sheet.saveState()
    sheet.setStrokeColor(GREEN)
    sheet.setLineWidth(1.1)
    sheet.rect(_OUTER, _OUTER, width - 2 * _OUTER, height - 2 * _OUTER)
    sheet.setStrokeColor(GOLD)
    sheet.setLineWidth(0.5)
    sheet.rect(_INNER, _INNER, width - 2 * _INNER, height - 2 * _INNER)
    middle = (_OUTER + _INNER) / 2
    for x in (middle, width - middle):
        for y in (middle, height - middle):
            sheet.setFillColor(WHITE)
            sheet.circle(x, y, _CORNER * 0.86, stroke=0, fill=1)
            draw_star(sheet, x, y, _CORNER)
    sheet.restoreState()


def draw_star(sheet: Sheet, x: float, y: float, radius: float) -> None:
    """A khatim: a green star, a gold one within, a white heart.

    Args:
        sheet: Where it is drawn.
        x: Its middle.
        y: Its middle.
        radius: From the middle to a point, in points.
    """
    for colour, part in ((GREEN, 1.0), (WHITE, 0.80), (GOLD, 0.70), (WHITE, 0.42), (GREEN, 0.30)):
        sheet.setFillColor(colour)
        _fill_star(sheet, x, y, radius * part)


def draw_watermark(sheet: Sheet, x: float, y: float, radius: float) -> None:
    """Stars within stars in lines so pale that text stays easy to read over them."""
    sheet.saveState()
    sheet.setStrokeColor(HexColor(0xECF2EF))
    sheet.setLineWidth(1.6)
    for part in (1.0, 0.9, 0.62, 0.54, 0.3):
        sheet.drawPath(_star(sheet, x, y, radius * part), stroke=1, fill=0)
    for index in range(_POINTS):
        angle = pi * index / 4
        sheet.drawPath(
            _star(sheet, x + radius * 0.76 * cos(angle), y + radius * 0.76 * sin(angle), radius * 0.1),
            stroke=1,
            fill=0,
        )
    sheet.restoreState()


def draw_rule(sheet: Sheet, left: float, right: float, y: float) -> None:
    """A hairline between two parts of the page."""
    sheet.saveState()
    sheet.setStrokeColor(GOLD)
    sheet.setLineWidth(0.6)
    sheet.line(left, y, right, y)
    sheet.restoreState()


def _fill_star(sheet: Sheet, x: float, y: float, radius: float) -> None:
    sheet.drawPath(_star(sheet, x, y, radius), stroke=0, fill=1)


def _star(sheet: Sheet, x: float, y: float, radius: float) -> object:
    path = sheet.beginPath()
    for index in range(2 * _POINTS):
        reach = radius * (_INNER_RADIUS if index % 2 else 1.0)
        angle = pi * index / _POINTS + pi / 2
        place = (x + reach * cos(angle), y + reach * sin(angle))
        (path.lineTo if index else path.moveTo)(*place)
    path.close()
    return path
