"""What was billed, received and reminded of is never changed."""

from django.db import migrations

from yesand.provenance.triggers import append_only


class Migration(migrations.Migration):
    """Triggers on invoices, and on all that follows from them."""

    dependencies = [("royalties", "0018_invoices")]
    operations = [
        append_only("royalties_billing"),
        append_only("royalties_taxrate"),
        append_only("royalties_invoice"),
        append_only("royalties_receipt"),
        append_only("royalties_reminder"),
    ]
