"""What the product remembers of a person's own choices."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.preferences import PreferenceKey, preference
from tests.conftest import Team

CHART = reverse("accounts:preference", args=["chart-series"])


def test_a_choice_is_remembered_for_its_person_alone(team: Team, client: Client) -> None:
    client.force_login(team.owner)
    assert client.post(CHART, {"value": '{"revenue": false}'}).status_code == 204
    assert client.post(CHART, {"value": '{"revenue": true}'}).status_code == 204
    assert preference(team.owner, PreferenceKey.CHART_SERIES, {}) == {"revenue": True}
    usual: dict[str, object] = {"usual": True}
    assert preference(team.viewer, PreferenceKey.CHART_SERIES, usual) == usual


@pytest.mark.parametrize("value", ["", "{", "[1]", '"text"', '{"a": "' + "x" * 5000 + '"}'])
def test_what_is_no_such_choice_is_refused_and_the_last_one_stays(team: Team, client: Client, value: str) -> None:
    client.force_login(team.owner)
    client.post(CHART, {"value": '{"revenue": false}'})
    assert client.post(CHART, {"value": value}).status_code == 400
    assert preference(team.owner, PreferenceKey.CHART_SERIES, {}) == {"revenue": False}
