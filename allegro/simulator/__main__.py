"""`python -m allegro.simulator`: the simulator without Django."""

import sys

from allegro.simulator.server import main

if __name__ == "__main__":
    sys.exit(main())
