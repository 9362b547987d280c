"""The error replies of a group of routes, for the OpenAPI document."""

from typing import Any

from pydantic import BaseModel

from web.schemas.replies import ErrorReply


def errors(*statuses: int, shape: type[BaseModel] = ErrorReply) -> dict[Any, Any]:
    """`statuses`, and those that any route may answer with."""
    return dict.fromkeys(sorted({*statuses, 401, 403, 429, 500}), shape)
