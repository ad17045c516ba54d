"""What was signed is never changed."""

from django.db import migrations

from yesand.provenance.triggers import append_only


class Migration(migrations.Migration):
    """Triggers on agreements and withdrawals."""

    dependencies = [("agreements", "0002_initial")]
    operations = [
        append_only("agreements_agreement"),
        append_only("agreements_withdrawal"),
    ]
