"""What an operation answers when it refuses, where the file does not say it for that operation.

Token, scope, headers, limits and an unreadable body are judged before any operation; the file describes the answers of
some operations to that, of others only their status, of most nothing. So every refusal that is left out is held
against the general one. The statuses with which a single operation refuses (404, 409, 422) are never filled in, only
their bodies.
"""

from typing import Any

from tests.contract.spec import SCHEMAS, Schema

MEDIA = ("application/vnd.allegro.public.v1+json", "application/vnd.allegro.beta.v1+json", "application/json")
UNAUTHORIZED, BAD_REQUEST, UNPROCESSABLE = "401", "400", "422"
GENERAL = (BAD_REQUEST, UNAUTHORIZED, "403", "406", "415", "429")
HOLDER, AUTH_ERROR = "ErrorsHolder", "AuthError"


def fill_in_refusals(spec: Schema) -> None:
    """Give every operation of a description the general refusals besides its own; changes `spec`."""
    if {HOLDER, AUTH_ERROR} <= spec["components"]["schemas"].keys():
        for operations in spec["paths"].values():
            for operation in operations.values():
                _fill_in(operation["responses"])


def _fill_in(responses: Schema) -> None:
    # 400 and 422 both stand for a wrong parameter: where the file says which, the other would be a mistake.
    for status in set(GENERAL) - ({BAD_REQUEST} if UNPROCESSABLE in responses else set()):
        responses.setdefault(status, {"description": "as for every operation"})
    for status, response in responses.items():
        if status.startswith("4"):
            response["content"] = _in_every_media(response.get("content") or _general(status))


def _general(status: str) -> Schema:
    return {"": {"schema": {"$ref": SCHEMAS + (AUTH_ERROR if status == UNAUTHORIZED else HOLDER)}}}


def _in_every_media(content: Schema) -> dict[str, Any]:
    """The file names "*/*", JSON and Allegro's own types at random for the same objects."""
    return dict.fromkeys(MEDIA, next(iter(content.values())))
