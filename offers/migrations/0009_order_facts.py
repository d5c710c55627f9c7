"""What orders say besides what was sold: payment, cancellation, subsidies, discounts."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('offers', '0008_order_history'),
    ]

    operations = [
        migrations.AddField(
            model_name='orderline',
            name='cancelled_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='orderline',
            name='deposit',
            field=models.DecimalField(decimal_places=2, max_digits=14, null=True),
        ),
        migrations.AddField(
            model_name='orderline',
            name='discounts',
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list),
        ),
        migrations.AddField(
            model_name='orderline',
            name='fulfillment',
            field=models.CharField(blank=True, db_default='', default='', max_length=24),
        ),
        migrations.AddField(
            model_name='orderline',
            name='paid_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='orderline',
            name='payment_type',
            field=models.CharField(blank=True, db_default='', default='', max_length=24),
        ),
        migrations.AddField(
            model_name='orderline',
            name='reconciled_quantity',
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name='orderline',
            name='reconciliation',
            field=models.DecimalField(decimal_places=2, max_digits=14, null=True),
        ),
        migrations.AddField(
            model_name='orderline',
            name='reconciliation_type',
            field=models.CharField(blank=True, db_default='', default='', max_length=16),
        ),
        migrations.AddField(
            model_name='orderline',
            name='services',
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list),
        ),
        migrations.AddField(
            model_name='orderline',
            name='vouchers',
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list),
        ),
    ]
