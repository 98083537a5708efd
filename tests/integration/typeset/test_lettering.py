"""Values put together from words are drawn as the same values shaped whole."""

import random
import re
from collections.abc import Callable

import pytest

from libs.ui.typeset.bidi import Direction
from libs.ui.typeset.errors import ValueUnfrozenError
from libs.ui.typeset.faces import Family
from libs.ui.typeset.inventory import ARABIC_LETTERS
from libs.ui.typeset.lettering import Lettering
from libs.ui.typeset.slots import Align, Style, TextSlot
from tests.support.corpus import ODD, Kind, corpus

KEYS = ("arabic", "arabic-bold", "latin", "latin-bold", "tifinagh", "code", "code-bold")
VALUES = 36_000
NAMES = re.findall(
    r"\w+",
    "محمد أحمد فاطمة الزهراء عبد اللطيف إدريس بنعبد الله آيت الگراوي للا لله ياسين المصطفى يحيى نجيم كعب ملك",
)
LATIN = re.findall(
    r"\S+",
    "MOHAMED FATIMA-ZAHRA EL ALAOUI AÏT-LAHCEN D'AVILA Benoît ÉLOÏSE OU-ALI Çelik AVATAR TOYOTA L'Étoile",
)
TIFINAGH = "".join(map(chr, range(0x2D30, 0x2D68)))
ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def slot(style: Style, size_pt: float) -> TextSlot:
    return TextSlot("value", 500, 100, size_pt, Align.RIGHT, 1e6, style)


def arabic(chance: random.Random) -> tuple[Style, str]:
    style = Style(chance.choice((Direction.RTL, Direction.LTR)), Direction.RTL, bold=chance.random() < 0.5)
    words: list[Callable[[], str]] = [
        lambda: chance.choice(NAMES),
        lambda: "".join(chance.choices(ARABIC_LETTERS, k=chance.randint(1, 7))),
        lambda: str(chance.randrange(10 ** chance.randint(1, 6))),
    ]
    return style, " ".join(chance.choices(words, (5, 4, 2))[0]() for _ in range(chance.randint(1, 6)))


def latin(chance: random.Random) -> tuple[Style, str]:
    style = Style(
        chance.choice((Direction.RTL, Direction.LTR)),
        Direction.LTR,
        bold=chance.random() < 0.3,
        family=chance.choice((Family.TEXT, Family.TEXT, Family.CODE)),
    )
    kinds = {
        "name": lambda: " ".join(chance.sample(LATIN, chance.randint(1, 4))),
        "letters": lambda: "".join(
            chance.choices(ALPHANUMERIC + ALPHANUMERIC.lower() + " '-./éÉàçïô", k=12)
        ).strip(),
        "number": lambda: f"{chance.randint(2020, 2060)}/{chance.randrange(10**6):06d}",
        "identifier": lambda: "".join(chance.choices(ALPHANUMERIC, k=chance.randint(1, 9))),
        "code": lambda: "-".join("".join(chance.choices(ALPHANUMERIC, k=4)) for _ in range(4)),
    }
    return style, kinds[chance.choice(list(kinds))]()


def tifinagh(chance: random.Random) -> tuple[Style, str]:
    style = Style(chance.choice((Direction.RTL, Direction.LTR)), Direction.LTR, bold=chance.random() < 0.3)
    words = ("".join(chance.choices(TIFINAGH, k=chance.randint(1, 7))) for _ in range(chance.randint(1, 4)))
    return style, " ".join(words)


def outcome(draw: Callable[[], object]) -> object:
    try:
        return draw()
    except ValueUnfrozenError:
        return "unfrozen"


@pytest.mark.parametrize("make", [arabic, latin, tifinagh])
def test_36_000_values_are_drawn_as_if_each_were_shaped_whole(
    make: Callable[[random.Random], tuple[Style, str]],
) -> None:
    chance = random.Random(f"lettering {make.__name__}")  # noqa: S311 - repeatable, and nothing secret
    lettering = Lettering(KEYS)
    frozen = 0
    for _ in range(VALUES // 3):
        style, text = make(chance)
        size_pt = chance.choice((7.0, 10.5, 13.0, 16.0))
        if not text:
            continue
        whole = outcome(lambda: lettering.show_whole(style, size_pt, text))  # noqa: B023 - called at once
        pieced = outcome(lambda: lettering.show(slot(style, size_pt), text))  # noqa: B023 - called at once
        assert pieced == whole, (style, text)
        frozen += whole != "unfrozen"
    assert frozen > VALUES // 3 * 0.7


def test_the_corpus_names_are_held_by_the_shared_fonts_unless_they_are_odd() -> None:
    lettering = Lettering(KEYS)
    style = Style(Direction.RTL, Direction.RTL, bold=True)
    for invented in corpus(200):
        name = invented.content.holder.arabic_name
        shown = outcome(lambda: lettering.show_whole(style, 12, name))  # noqa: B023 - called at once
        assert shown != "unfrozen" or invented.kind in {*ODD, Kind.TASHKEEL, Kind.FOREIGNER}, invented.name


def test_a_sign_beside_an_arabic_word_is_left_to_the_whole_line() -> None:
    lettering = Lettering(KEYS)
    style = Style(Direction.RTL, Direction.RTL)
    for text in ("عميقة 80%", "(80%) عميقة", "12/03/1980", "محمد 12/3", "أ. ب", "محمد (الثاني)"):
        assert lettering.show(slot(style, 12), text) == lettering.show_whole(style, 12, text)


def test_a_value_wider_than_its_slot_is_refused() -> None:
    lettering = Lettering(KEYS)
    narrow = TextSlot("name", 0, 0, 12, Align.LEFT, 10, Style(Direction.RTL, Direction.RTL))
    with pytest.raises(ValueUnfrozenError):
        lettering.operators(narrow, "محمد العلوي")


def test_a_glyph_outside_the_inventory_is_refused() -> None:
    lettering = Lettering(KEYS)
    wide = TextSlot("name", 0, 0, 12, Align.LEFT, 900, Style(Direction.RTL, Direction.RTL))
    with pytest.raises(ValueUnfrozenError):
        lettering.operators(wide, "محمد \u06da")
