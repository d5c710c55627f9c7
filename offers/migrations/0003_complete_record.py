import django.contrib.postgres.indexes
import django.db.models.deletion
import offers.models.changes
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_grant_endings'),
        ('offers', '0002_gone_checked_at'),
    ]

    operations = [
        migrations.CreateModel(
            name='ChangeBatch',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('field', models.CharField(blank=True, max_length=60)),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('offers', models.IntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='Content',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64)),
                ('body', models.JSONField()),
            ],
        ),
        migrations.CreateModel(
            name='FactHorizon',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='OfferUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('part', models.CharField(choices=[('price_stock', 'Price and stock'), ('detail', 'Details'), ('listing', 'List row'), ('promotions', 'Promotions and bundles'), ('promo_options', 'Promotion packages'), ('price_rules', 'Price rules'), ('badges', 'Badges'), ('allegro_prices', 'Allegro Prices'), ('alle_discount', 'AlleDiscount'), ('translations', 'Translations'), ('rating', 'Rating'), ('smart', 'Smart!'), ('unfilled', 'Missing parameters')], max_length=16)),
                ('kind', models.CharField(choices=[('price_list', 'Delivery price list'), ('delivery_settings', 'Delivery settings'), ('return_policy', 'Return policy'), ('warranty', 'Warranty'), ('implied_warranty', 'Complaint terms'), ('promotion', 'Promotion'), ('bundle', 'Bundle'), ('price_rule', 'Price rule'), ('category', 'Category')], max_length=20)),
                ('allegro_id', models.CharField(max_length=100)),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='PartReading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('part', models.CharField(choices=[('price_stock', 'Price and stock'), ('detail', 'Details'), ('listing', 'List row'), ('promotions', 'Promotions and bundles'), ('promo_options', 'Promotion packages'), ('price_rules', 'Price rules'), ('badges', 'Badges'), ('allegro_prices', 'Allegro Prices'), ('alle_discount', 'AlleDiscount'), ('translations', 'Translations'), ('rating', 'Rating'), ('smart', 'Smart!'), ('unfilled', 'Missing parameters')], max_length=16)),
                ('first_read_at', models.DateTimeField()),
                ('last_read_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='SharedObject',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('price_list', 'Delivery price list'), ('delivery_settings', 'Delivery settings'), ('return_policy', 'Return policy'), ('warranty', 'Warranty'), ('implied_warranty', 'Complaint terms'), ('promotion', 'Promotion'), ('bundle', 'Bundle'), ('price_rule', 'Price rule'), ('category', 'Category')], max_length=20)),
                ('allegro_id', models.CharField(max_length=100)),
                ('name', models.CharField(blank=True, max_length=250)),
                ('is_for_all', models.BooleanField(default=False)),
                ('first_seen_at', models.DateTimeField()),
                ('gone_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='SharedSnapshot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64)),
                ('document', models.JSONField()),
                ('first_seen_at', models.DateTimeField()),
                ('last_seen_at', models.DateTimeField()),
                ('announced_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name='offer',
            name='extras_seen_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='offer',
            name='product_id',
            field=models.CharField(blank=True, db_default='', max_length=64),
        ),
        migrations.AlterField(
            model_name='offerchange',
            name='event',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='changes', to='offers.offerevent'),
        ),
        migrations.AlterField(
            model_name='offerchange',
            name='offer',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='offers.offer'),
        ),
        migrations.AlterField(
            model_name='offersnapshot',
            name='part',
            field=models.CharField(choices=[('price_stock', 'Price and stock'), ('detail', 'Details'), ('listing', 'List row'), ('promotions', 'Promotions and bundles'), ('promo_options', 'Promotion packages'), ('price_rules', 'Price rules'), ('badges', 'Badges'), ('allegro_prices', 'Allegro Prices'), ('alle_discount', 'AlleDiscount'), ('translations', 'Translations'), ('rating', 'Rating'), ('smart', 'Smart!'), ('unfilled', 'Missing parameters')], max_length=16),
        ),
        migrations.AddField(
            model_name='changebatch',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='batches', to='accounts.selleraccount'),
        ),
        migrations.AddField(
            model_name='offerchange',
            name='batch',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='changes', to='offers.changebatch'),
        ),
        migrations.AddField(
            model_name='content',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contents', to='accounts.selleraccount'),
        ),
        migrations.AddField(
            model_name='facthorizon',
            name='account',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='horizon', to='accounts.selleraccount'),
        ),
        migrations.AddField(
            model_name='offeruse',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='uses', to='accounts.selleraccount'),
        ),
        migrations.AddField(
            model_name='offeruse',
            name='offer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='uses', to='offers.offer'),
        ),
        migrations.AddField(
            model_name='partreading',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='part_readings', to='accounts.selleraccount'),
        ),
        migrations.AddField(
            model_name='sharedobject',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='shared_objects', to='accounts.selleraccount'),
        ),
        migrations.AddField(
            model_name='offerchange',
            name='shared',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='offers.sharedobject'),
        ),
        migrations.AddConstraint(
            model_name='offerchange',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('offer__isnull', False), ('shared__isnull', True)), models.Q(('offer__isnull', True), ('shared__isnull', False)), _connector='OR'), name='change_of_offer_or_shared'),
        ),
        migrations.AddField(
            model_name='sharedsnapshot',
            name='shared',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='snapshots', to='offers.sharedobject'),
        ),
        migrations.AddIndex(
            model_name='changebatch',
            index=models.Index(fields=['account', 'field', 'until'], name='batch_by_time'),
        ),
        migrations.AddConstraint(
            model_name='content',
            constraint=models.UniqueConstraint(fields=('account', 'digest'), name='one_content_per_digest'),
        ),
        migrations.AddIndex(
            model_name='offeruse',
            index=models.Index(fields=['account', 'kind', 'allegro_id'], name='offers_using'),
        ),
        migrations.AddConstraint(
            model_name='offeruse',
            constraint=models.UniqueConstraint(fields=('offer', 'kind', 'allegro_id', 'since'), name='one_use_per_start'),
        ),
        migrations.AddConstraint(
            model_name='partreading',
            constraint=models.UniqueConstraint(fields=('account', 'part'), name='one_reading_per_part'),
        ),
        migrations.AddConstraint(
            model_name='sharedobject',
            constraint=models.UniqueConstraint(fields=('account', 'kind', 'allegro_id'), name='one_shared_object_per_id'),
        ),
        migrations.AddConstraint(
            model_name='sharedsnapshot',
            constraint=models.CheckConstraint(condition=models.Q(('last_seen_at__gte', models.F('first_seen_at'))), name='shared_span_is_forward'),
        ),
        migrations.AddConstraint(
            model_name='sharedsnapshot',
            constraint=models.UniqueConstraint(fields=('shared', 'first_seen_at'), name='one_shared_snapshot_per_moment'),
        ),
    ]
