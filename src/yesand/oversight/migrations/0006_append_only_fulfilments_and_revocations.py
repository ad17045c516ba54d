"""What was stated to be done, and what licensees were told, is never changed."""

from django.db import migrations

from yesand.provenance.triggers import append_only


class Migration(migrations.Migration):
    """Triggers on fulfilments and revocations."""

    dependencies = [("oversight", "0005_fulfilments_and_revocations")]
    operations = [append_only("oversight_fulfilment"), append_only("oversight_revocation")]
