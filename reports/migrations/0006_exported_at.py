from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0005_reported_days")]

    operations = [
        migrations.AddField(
            model_name="upload",
            name="exported_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
