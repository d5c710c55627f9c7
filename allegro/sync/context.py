"""What every stage of one run shares."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from accounts.models import SellerAccount
from allegro.client import AllegroClient


@dataclass
class SyncContext:
    """One run's account, client and clock; `beat` says that the run is alive and moves its progress."""

    account: SellerAccount
    client: AllegroClient
    clock: Callable[[], datetime]
    beat: Callable[[], None]
    is_full: bool
    counts: Counter[str] = field(default_factory=Counter)
