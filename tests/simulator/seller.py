"""A connected seller at a young simulator, and calls that write."""

from collections.abc import Iterator
from typing import Any

import requests

from allegro.simulator.answers import PUBLIC
from allegro.simulator.server import RunningSimulator
from tests.simulator.conftest import COFFEE, Application


def connected(simulator: RunningSimulator, account: str = COFFEE) -> Iterator[Application]:
    """Yield an application connected to an account with every scope."""
    application = Application(simulator.url)
    application.connect(account)
    yield application
    application.session.close()


def move_clock(application: Application, instant: str) -> None:
    """Freeze the clock at an instant and take a new token, since the old one may have run out meanwhile."""
    application.move_clock(instant)
    application.connect()


def send(application: Application, method: str, path: str, body: Any = None) -> requests.Response:
    """Call a writing method with a JSON body in Allegro's media type."""
    headers = {"Content-Type": PUBLIC}
    return application.session.request(method, application.url + path, json=body, headers=headers, timeout=10)


def made(application: Application, method: str, path: str, body: Any = None) -> dict[str, Any]:
    """Call a writing method and return the JSON of its good answer."""
    answer = send(application, method, path, body)
    assert answer.status_code in {200, 201}, answer.text
    return dict(answer.json())


def truths(application: Application, field: str, offer_id: str = "") -> list[dict[str, Any]]:
    """Return the actions of a field in the truth log, of one offer or of all."""
    query = {"offer_id": offer_id} if offer_id else {}
    return [row for row in application.read("/_simulator/truth", **query)["actions"] if row["field"] == field]


def refusal(answer: requests.Response) -> tuple[int, str]:
    """Return status and code of an error answer."""
    return answer.status_code, answer.json()["errors"][0]["code"]
