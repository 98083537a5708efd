"""The seed fills every role of the staff once and always leaves a complete list of passwords."""

from __future__ import annotations

from pathlib import Path

from libs.contracts.identity import StaffState
from libs.contracts.people import STAFF_ROLES
from services.identity.handlers.staff import StaffLogin, log_in_staff
from services.identity.seed import ACCOUNTS_FILE, posts, read_passwords, take_on_staff, write_accounts
from tests.support.identity_house import NETWORK, House


def test_every_role_of_the_staff_has_a_place() -> None:
    assert {role for post in posts() for role in post.roles} == STAFF_ROLES
    assert len({post.code for post in posts()}) == len(list(posts()))


async def test_a_second_run_takes_nobody_on_and_keeps_the_passwords(house: House) -> None:
    first = await take_on_staff(house.deps, {})
    second = await take_on_staff(house.deps, first)
    assert second == first
    assert len(await house.of_type(StaffState)) == len(first)


async def test_a_lost_list_is_replaced_by_one_that_works(house: House) -> None:
    first = await take_on_staff(house.deps, {})
    second = await take_on_staff(house.deps, {})
    assert second["signatory"] != first["signatory"]
    assert (await log_in_staff(house.deps, StaffLogin("signatory", second["signatory"], NETWORK))).token


async def test_the_list_is_for_its_owner_only_and_can_be_read_back(house: House, tmp_path: Path) -> None:
    passwords = await take_on_staff(house.deps, {})
    file = tmp_path / "seed" / ACCOUNTS_FILE
    write_accounts(file, passwords)
    assert file.stat().st_mode & 0o777 == 0o600
    assert read_passwords(file) == passwords
