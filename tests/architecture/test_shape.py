"""Every service has the same file names, so that whoever knows one knows all."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from tests.support.tree import ROOT, files, present_services, text_of

REQUIRED_MODULES = frozenset(
    {"__main__", "main", "settings", "api", "consumers", "handlers", "ports", "domain", "errors", "adapters"}
)
REQUIRED_FILES = frozenset({"README.md", "__init__.py"})
OPTIONAL_NAMES = frozenset({"pages", "seed", "templates", "translations"})

each_service = pytest.mark.parametrize("service", present_services())


def names_in(service: str) -> frozenset[str]:
    """The names right under a service's folder; a module and a package of one name are the same."""
    prefix = f"services/{service}/"
    tops = {PurePosixPath(name.removeprefix(prefix)).parts[0] for name in files() if name.startswith(prefix)}
    return frozenset(name if name in REQUIRED_FILES else name.removesuffix(".py") for name in tops)


def unexplained(names: frozenset[str], service: str, reasons: str) -> set[str]:
    """The names outside the common list for which no ADR gives a reason by naming their path."""
    extra = names - REQUIRED_MODULES - REQUIRED_FILES - OPTIONAL_NAMES
    return {name for name in extra if f"`services/{service}/{name}" not in reasons}


@each_service
def test_service_has_every_common_name(service: str) -> None:
    assert (REQUIRED_MODULES | REQUIRED_FILES) - names_in(service) == set()


@each_service
def test_service_has_no_other_name_without_a_reason_in_an_adr(service: str) -> None:
    reasons = "".join(text_of(name) for name in files() if name.startswith("docs/adr/"))
    assert unexplained(names_in(service), service, reasons) == set()


@each_service
def test_service_keeps_its_store_in_the_same_place(service: str) -> None:
    places = {f"services/{service}/adapters/store.py", f"services/{service}/adapters/store/__init__.py"}
    assert places & set(files())


def test_every_folder_of_code_is_a_package() -> None:
    folders = {str(PurePosixPath(name).parent) for name in files() if name.endswith(".py")}
    loose = [
        folder
        for folder in folders
        if folder.startswith(("libs/", "services/")) and not Path(ROOT, folder, "__init__.py").exists()
    ]
    assert loose == []


def test_a_name_without_a_reason_is_noticed() -> None:
    names = REQUIRED_MODULES | REQUIRED_FILES | {"wording", "extras"}
    assert unexplained(names, "requests", "It needs `services/requests/wording/`.") == {"extras"}
