"""Runs certificates, or with `certificate-request` asks for a certificate of its seal's key."""

import asyncio
import sys

from libs.chassis.runtime import run
from services.certificates.main import build, request_certificate
from services.certificates.settings import CertificatesSettings

if sys.argv[1:] == ["certificate-request"]:
    sys.stdout.write(asyncio.run(request_certificate(CertificatesSettings())))
else:
    run("certificates", CertificatesSettings, build)
