"""Runs verification as a process."""

from libs.chassis.runtime import run
from services.verification.main import build
from services.verification.settings import VerificationSettings

run("verification", VerificationSettings, build)
