"""The simulator as a web server on 127.0.0.1: for a process of its own, or in a thread of a test."""

import logging
import signal
import threading
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from flask import Flask
from werkzeug.serving import BaseWSGIServer

from allegro.simulator import (
    api_alle_discount,
    api_allegro_prices,
    api_badges,
    api_billing,
    api_bundles,
    api_categories,
    api_offer_commands,
    api_offers,
    api_orders,
    api_payments,
    api_price_rules,
    api_promo_options,
    api_promotions,
    api_quality,
    api_returns,
    api_terms,
    api_translations,
    consent,
    control,
    control_accounts,
    control_faults,
    gate,
    panel,
    panel_accounts,
    panel_faults,
    pictures,
)
from allegro.simulator.exports import routes as exports
from allegro.simulator.genesis import PREHISTORY_DAYS
from allegro.simulator.instants import iso_micros, parse_instant
from allegro.simulator.serving import bind, close
from allegro.simulator.simulation import DEFAULT_SEED, Simulation
from allegro.simulator.state import StateFile, StateUnreadable

HOST = "127.0.0.1"
DEFAULT_PORT = 8001
DEFAULT_REQUESTS_PER_MINUTE = 9_000  # per client id, as at Allegro


def create_app(simulation: Simulation) -> Flask:
    """Return the Flask application in front of a simulation."""
    app = Flask("allegro.simulator", static_url_path="/_simulator/static")
    app.extensions["simulation"] = simulation
    gate.install(app)
    for module in (
        api_alle_discount,
        api_allegro_prices,
        api_badges,
        api_billing,
        api_bundles,
        api_categories,
        api_offer_commands,
        api_offers,
        api_orders,
        api_payments,
        api_price_rules,
        api_promo_options,
        api_promotions,
        api_quality,
        api_returns,
        api_terms,
        api_translations,
        consent,
        control,
        control_accounts,
        control_faults,
        exports,
        panel,
        panel_accounts,
        panel_faults,
        pictures,
    ):
        app.register_blueprint(module.blueprint)
    return app


@dataclass
class RunningSimulator:
    """A server in a thread of this process; `simulation` is its state (hold its lock to touch it)."""

    url: str
    simulation: Simulation
    server: BaseWSGIServer
    thread: threading.Thread

    def stop(self) -> None:
        """Stop serving, write the state if one is kept, and close the socket."""
        self.server.shutdown()
        self.thread.join()
        close(self.server)
        with self.simulation.lock:
            self.simulation.save()


def start(
    *,
    seed: int = DEFAULT_SEED,
    start: str | None = None,
    port: int = 0,
    requests_per_minute: int = 0,
    state: Path | None = None,
    prehistory_days: int = PREHISTORY_DAYS,
    busy: bool = False,
) -> RunningSimulator:
    """Serve a simulator from a thread; `start` is an ISO 8601 instant to freeze at, port 0 takes any free one.

    Fewer days of prehistory make it start faster, with visits and orders of those days only. In a `busy` world the
    sellers and Allegro do everything that they can do, not only the routine.

    Raises StateUnreadable if the state directory holds something that cannot be used.
    """
    frozen_at = parse_instant(start) if start else None
    kept = StateFile(state) if state else None
    simulation = Simulation(
        seed, frozen_at, requests_per_minute, state=kept, prehistory_days=prehistory_days, busy=busy
    )
    server = _bind(simulation, port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    return RunningSimulator(simulation.image_base, simulation, server, thread)


def _bind(simulation: Simulation, port: int) -> BaseWSGIServer:
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = bind(HOST, port, create_app(simulation))
    simulation.image_base = f"http://{HOST}:{server.server_port}"
    return server


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options of the command line."""
    parser.add_argument("--port", type=int, default=DEFAULT_PORT)
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    parser.add_argument("--start", help="ISO 8601 instant to freeze the clock at; without it the clock is live")
    parser.add_argument("--state", type=Path, help="directory in which the world survives a restart")
    parser.add_argument("--busy", action="store_true", help="let the sellers and Allegro do everything they can do")
    parser.add_argument("--requests-per-minute", type=int, default=DEFAULT_REQUESTS_PER_MINUTE, help="0: no limit")


def serve(options: Namespace) -> str | None:
    """Serve until SIGTERM or SIGINT; return an error for the user, or None after a clean stop."""
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stopper(stopped))
    try:
        running = start(
            seed=options.seed,
            start=options.start,
            port=options.port,
            requests_per_minute=options.requests_per_minute,
            state=options.state,
            busy=options.busy,
        )
    except (StateUnreadable, ValueError) as error:
        return str(error)
    _say(running)
    stopped.wait()
    running.stop()
    return None


def _stopper(stopped: threading.Event) -> "signal._HANDLER":
    def stop(_: int, __: FrameType | None) -> None:
        stopped.set()

    return stop


def _say(running: RunningSimulator) -> None:
    clock = running.simulation.clock
    print(f"Allegro simulator: {running.url}/panel/ ({clock.mode} at {iso_micros(clock.now())})", flush=True)  # noqa: T201


def main(arguments: Sequence[str] | None = None) -> str | None:
    """Run from the command line; return an error message or None."""
    parser = ArgumentParser("allegro.simulator", description="A simulated Allegro on 127.0.0.1.")
    add_arguments(parser)
    return serve(parser.parse_args(arguments))
