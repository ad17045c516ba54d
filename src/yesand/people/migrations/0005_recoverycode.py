"""Recovery codes of our own, of which only hashes are kept; allauth's sealed ones end.

Who had some finds none left on their page, and makes new ones by one click.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def end_sealed_codes(apps, schema_editor):
    """Delete the seeds that codes could be made of again."""
    apps.get_model("mfa", "Authenticator").objects.filter(type="recovery_codes").delete()


class Migration(migrations.Migration):

    dependencies = [
        ("people", "0004_event_append_only"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [
        migrations.CreateModel(
            name="RecoveryCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="recovery_codes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.RunPython(end_sealed_codes, migrations.RunPython.noop),
    ]
