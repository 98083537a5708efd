"""Runs the identity service: `python -m services.identity`."""

from __future__ import annotations

from libs.chassis.runtime import run
from services.identity.main import build
from services.identity.settings import IdentitySettings

if __name__ == "__main__":
    run("identity", IdentitySettings, build)
