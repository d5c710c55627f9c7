from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('offers', '0004_indexes'),
    ]

    operations = [
        migrations.AddField(
            model_name='offer',
            name='confirmed_until',
            field=models.DateTimeField(null=True),
        ),
    ]
