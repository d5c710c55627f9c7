"""A removed note can be restored: its removed version is then superseded like any other."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('offers', '0017_plain_titles'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='note',
            name='only_last_version_removed',
        ),
        migrations.AddConstraint(
            model_name='note',
            constraint=models.CheckConstraint(condition=models.Q(('superseded_at__isnull', True), ('removed_at__isnull', True), ('superseded_at__gte', models.F('removed_at')), _connector='OR'), name='removed_version_superseded_by_restoring'),
        ),
    ]
