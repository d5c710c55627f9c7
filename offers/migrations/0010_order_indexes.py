"""Indexes on tables that are large by now: built while the application goes on writing."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('offers', '0009_order_facts'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='orderevent',
            index=models.Index(condition=models.Q(('type__in', ('READY_FOR_PROCESSING', 'BUYER_CANCELLED', 'AUTO_CANCELLED'))), fields=['account', 'order_id', 'type'], name='events_of_order'),
        ),
        AddIndexConcurrently(
            model_name='orderline',
            index=models.Index(condition=models.Q(('superseded_at__isnull', False)), fields=['account', 'line_item_id'], name='former_states_of_line'),
        ),
    ]
