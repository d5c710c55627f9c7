"""The simulated Allegro for the tests in which its exports meet our own record."""

from tests.allegro.conftest import _no_backoff, _own_budget, coffee, garden, running_simulator, world

__all__ = ["_no_backoff", "_own_budget", "coffee", "garden", "running_simulator", "world"]
