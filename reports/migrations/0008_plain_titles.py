"""Titles in plain small letters, kept by the database, for the search. The table of comparisons is written anew."""

import offers.letters
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_team'),
        ('offers', '0017_plain_titles'),
        ('reports', '0007_newest_comparisons'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='comparison',
            name='newest_by_title',
        ),
        migrations.AddField(
            model_name='comparison',
            name='plain_title',
            field=models.GeneratedField(db_persist=True, expression=offers.letters.PlainLetters('title'), output_field=models.CharField(max_length=250)),
        ),
        migrations.AddIndex(
            model_name='comparison',
            index=models.Index(condition=models.Q(('is_newest', True)), fields=['account', 'title', 'allegro_offer_id', 'measure', 'id'], include=('offer', 'status', 'plain_title'), name='newest_by_title'),
        ),
    ]
