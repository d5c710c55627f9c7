"""What the lists are sorted by and compare, kept beside the rows that it is made from."""

from django.db import migrations, models

LAST_EDITS = """
UPDATE offers_offer SET edited_at = newest.at
FROM (
    SELECT offer_id, max(not_after) AS at FROM offers_offerchange
    WHERE offer_id IS NOT NULL AND NOT (certainty = 'sold' OR field IN ('ratings', 'rating_scores'))
    GROUP BY offer_id
) AS newest
WHERE newest.offer_id = offers_offer.id
"""
VISITORS = """
UPDATE offers_counternight SET visits_30d = seen.visits
FROM (
    SELECT offers_offerday.account_id, day, sum(visits_30d) AS visits FROM offers_offerday
    JOIN accounts_selleraccount AS account ON account.id = offers_offerday.account_id
    WHERE marketplace = account.base_marketplace
    GROUP BY offers_offerday.account_id, day
) AS seen
WHERE seen.account_id = offers_counternight.account_id AND seen.day = offers_counternight.day AND NOT is_faulty
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_preferences'),
        ('offers', '0013_notes'),
    ]

    operations = [
        migrations.AddField(
            model_name='counternight',
            name='visits_30d',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='offer',
            name='edited_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.RunSQL(LAST_EDITS, migrations.RunSQL.noop),
        migrations.RunSQL(VISITORS, migrations.RunSQL.noop),
    ]
