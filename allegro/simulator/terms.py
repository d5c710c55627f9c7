"""What terms of sale have in common: contents that change through time, ids, and checks of what a seller sends."""

from bisect import bisect_right

from allegro.simulator.chance import stream, uuid
from allegro.simulator.documents import Json
from allegro.simulator.validation import Refusal
from allegro.simulator.world import World


class Versions:
    """The contents that stood under one id, each with the instant (microseconds UTC) at which it was saved."""

    def __init__(self, at: int, content: Json) -> None:
        self._saved = [at]
        self._contents = [content]

    @property
    def present(self) -> Json:
        """Return the newest content."""
        return self._contents[-1]

    @property
    def saved(self) -> list[int]:
        """Return the instants of all saves, oldest first."""
        return self._saved

    def at(self, moment: int) -> Json:
        """Return the content in force at an instant; before the first save, the first one."""
        return self._contents[max(0, bisect_right(self._saved, moment) - 1)]

    def save(self, at: int, content: Json) -> None:
        """Put a new content in force from `at` on; saves come in order of time."""
        self._saved.append(at)
        self._contents.append(content)


def deed_id(world: World, kind: str, number: int) -> str:
    """Return the UUID of the `number`th thing of a kind that deeds made; the same whenever they are done again."""
    return uuid(stream(world.seed, kind, number))


def text(value: object, path: str, longest: int) -> str:
    """Return a text of 1 to `longest` characters; raise Refusal for anything else."""
    if not isinstance(value, str) or not 1 <= len(value) <= longest:
        raise Refusal("ConstraintViolationException", path, f"{path} must have 1 to {longest} characters.")
    return value


def one_of(value: object, path: str, allowed: tuple[str, ...]) -> str:
    """Return one of the allowed texts; raise Refusal for anything else."""
    if not isinstance(value, str) or value not in allowed:
        raise Refusal("ConstraintViolationException", path, f"{path}: one of {', '.join(allowed)}.")
    return value
