"""Runs the requests service: `python -m services.requests`."""

from __future__ import annotations

from libs.chassis.runtime import run
from services.requests.main import build
from services.requests.settings import RequestsSettings

if __name__ == "__main__":
    run("requests", RequestsSettings, build)
