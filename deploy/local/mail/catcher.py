"""Runs maildev, which catches every mail that the platform sends and sends none on."""

from pathlib import Path
from typing import Final

from deploy.local.children import Child, Program
from deploy.local.folders import cache_folder
from deploy.local.node import install_packages, node_command
from deploy.local.ports import LOOPBACK, choose_port, is_listening

HERE: Final = Path(__file__).parent
START_TIMEOUT_S: Final = 60.0


class MailCatcher:
    """One maildev with its folder of mails.

    Args:
        folder: Where mails and log live; kept between runs.
        smtp_port: Loopback port that takes mail; None for any free one.
        web_port: Loopback port of the web page and of `GET /api/email`; None for any free one.
        log_path: Where its log goes; None for a file in the folder.
    """

    def __init__(
        self,
        folder: Path,
        smtp_port: int | None = None,
        web_port: int | None = None,
        log_path: Path | None = None,
    ) -> None:
        self.folder = folder.resolve()
        self.smtp_port = smtp_port or choose_port()
        self.web_port = web_port or choose_port()
        self._log_path = log_path or self.folder / "mail.log"
        self._child: Child | None = None

    @property
    def host(self) -> str:
        """Address of both ports."""
        return LOOPBACK

    @property
    def web_url(self) -> str:
        """Address of the page that shows the mails; `api/email` below it lists them as JSON."""
        return f"http://{LOOPBACK}:{self.web_port}/"

    @property
    def child(self) -> Child:
        """The catcher's process."""
        if self._child is None:
            self._child = Child(self._program())
        return self._child

    def _program(self) -> Program:
        why = "Fetching the mail catcher maildev from npm (about 110 MB), which shows the mails sent"
        modules = install_packages(HERE, cache_folder() / "mail", why)
        command = (
            *(*node_command(), str(modules / "maildev" / "dist" / "bin" / "maildev.js")),
            *("--ip", LOOPBACK, "--smtp", str(self.smtp_port)),
            *("--web-ip", LOOPBACK, "--web", str(self.web_port)),
            *("--mail-directory", str(self.folder / "mails"), "--silent"),
        )
        return Program("mail", command, self.folder, self._log_path)

    def start(self) -> None:
        """Start the catcher and wait until it takes mail and shows its page.

        Raises:
            PartFailedError: It ended or took too long.
        """
        self.child.start()
        self.child.wait_until(lambda: is_listening(self.smtp_port), START_TIMEOUT_S)
        self.child.wait_until(lambda: is_listening(self.web_port), START_TIMEOUT_S)

    def kill(self) -> None:
        """End the catcher with SIGKILL."""
        self.child.kill()

    def restart(self) -> None:
        """Stop the catcher where it runs, and start it again on the same ports and mails."""
        self.stop()
        self.start()

    def stop(self) -> None:
        """Stop the catcher; harmless when it doesn't run."""
        self.child.stop()
