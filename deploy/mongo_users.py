"""One MongoDB user per service, who may use the database of the same name and no other."""

from typing import Any, Final

from pymongo import MongoClient
from pymongo.errors import OperationFailure

USER_EXISTS: Final = 51003


def ensure_user(client: MongoClient[dict[str, Any]], service: str, password: str) -> None:
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
