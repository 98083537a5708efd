"""QR symbols: the same modules as the `qrcode` package, in few enough bits."""

import random
import re
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import qrcode
from hypothesis import given, settings
from hypothesis import strategies as st
from qrcode.constants import ERROR_CORRECT_M
from qrcode.util import MODE_8BIT_BYTE, MODE_ALPHA_NUM, MODE_NUMBER, QRData, lost_point

from libs.ui.typeset.errors import TextTooLongError
from libs.ui.typeset.qr import Segment, make_symbol, qr_operators, smallest_version, split
from libs.ui.typeset.qr.masking import penalties

LONGEST_ADDRESS = "HTTPS://KHADAMATY.SOLIDARITE.GOV.MA/V#"


def theirs(segments: tuple[Segment, ...], mask: int | None = None) -> np.ndarray:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0, mask_pattern=mask)
    for segment in segments:
        code.add_data(QRData(segment.data, mode=segment.mode, check_data=False), optimize=0)
    code.make(fit=True)
    return np.array(code.get_matrix(), np.uint8)


def numbered(digits: int, seed: int = 1) -> str:
    return LONGEST_ADDRESS + "".join(random.Random(seed).choices("0123456789", k=digits))  # noqa: S311 - not a secret


@pytest.mark.parametrize("mask", range(8))
@pytest.mark.parametrize("digits", [20, 200, 300, 517, 540])
def test_a_symbol_is_that_of_the_qrcode_package_on_every_mask(digits: int, mask: int) -> None:
    segments = split(numbered(digits))
    assert np.array_equal(make_symbol(segments, mask), theirs(segments, mask))


@given(
    st.one_of(
        st.text(max_size=60),
        st.from_regex(r"HTTPS://[A-Z.]{1,40}/V#[0-9]{1,600}", fullmatch=True),
        st.from_regex(r"https://[a-z.]{1,40}/v#[0-9]{1,600}", fullmatch=True),
    )
)
@settings(max_examples=60, deadline=None)
def test_the_mask_is_the_one_that_the_qrcode_package_chooses(data: str) -> None:
    segments = split(data)
    assert np.array_equal(make_symbol(segments), theirs(segments))


def test_penalties_are_those_of_the_qrcode_package() -> None:
    chance = np.random.default_rng(7)
    for side in (21, 61, 65, 69):
        symbols = (
            chance.random((6, side, side)) < [[[0.5]], [[0.2]], [[0.8]], [[0.5]], [[0.4]], [[0.0]]]
        ).astype(np.uint8)
        symbols[3] = np.repeat(symbols[3, :1], side, axis=0)
        assert penalties(symbols) == [lost_point(symbol.tolist()) for symbol in symbols]


def test_threads_choose_masks_beside_each_other() -> None:
    data = [split(numbered(digits, digits)) for digits in (517, 30, 510, 600, 31, 517)] * 8
    alone = [make_symbol(segments) for segments in data]
    with ThreadPoolExecutor(4) as pool:
        for one, other in zip(alone, pool.map(make_symbol, data), strict=True):
            assert np.array_equal(one, other)


def test_digits_after_a_fragment_are_written_as_digits() -> None:
    assert [segment.mode for segment in split("HTTPS://A.MA/V#0123")] == [
        MODE_ALPHA_NUM,
        MODE_8BIT_BYTE,
        MODE_NUMBER,
    ]
    assert [segment.mode for segment in split("https://a.ma/v#0123")] == [MODE_8BIT_BYTE, MODE_NUMBER]
    assert [segment.mode for segment in split("https://a.ma/v#0123-4")] == [MODE_8BIT_BYTE]


def test_215_bytes_in_decimal_take_no_more_than_65_modules() -> None:
    longest = str((1 << 215 * 8) - 1)
    assert len(make_symbol(split(LONGEST_ADDRESS + longest))) <= 65


def test_the_smallest_version_is_taken() -> None:
    for digits in (60, 300, 519, 560):
        segments = split(numbered(digits))
        assert 17 + 4 * smallest_version(segments) == len(theirs(segments))


def test_what_no_symbol_holds_is_refused() -> None:
    with pytest.raises(TextTooLongError):
        make_symbol(split("x" * 3000))


def test_the_drawing_covers_each_dark_module_once() -> None:
    symbol = make_symbol(split(numbered(517)))
    drawn = np.zeros_like(symbol)
    operators = qr_operators(symbol, 10, 20, 100).decode()
    for left, row, width in re.findall(r"(\d+) +(\d+) +(\d+) +1 re", operators):
        drawn[int(row), int(left) : int(left) + int(width)] += 1
    assert np.array_equal(drawn, symbol)
