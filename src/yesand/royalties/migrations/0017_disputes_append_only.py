"""What is said in a dispute, of a wrong payee or of usage in escrow is never changed."""

from django.db import migrations

from yesand.provenance.triggers import append_only


class Migration(migrations.Migration):
    """Triggers on disputes, corrected payees and claims."""

    dependencies = [("royalties", "0016_disputes")]
    operations = [
        append_only("royalties_dispute"),
        append_only("royalties_disputeword"),
        append_only("royalties_reassignment"),
        append_only("royalties_reassignmentdecision"),
        append_only("royalties_usageclaim"),
        append_only("royalties_usageclaimdecision"),
    ]
