"""Words in old and new values are found without the marks of Polish letters: their index is built anew."""

import django.contrib.postgres.indexes
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations

import offers.models.changes


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('offers', '0015_list_indexes'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='offerchange',
            index=django.contrib.postgres.indexes.GinIndex(offers.models.changes.ValueWords('old', 'new'), name='change_plain_words'),
        ),
        # How often each word occurs, without which the new index would not be chosen.
        migrations.RunSQL('ANALYZE offers_offerchange', migrations.RunSQL.noop),
        RemoveIndexConcurrently(
            model_name='offerchange',
            name='change_words',
        ),
    ]
