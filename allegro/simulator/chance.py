"""Random numbers that do not depend on who asked before: one stream per purpose, made from the world's seed."""

import math
from random import Random
from uuid import UUID


def stream(*parts: object) -> Random:
    """Return a generator that is the same for the same parts (seed, purpose, offer, day ...)."""
    return Random("|".join(map(str, parts)))


def poisson(rng: Random, mean: float) -> int:
    """Draw a Poisson number; above a mean of 30 its normal approximation."""
    if mean <= 0:
        return 0
    if mean > 30:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count


def uuid(rng: Random) -> str:
    """Return a random UUID (version 4) as text."""
    return str(UUID(int=rng.getrandbits(128), version=4))


def hexadecimal(rng: Random, digits: int) -> str:
    """Return that many hexadecimal digits."""
    return f"{rng.getrandbits(digits * 4):0{digits}x}"
