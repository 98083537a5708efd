"""The real parts for tests and benches: start one in a folder, ask its address, kill it, start it again."""

from deploy.local.kafka.broker import Kafka
from deploy.local.mail.catcher import MailCatcher
from deploy.local.mongod import Mongod

__all__ = ["Kafka", "MailCatcher", "Mongod"]
