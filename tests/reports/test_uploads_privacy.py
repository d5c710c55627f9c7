"""No table holds anything about a buyer, whatever file is uploaded."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.apps import apps

from allegro.simulator.exports.orders import OrdersOddities, exported_orders, orders_summary
from allegro.simulator.exports.payments import PaymentsOddities, payment_operations
from allegro.simulator.exports.scope import Scope
from allegro.simulator.genesis import new_world
from allegro.simulator.instants import parse_instant
from allegro.simulator.world import World
from reports.models import Upload, UploadFile, UploadStatus
from reports.reading import read
from reports.uploads import import_upload, receive
from tests.conftest import Team

SCOPE = Scope("44300112", "allegro-pl", date(2026, 2, 25), date(2026, 3, 6))


@pytest.fixture(scope="module")
def world() -> World:
    """A world with two weeks behind it."""
    return new_world(7, parse_instant("2026-03-08T08:00:00Z"), 14)


def stored() -> Iterator[str]:
    """Everything that the tables of uploads hold; bytes as text."""
    for model in apps.get_app_config("reports").get_models():
        for row in model._base_manager.values_list():
            for value in row:
                yield value.tobytes().decode("utf-8", "replace") if isinstance(value, memoryview) else str(value)


@pytest.mark.usefixtures("in_workspace")
def test_files_that_name_buyers_leave_no_trace_of_them(in_workspace: Team, world: World) -> None:
    files = [
        orders_summary(world, SCOPE, OrdersOddities()),
        # As text, so that the bytes kept can be searched.
        payment_operations(world, SCOPE, PaymentsOddities(text=True)),
    ]
    for file in files:
        upload, _new = receive(in_workspace.account, None, file.name, file.content, read_later=False)
        assert read(upload)
        assert upload.good_rows > 20
        assert import_upload(upload, None, leave_out=upload.bad_rows) or upload.status != UploadStatus.PREVIEW
    assert UploadFile.objects.filter(is_stripped=True).count() == Upload.objects.count() == 2
    buyers = [order.buyer for order in exported_orders(world, SCOPE)]
    people = {value for buyer in buyers for value in (buyer.login, buyer.email, buyer.phone, buyer.street)}
    everything = "\n".join(stored())
    assert len(everything) > 10_000
    assert not {value for value in people if value in everything}
    assert any(value.encode() in files[0].content for value in people), "the files do name people"
