"""Every method of the client against the simulator; with ALLEGRO_SPEC also against Allegro's OpenAPI file."""

import inspect
from collections import Counter
from typing import Any

import pytest

from allegro.api.client import AllegroClient
from allegro.api.endpoints import ANY_SCOPE, ENDPOINTS
from allegro.errors import Rejected
from tests.contract.calls import CALLS, Call
from tests.contract.conftest import Conversation
from tests.contract.contract import Contract

METHODS = {
    name: method
    for resource in AllegroClient.__bases__
    for name, method in inspect.getmembers(resource, inspect.isfunction)
    if not name.startswith("_")
}


def answered(client: AllegroClient, call: Call, arguments: dict[str, Any]) -> Any:
    """The result of a call, or the error of one that must be refused."""
    if not call.is_refused:
        return getattr(client, call.method)(**arguments)
    with pytest.raises(Rejected) as caught:
        getattr(client, call.method)(**arguments)
    return caught.value


@pytest.mark.parametrize("call", CALLS, ids=str)
def test_a_call_is_answered_and_both_are_as_described(conversation: Conversation, call: Call) -> None:
    arguments = call.found(conversation.client)
    before = Counter(conversation.client.requests_by_endpoint)
    result = answered(conversation.client, call, arguments)
    assert conversation.client.requests_by_endpoint - before == {call.endpoint: 1}
    assert call.expected(result), result
    conversation.exchanges.require_none()


def test_every_endpoint_of_the_registry_is_called() -> None:
    assert {call.endpoint for call in CALLS} == set(ENDPOINTS)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_is_called_with_what_it_needs_and_with_all_it_takes(method: str) -> None:
    parameters = [each for each in inspect.signature(METHODS[method]).parameters.values() if each.name != "self"]
    needed = {each.name for each in parameters if each.default is inspect.Parameter.empty}
    called = [set(call.arguments) for call in CALLS if call.method == method]
    assert needed in called
    assert {each.name for each in parameters} in called


def test_the_registry_has_the_scopes_of_the_file(description: Contract) -> None:
    wanted = {name: {endpoint.scope} - {ANY_SCOPE} for name, endpoint in ENDPOINTS.items()}
    assert {name: description.scopes(each.method, each.path) for name, each in ENDPOINTS.items()} == wanted


def test_the_registry_has_media_types_of_the_file(description: Contract) -> None:
    assert [each for each in ENDPOINTS.values() if each.media not in description.media(each.method, each.path)] == []


def test_a_deviation_fails_its_test(conversation: Conversation, description: Contract) -> None:
    def misspell(response: Any, **_options: Any) -> None:
        response._content = response.content.replace(b'"login"', b'"logon"').replace(b'"id":"44300112"', b'"id":7')

    conversation.client._transport._session.hooks["response"].insert(0, misspell)
    with pytest.raises(Exception, match="unreadable"):
        conversation.client.me()
    found = {str(each) for each in conversation.exchanges.deviations()}
    assert found == {
        "GET /me · 200 id · 7 is not of type 'string'",
        "GET /me · 200 logon · is not in the description",
    }
