"""Indexes on tables that are large by now: built while the application goes on writing."""

import django.contrib.postgres.indexes
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

import offers.models.changes


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('offers', '0003_complete_record'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='offer',
            index=models.Index(fields=['account', 'extras_seen_at'], name='offer_extras_rotation'),
        ),
        AddIndexConcurrently(
            model_name='offer',
            index=models.Index(fields=['account', 'product_id'], name='offers_of_product'),
        ),
        AddIndexConcurrently(
            model_name='offerevent',
            index=models.Index(condition=models.Q(('type', 'OFFER_TRANSLATION_UPDATED')), fields=['account', 'received_at'], name='translation_events'),
        ),
        AddIndexConcurrently(
            model_name='offerchange',
            index=models.Index(fields=['account', 'field', '-not_after', '-id'], name='change_of_field'),
        ),
        AddIndexConcurrently(
            model_name='offerchange',
            index=models.Index(condition=models.Q(('shared__isnull', False)), fields=['shared', '-not_after'], name='change_of_shared'),
        ),
        AddIndexConcurrently(
            model_name='offerchange',
            index=models.Index(condition=models.Q(('batch__isnull', False)), fields=['batch'], name='change_of_batch'),
        ),
        AddIndexConcurrently(
            model_name='offerchange',
            index=django.contrib.postgres.indexes.GinIndex(offers.models.changes.ValueWords('old', 'new'), name='change_words'),
        ),
    ]
