"""Structured logs: one JSON line per event, with the correlation id and without anything personal."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from traceback import walk_tb
from types import TracebackType
from typing import Any, Final, TextIO

import orjson
import structlog
from structlog.typing import EventDict, WrappedLogger

from libs.chassis.correlation import correlation_id

PERSONAL_FIELDS: Final = frozenset(
    {
        "activation_code",
        "address",
        "birth_certificate",
        "birth_date",
        "birth_place",
        "body",
        "cin",
        "client_ip",
        "code",
        "data",
        "display_name",
        "email",
        "family_name",
        "first_name",
        "form",
        "full_name",
        "identifier",
        "ip",
        "last_name",
        "mail",
        "name",
        "number",
        "password",
        "path",
        "payload",
        "person",
        "phone",
        "query",
        "recipient",
        "secret",
        "sex",
        "subject",
        "token",
        "url",
    }
)
"""Names of fields that may hold a person's data or a secret: their values never reach a log."""

WITHHELD: Final = "[withheld]"

_LOGGERS: Final = {"uvicorn": "INFO", "uvicorn.error": "INFO", "aiokafka": "WARNING", "pymongo": "WARNING"}


def configure_logging(service: str, *, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send structlog and the standard library's loggers through the same processors; once per process.

    Args:
        service: Stands in every line.
        level: The least level that is written.
        stream: Where to; standard output if None.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        _AddService(service),
        locate_exception,
        withhold_personal,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_foreign, *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(serializer=_json),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name, least in _LOGGERS.items():
        chatty = logging.getLogger(name)
        chatty.handlers, chatty.propagate = [], True
        chatty.setLevel(least)
    # The access log would hold raw paths and addresses; `http.request` stands in its place.
    logging.getLogger("uvicorn.access").disabled = True


def withhold_personal(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace the values of personal fields, at any depth."""
    for name in list(event):
        event[name] = WITHHELD if name.lower() in PERSONAL_FIELDS else _cleaned(event[name])
    return event


def locate_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Tell an exception by its types and places only: messages and local variables may hold personal data."""
    found = event.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    error = found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        event["exception"] = _chain(error)
    return event


class _AddService:
    def __init__(self, service: str) -> None:
        self._service = service

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event["service"] = self._service
        event["correlation_id"] = event.get("correlation_id") or correlation_id()
        return event


def _foreign(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Keep of another library's line where it comes from and its words before any value was filled in.

    Only the first line of them: asyncio writes values into the lines below.
    """
    record: logging.LogRecord = event["_record"]
    event["event"] = f"library.{record.name}"
    event["template"] = str(record.msg).partition("\n")[0]
    return event


def _cleaned(value: Any) -> Any:
    if isinstance(value, MutableMapping):
        return {
            key: WITHHELD if str(key).lower() in PERSONAL_FIELDS else _cleaned(inner)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [_cleaned(inner) for inner in value]
    return value


def _chain(error: BaseException) -> list[dict[str, object]]:
    links: list[dict[str, object]] = []
    current: BaseException | None = error
    while current is not None and len(links) < len(PERSONAL_FIELDS):
        link: dict[str, object] = {"type": type(current).__qualname__, "at": _places(current.__traceback__)}
        if isinstance(current, BaseExceptionGroup):
            link["parts"] = [_chain(part) for part in current.exceptions]
        links.append(link)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return links


def _places(traceback: TracebackType | None) -> list[str]:
    return [
        f"{frame.f_globals.get('__name__', '?')}:{frame.f_code.co_name}:{line}"
        for frame, line in walk_tb(traceback)
    ]


def _json(event: dict[str, Any], **_options: Any) -> str:
    return orjson.dumps(event, default=str).decode()
