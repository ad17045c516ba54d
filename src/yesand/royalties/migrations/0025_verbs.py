"""Transactions say what they do, from when they count and what they hold; folios chain them."""

import django.db.models.deletion
from django.db import migrations, models

from yesand.provenance.triggers import append_only
from yesand.royalties.triggers import faster, verbs


class Migration(migrations.Migration):
    """The columns may be null, so that SQLite adds them and keeps the table with its triggers."""

    dependencies = [("royalties", "0024_settled_on_estimates")]

    operations = [
        migrations.AddField(
            model_name="transaction",
            name="verb",
            field=models.CharField(max_length=8, null=True),
        ),
        migrations.AddField(
            model_name="transaction",
            name="follows",
            field=models.CharField(max_length=64, null=True),
        ),
        migrations.AddField(
            model_name="transaction",
            name="effective",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="transaction",
            name="body",
            field=models.CharField(max_length=64, null=True),
        ),
        migrations.AddField(
            model_name="transaction",
            name="folio",
            field=models.PositiveBigIntegerField(null=True),
        ),
        migrations.AddConstraint(
            model_name="transaction",
            constraint=models.UniqueConstraint(
                condition=models.Q(("verb__in", ["post", "void", "reverse"])),
                fields=("follows",),
                name="ended_once",
            ),
        ),
        migrations.CreateModel(
            name="Folio",
            fields=[
                ("number", models.PositiveBigIntegerField(primary_key=True, serialize=False)),
                ("previous", models.CharField(max_length=64)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("transactions", models.PositiveBigIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="provenance.entry",
                    ),
                ),
            ],
        ),
        verbs("royalties_transaction", "royalties_posting"),
        faster("royalties_transaction", "royalties_posting"),
        append_only("royalties_folio"),
        append_only("royalties_account"),
    ]
