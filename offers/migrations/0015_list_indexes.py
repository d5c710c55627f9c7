"""Indexes of the lists, on tables that are large by now: built while the application goes on writing."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('offers', '0014_list_columns'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='offerchange',
            index=models.Index(condition=models.Q(('certainty', 'sold'), ('field__in', ['ratings', 'rating_scores']), _connector='OR', _negated=True), fields=['account', '-not_after', '-id'], include=('not_before', 'batch'), name='change_edits'),
        ),
        AddIndexConcurrently(
            model_name='salesday',
            index=models.Index(fields=['account', 'day'], include=('offer', 'marketplace', 'currency', 'units', 'revenue'), name='sales_by_day'),
        ),
        RemoveIndexConcurrently(
            model_name='salesday',
            name='sales_day_of_account',
        ),
    ]
