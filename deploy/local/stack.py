"""The whole platform as one object: real parts, services and origin, started and stopped together."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import Final, Protocol

from deploy.local.authority.part import LocalAuthority
from deploy.local.children import Child
from deploy.local.environment import (
    Surroundings,
    environment_file,
    monitor_environment,
    provision_environment,
    service_environment,
)
from deploy.local.errors import LocalPlatformError, PartFailedError
from deploy.local.folders import REPOSITORY, Folders, write_private
from deploy.local.gateway import Gateway
from deploy.local.kafka.settings import ADMIN
from deploy.local.parts import Kafka, MailCatcher, Mongod
from deploy.local.ports import LOOPBACK, choose_ports
from deploy.local.progress import say
from deploy.local.running import Running, RunningFile, birth_of
from deploy.local.secret_store import SecretStore
from deploy.local.service import ServiceProcess
from deploy.local.supervisor import Supervisor
from libs.contracts.topics import MONITOR, SERVICES, TOPICS

STATIC_FOLDER: Final = REPOSITORY / ".local" / "static"
USUAL_PORTS: Final[Mapping[str, int]] = {
    "origin": 8080,
    "mongod": 27017,
    "kafka": 9092,
    "kafka-controller": 9093,
    "smtp": 1025,
    "mail": 1080,
    "authority": 1318,
    **{name: 8101 + place for place, name in enumerate(SERVICES)},
}


class AlreadyRunningError(LocalPlatformError):
    """Another process runs the platform in this folder."""


class _Part(Protocol):
    @property
    def child(self) -> Child: ...
    def start(self) -> None: ...


class Stack:
    """The platform in one folder.

    Args:
        folders: Where its data, logs and secrets live.
        usual_ports: Prefer the usual ports; tests pass False and get any free ones.
        tell: Receives each line meant for the person at the terminal.
    """

    def __init__(self, folders: Folders, *, usual_ports: bool, tell: Callable[[str], None] = say) -> None:
        self.folders = folders
        self._tell = tell
        self._began_s = time.monotonic()
        self._running_file = RunningFile(folders.run)
        self._supervisor = Supervisor(tell)
        self.ports = choose_ports({name: port if usual_ports else None for name, port in USUAL_PORTS.items()})
        self.mongod = Mongod(folders.data / "mongo", self.ports["mongod"], folders.log / "mongod.log")
        self.kafka = Kafka(
            folders.data / "kafka",
            self.ports["kafka"],
            folders.log / "kafka.log",
            self.ports["kafka-controller"],
        )
        self.mail = MailCatcher(
            folders.data / "mail", self.ports["smtp"], self.ports["mail"], folders.log / "mail.log"
        )
        self.authority = LocalAuthority(
            folders.data / "authority",
            folders.data / "keys" / "credentials",
            self.ports["authority"],
            folders.log / "authority.log",
        )
        log = folders.log / "gateway.log"
        self.gateway = Gateway(
            folders.run / "gateway", self.service_ports, STATIC_FOLDER, self.ports["origin"], log
        )
        self.services: dict[str, ServiceProcess] = {}

    @property
    def service_ports(self) -> dict[str, int]:
        """Loopback port of each service, by name."""
        return {name: self.ports[name] for name in SERVICES}

    @property
    def origin(self) -> str:
        """Address for a browser; `localhost`, since browsers trust it with secure cookies without TLS."""
        return f"http://localhost:{self.ports['origin']}"

    def start(self) -> None:
        """Start everything and wait until every service is ready and seeded.

        Raises:
            AlreadyRunningError: Another process runs the platform in this folder.
            LocalPlatformError: A part could not be fetched or started; what had started is stopped again.
        """
        if not self._running_file.claim():
            raise AlreadyRunningError("the platform already runs in this folder")
        started = False
        try:
            self._began_s = time.monotonic()
            self._running_file.end_leftovers()
            self._start_parts()
            self._start_services()
            started = True
        finally:
            if not started:
                self.stop()

    def _start_parts(self) -> None:
        _together(
            [
                lambda: self._start_part(self.mongod),
                lambda: self._start_part(self.kafka),
                lambda: self._start_part(self.mail),
                build_assets,
            ],
            self._supervisor.stop,
        )
        self.kafka.provision(TOPICS, SERVICES)
        self._tell_done("users, topics and rights are there")

    def _start_part(self, part: _Part) -> None:
        self._supervisor.adopt(part.child)
        part.start()
        self._supervisor.watch(part.child)
        self._tell_done(f"{part.child.program.name} runs")
        self._note()

    def _start_services(self) -> None:
        secret_store = SecretStore(self.folders.run / "secrets.json")
        for name in SERVICES:
            environment = service_environment(name, self._surroundings(name), secret_store)
            write_private(self.folders.run / f"{name}.env", environment_file(environment))
            log_path = self.folders.log / f"{name}.log"
            environment["KHADAMATY_STATIC"] = str(STATIC_FOLDER)
            self.services[name] = ServiceProcess(name, self.ports[name], environment, log_path)
        password = self.kafka.credentials(MONITOR)[1]
        monitor = monitor_environment(self.origin, self.kafka.bootstrap, password)
        write_private(self.folders.run / "monitor.env", environment_file(monitor))
        admin = provision_environment(self.kafka.bootstrap, *self.kafka.credentials(ADMIN))
        write_private(self.folders.run / "provision.env", environment_file(admin))
        (self.folders.data / "keys").mkdir(mode=0o700, exist_ok=True)
        self._start_authority(secret_store)
        for service in self.services.values():
            self._supervisor.adopt(service.child)
            service.start()
        self._start_part(self.gateway)
        _together([self._ready(service) for service in self.services.values()], self._supervisor.stop)

    def _start_authority(self, secret_store: SecretStore) -> None:
        """Certify the seal before the service needs it, and answer for time-stamps."""
        self.authority.certify(
            service_environment("certificates", self._surroundings("certificates"), secret_store)
        )
        self._start_part(self.authority)

    def _surroundings(self, service: str) -> Surroundings:
        data_folder = self.folders.data / "seed" / service
        data_folder.mkdir(parents=True, exist_ok=True)
        return Surroundings(
            public_origin=self.origin,
            http_host=LOOPBACK,
            http_port=self.ports[service],
            mongo_url=self.mongod.url_for(service),
            kafka_bootstrap=self.kafka.bootstrap,
            kafka_password=self.kafka.credentials(service)[1],
            smtp_host=self.mail.host,
            smtp_port=self.mail.smtp_port,
            data_folder=str(data_folder),
            key_folder=str(self.folders.data / "keys"),
            time_stamp_url=self.authority.url,
        )

    def _ready(self, service: ServiceProcess) -> Callable[[], None]:
        def wait_and_seed() -> None:
            service.wait_ready()
            self._supervisor.watch(service.child)
            service.seed(self.folders.data / "mongo" / f"seeded-{service.name}")
            self._tell_done(f"{service.name} is ready")

        return wait_and_seed

    def _tell_done(self, what: str) -> None:
        self._tell(f"  {time.monotonic() - self._began_s:5.1f} s  {what}")

    def _note(self) -> None:
        births = {str(pid): birth_of(pid) for pid in self._supervisor.pids().values()}
        note = Running(os.getpid(), self.origin, self.mail.web_url, self.ports, births)
        self._running_file.write(note)

    def find_running(self) -> Running | None:
        """Return the platform that another process runs in this folder, or None."""
        return self._running_file.find()

    def stop(self) -> None:
        """Stop everything in the reverse order of its start; harmless when done twice."""
        self._supervisor.stop()
        self._running_file.release()


def build_assets() -> None:
    """Build styles, fonts, error pages and the certificate's fonts where their sources changed.

    Raises:
        PartFailedError: The build failed.
    """
    for module, *options in (
        ("libs.ui.build", "--out", str(STATIC_FOLDER)),
        ("libs.ui.typeset.fonts",),
        ("libs.ui.typeset.inventory",),
    ):
        command = [sys.executable, "-m", module, *options]
        built = subprocess.run(command, cwd=REPOSITORY, stderr=subprocess.PIPE, text=True, check=False)
        if built.returncode:
            raise PartFailedError(module, "the build of styles and fonts failed", built.stderr[-2000:])


def _together(tasks: Iterable[Callable[[], None]], give_up: Callable[[], None]) -> None:
    """Run tasks at the same time; where one fails or the person interrupts, give up on the others."""
    pool = ThreadPoolExecutor(thread_name_prefix="start")
    try:
        done, _ = wait([pool.submit(task) for task in tasks], return_when=FIRST_EXCEPTION)
        for ended in done:
            ended.result()
    except BaseException:
        # Tasks wait for children: ending those ends the tasks too.
        give_up()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
