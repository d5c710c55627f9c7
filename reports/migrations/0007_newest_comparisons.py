"""Indexes of the list of comparisons as it is opened, built while the application goes on writing."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('reports', '0006_exported_at'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='comparison',
            index=models.Index(condition=models.Q(('is_newest', True)), fields=['account', '-size', 'id'], name='newest_by_size'),
        ),
        AddIndexConcurrently(
            model_name='comparison',
            index=models.Index(condition=models.Q(('is_newest', True)), fields=['account', 'status', 'title', 'allegro_offer_id', 'measure', 'id'], name='newest_by_status'),
        ),
        AddIndexConcurrently(
            model_name='comparison',
            index=models.Index(condition=models.Q(('is_newest', True)), fields=['account', 'title', 'allegro_offer_id', 'measure', 'id'], include=('offer', 'status'), name='newest_by_title'),
        ),
        AddIndexConcurrently(
            model_name='comparison',
            index=models.Index(condition=models.Q(('is_newest', True)), fields=['account', 'measure', 'title', 'allegro_offer_id', 'id'], name='newest_by_measure'),
        ),
    ]
