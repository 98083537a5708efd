"""MongoDB's replica set of one node, and one user per service with its own database and no other."""

from typing import Any, Final

from pymongo import MongoClient
from pymongo.errors import OperationFailure

REPLICA_SET: Final = "rs0"
ALREADY_INITIALISED: Final = 23
USER_EXISTS: Final = 51003

Client = MongoClient[dict[str, Any]]


def ensure_replica_set(client: Client, member: str) -> None:
    """Make a replica set of one node where there is none.

    Args:
        client: A direct client of that node, allowed to administer it.
        member: Host and port under which services reach the node.
    """
    members = [{"_id": 0, "host": member}]
    configuration = {"_id": REPLICA_SET, "members": members, "settings": {"electionTimeoutMillis": 1000}}
    try:
        client.admin.command("replSetInitiate", configuration)
    except OperationFailure as error:
        if error.code != ALREADY_INITIALISED:
            raise


def move_replica_set(client: Client, member: str) -> None:
    """Tell a node whose address changed since its last run that it's the set's only member still.

    Args:
        client: An administrator's direct client of that node.
        member: Its new host and port.
    """
    configuration = client.admin.command("replSetGetConfig")["config"]
    configuration["members"][0]["host"] = member
    configuration["version"] += 1
    client.admin.command("replSetReconfig", configuration, force=True)


def ensure_user(client: Client, service: str, password: str) -> None:
    """Make a service's user, or set the password of the one that is there.

    Args:
        client: An administrator's client.
        service: Name of the user and of its database.
        password: The password it shall have.
    """
    roles = [{"role": "readWrite", "db": service}]
    try:
        client[service].command("createUser", service, pwd=password, roles=roles)
    except OperationFailure as error:
        if error.code != USER_EXISTS:
            raise
        client[service].command("updateUser", service, pwd=password, roles=roles)
