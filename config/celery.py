"""The Celery application and its static beat schedule."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

SOFT_LIMIT_SECONDS = 25 * 60
HARD_LIMIT_SECONDS = 30 * 60

app = Celery("config")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_serializer="json",
    accept_content=["json"],
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_soft_time_limit=SOFT_LIMIT_SECONDS,
    task_time_limit=HARD_LIMIT_SECONDS,
    # Above the hard limit, or Redis would hand a task that still runs to a second worker.
    broker_transport_options={"visibility_timeout": HARD_LIMIT_SECONDS * 2},
    broker_connection_retry_on_startup=True,
    beat_schedule={
        "dispatch-due-accounts": {"task": "allegro.tasks.dispatch_due_accounts", "schedule": 60.0},
        "reap-interrupted-runs": {"task": "allegro.tasks.reap_interrupted_runs", "schedule": 300.0},
        "tell-about-ended-grants": {"task": "allegro.tasks.tell_about_ended_grants", "schedule": 60.0},
        "renew-idle-grants": {"task": "allegro.tasks.renew_idle_grants", "schedule": 6 * 3600.0},
        "reclaim-stuck-uploads": {"task": "reports.tasks.reclaim_stuck_uploads", "schedule": 60.0},
        "go-on-with-jobs": {"task": "accounts.tasks.go_on_with_jobs", "schedule": 300.0},
        "give-up-old-facts": {"task": "offers.tasks.give_up_old_facts", "schedule": 24 * 3600.0},
        "link-new-offers": {"task": "reports.tasks.link_new_offers", "schedule": 3600.0},
        "reconcile-synced-accounts": {"task": "reports.tasks.reconcile_synced_accounts", "schedule": 60.0},
        "reconcile-all-anew": {"task": "reports.tasks.reconcile_all_anew", "schedule": 24 * 3600.0},
    },
)
app.autodiscover_tasks()


@setup_logging.connect
def keep_django_logging(**_kwargs: Any) -> None:
    """Celery would replace the root logger's handlers; ours already hide secrets and print JSON."""
