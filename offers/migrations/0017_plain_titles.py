"""Titles and SKUs in plain small letters, kept by the database, for the search. The table of offers is written anew."""

import offers.letters
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('offers', '0016_plain_words'),
    ]

    operations = [
        migrations.AddField(
            model_name='offer',
            name='plain_external_id',
            field=models.GeneratedField(db_persist=True, expression=offers.letters.PlainLetters('external_id'), output_field=models.CharField(max_length=100)),
        ),
        migrations.AddField(
            model_name='offer',
            name='plain_title',
            field=models.GeneratedField(db_persist=True, expression=offers.letters.PlainLetters('title'), output_field=models.CharField(max_length=250)),
        ),
    ]
