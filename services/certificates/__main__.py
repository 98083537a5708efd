"""Runs certificates: `python -m services.certificates`."""

from libs.chassis.runtime import run
from services.certificates.main import build
from services.certificates.settings import CertificatesSettings

run("certificates", CertificatesSettings, build)
