"""A new installation starts with the centres and a data bank to try out, however often it is seeded."""

from __future__ import annotations

from collections import Counter
from datetime import date

from services.requests.adapters.directory import read_centres, read_holders
from services.requests.domain.centre import Centre
from services.requests.domain.request import LookUp
from services.requests.handlers.seeding import register_centre
from services.requests.seed import fill
from tests.support.requests_world import MEKNES, cin, new_world


def test_there_is_one_provisional_centre_per_prefecture_or_province() -> None:
    centres = read_centres()
    assert (len(centres), len({centre.code for centre in centres})) == (75, 75)
    per_region = Counter(centre.region for centre in centres)
    assert [per_region[f"{number:02d}"] for number in range(1, 13)] == [8, 8, 9, 7, 5, 9, 8, 5, 6, 4, 4, 2]
    assert not any(centre.verified for centre in centres)


def test_invented_people_carry_invented_numbers() -> None:
    assert all(holder.identifier.number.startswith("ZZ") for holder in read_holders().values())


async def test_a_second_seed_changes_nothing() -> None:
    world = await new_world()
    await fill(world.deps)
    kept = dict(world.scans.kept)
    await fill(world.deps)
    assert (len(kept), world.scans.kept) == (3, kept)
    files = await world.deps.store.files_of(world.deps.look_up(cin("ZZ200001")))
    assert [(stored.value.complete, stored.value.person_id) for stored in files] == [(True, None)]


async def test_a_seeded_file_is_found_by_its_person() -> None:
    world = await new_world()
    await fill(world.deps)
    person = await world.register("ZZ200001", date(1980, 2, 1))
    request = await world.look_up(await world.submit(person))
    assert request.look_up is LookUp.FOUND


async def test_a_seed_leaves_what_was_verified_or_closed_since() -> None:
    world = await new_world()
    stored = await world.deps.store.centres.get(MEKNES)
    known = stored.value
    changed = Centre(MEKNES, "x", "y", known.region, "x", "y", active=False, verified=True)
    await world.deps.store.centres.save(stored, changed)
    assert await register_centre(world.deps, known)
    again = (await world.deps.store.centres.get(MEKNES)).value
    assert (again.name_ar, again.active, again.verified) == (known.name_ar, False, True)
