"""Runs notifications as a process."""

from libs.chassis.runtime import run
from services.notifications.main import build
from services.notifications.settings import NotificationsSettings

run("notifications", NotificationsSettings, build)
