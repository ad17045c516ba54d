"""What was attested is never changed."""

from django.db import migrations

from yesand.provenance.triggers import append_only


class Migration(migrations.Migration):
    """Triggers on attestations."""

    dependencies = [("royalties", "0012_attestations")]
    operations = [append_only("royalties_attestation")]
