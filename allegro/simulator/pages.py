"""What the pages of the seller panel share: their frame with the clock, and instants as a person reads them."""

from flask import render_template

from allegro.simulator.answers import now, simulation
from allegro.simulator.instants import WARSAW, to_datetime
from allegro.simulator.words import language, words


def page(template: str, **context: object) -> str:
    """Return a page of the panel in the language of the request."""
    clock = simulation().clock
    return render_template(
        template, words=words(), language=language(), now=local(now()), mode=words()[clock.mode], **context
    )


def local(at: int) -> str:
    """Return an instant (microseconds UTC) as Warsaw wall-clock time."""
    return f"{to_datetime(at).astimezone(WARSAW):%Y-%m-%d %H:%M:%S}"
