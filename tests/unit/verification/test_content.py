"""What a birth date opens beside a code, and how often it may be tried."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from libs.chassis.web.errors import TooManyAttempts
from libs.contracts.certificates import CertificateStatus
from libs.contracts.code import format_code
from libs.contracts.people import Precision
from services.verification.errors import BirthDateWrong
from services.verification.handlers.checking import (
    BIRTH_DATES,
    BIRTH_DATES_OF_A_CODE,
    get_content,
)
from tests.support.verifying import (
    BORN_ON,
    CODE,
    NETWORK,
    PERSON,
    UNKNOWN_CODE,
    Verifying,
    verifying,
    version,
)

TYPED = format_code(CODE)


class Counting:
    """Notes the questions that a store is asked and how many documents each brings."""

    def __init__(self, service: Verifying) -> None:
        self.asked: list[str] = []
        store = service.store.certificates
        count_by, find_by = store.count_by, store.find_by

        async def counted(where: Any) -> int:
            self.asked.append("count_by")
            return await count_by(where)

        async def found(where: Any, **more: Any) -> Any:
            documents = await find_by(where, **more)
            self.asked.append(f"find_by:{len(documents)}")
            return documents

        store.count_by = counted  # type: ignore[method-assign]
        store.find_by = found  # type: ignore[method-assign]


async def test_content_of_an_unknown_code_is_looked_for_with_the_same_work() -> None:
    service = await verifying()
    await service.know()
    counting = Counting(service)
    for code in (CODE, UNKNOWN_CODE):
        counting.asked.clear()
        await service.store.find_code(code)
        assert counting.asked == ["count_by", "find_by:1"]


async def test_the_birth_date_opens_what_is_printed() -> None:
    service = await verifying()
    await service.know()
    assert await get_content(service.deps, TYPED, BORN_ON, NETWORK) == PERSON


async def test_where_only_the_year_is_known_its_first_day_opens_it() -> None:
    service = await verifying()
    person = PERSON.model_copy(update={"birth_date": date(1946, 1, 1), "birth_precision": Precision.YEAR})
    await service.know(person=person)
    assert await get_content(service.deps, TYPED, date(1946, 1, 1), NETWORK) == person


@pytest.mark.parametrize(
    ("typed", "born_on"),
    [(TYPED, date(1994, 8, 3)), (format_code(UNKNOWN_CODE), BORN_ON), ("nonsense", BORN_ON)],
)
async def test_a_wrong_birth_date_and_a_wrong_code_are_refused_alike(typed: str, born_on: date) -> None:
    service = await verifying()
    await service.know()
    with pytest.raises(BirthDateWrong) as refused:
        await get_content(service.deps, typed, born_on, NETWORK)
    assert refused.value.details == {}


@pytest.mark.parametrize("status", set(CertificateStatus) - {CertificateStatus.VALID})
async def test_what_is_not_in_force_shows_no_content(status: CertificateStatus) -> None:
    service = await verifying()
    await service.know(version(status=status))
    with pytest.raises(BirthDateWrong):
        await get_content(service.deps, TYPED, BORN_ON, NETWORK)


async def test_an_expired_certificate_still_shows_its_content() -> None:
    service = await verifying()
    await service.know(version(valid_until=date(2026, 11, 22)))
    assert await get_content(service.deps, TYPED, BORN_ON, NETWORK) == PERSON


async def test_birth_dates_are_throttled_by_network() -> None:
    service = await verifying()
    for _ in range(BIRTH_DATES.most):
        with pytest.raises(BirthDateWrong):
            await get_content(service.deps, "nonsense", BORN_ON, NETWORK)
    with pytest.raises(TooManyAttempts):
        await get_content(service.deps, "nonsense", BORN_ON, NETWORK)


async def test_birth_dates_of_one_code_are_throttled_from_wherever_they_come() -> None:
    service = await verifying()
    await service.know()
    for number in range(BIRTH_DATES_OF_A_CODE.most):
        with pytest.raises(BirthDateWrong):
            await get_content(service.deps, TYPED, date(1990, 1, 1), f"192.0.2.{number}")
    with pytest.raises(TooManyAttempts):
        await get_content(service.deps, TYPED, BORN_ON, "198.51.100.1")
