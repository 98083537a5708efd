"""The import contracts of pyproject.toml hold, and each of them notices the fault that it is there for."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.tree import ROOT

FAULTS = {
    "across": {"libs/chassis/clock.py": "import libs.ui.pages"},
    "apart": {"services/requests/domain.py": "import services.identity.domain"},
    "inside": {"services/requests/domain.py": "import services.requests.handlers"},
    "drivers": {"services/requests/handlers.py": "import pymongo"},
    "core": {
        "services/requests/domain.py": "import libs.chassis.clock",
        "libs/chassis/clock.py": "import fastapi",
    },
    "cases": {"services/requests/ports.py": "import starlette"},
    "plumbing": {"libs/chassis/clock.py": "import libs.contracts.requests"},
    "contracts": {"libs/contracts/event.py": "import cryptography"},
}
MODULES = (
    *(
        f"services/{service}/{name}.py"
        for service in ("identity", "requests")
        for name in (
            "__main__",
            "main",
            "settings",
            "api",
            "consumers",
            "handlers",
            "ports",
            "domain",
            "errors",
        )
    ),
    "libs/ui/pages.py",
    "libs/chassis/clock.py",
    "libs/contracts/event.py",
    *(f"libs/contracts/{name}.py" for name in ("certificates", "notifications", "requests")),
)


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command as run; run()",
        "--no-cache",
    ]
    environment = os.environ | {"PYTHONPATH": str(folder)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    """A small tree in the shape of ours, without a fault, under our own import contracts."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name in MODULES:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("", "utf-8")
    for folder in [tmp_path / "services", tmp_path / "libs", *tmp_path.glob("*/*/")]:
        (folder / "__init__.py").write_text("", "utf-8")
    return tmp_path


def test_this_tree_keeps_every_contract() -> None:
    answer = _lint(ROOT)
    assert answer.returncode == 0, answer.stdout


def test_a_tree_without_fault_keeps_every_contract(planted: Path) -> None:
    answer = _lint(planted)
    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize(("contract", "fault"), FAULTS.items(), ids=FAULTS.keys())
def test_contract_notices_its_fault(planted: Path, contract: str, fault: dict[str, str]) -> None:
    for name, line in fault.items():
        (planted / name).write_text(f"{line}\n", "utf-8")
    answer = _lint(planted)
    assert answer.returncode == 1
    assert "1 broken" in answer.stdout, (contract, answer.stdout)


def test_a_module_that_other_services_lack_is_noticed(planted: Path) -> None:
    (planted / "services/requests/extras.py").write_text("", "utf-8")
    answer = _lint(planted)
    assert answer.returncode == 1
    assert "services.requests.extras" in answer.stdout
