import django.db.models.deletion
from django.db import migrations, models


# Tombstones of today are absences that began with them.
TOMBSTONES = """
INSERT INTO offers_offerabsence (account_id, offer_id, since, checked_at)
SELECT account_id, id, gone_at, greatest(gone_at, coalesce(gone_checked_at, gone_at))
FROM offers_offer
WHERE gone_at IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_grant_endings"),
        ("offers", "0005_confirmed_until"),
    ]

    operations = [
        migrations.CreateModel(
            name="OfferAbsence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateTimeField()),
                ("checked_at", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="absences",
                        to="accounts.selleraccount",
                    ),
                ),
                (
                    "offer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="absences", to="offers.offer"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until__isnull", True)), fields=("offer",), name="one_absence_at_a_time"
                    )
                ],
            },
        ),
        migrations.RunSQL(TOMBSTONES, "DELETE FROM offers_offerabsence"),
    ]
