"""Which errors end a piece of work at once, and are not the fault of the one thing it was busy with."""

from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError

# The worker's time or memory is used up, or the database cannot be reached or gave up on us.
ENDS_THE_WORK = (SoftTimeLimitExceeded, MemoryError, InterfaceError, OperationalError)
