"""Double entry and append-only, held by the database itself."""

from django.db import migrations

from yesand.provenance.triggers import append_only
from yesand.royalties.triggers import double_entry


class Migration(migrations.Migration):
    """Postings first, then the transaction that seals them; nothing changes after that."""

    dependencies = [("royalties", "0001_initial")]

    operations = [
        double_entry("royalties_transaction", "royalties_posting"),
        append_only("royalties_transaction"),
        append_only("royalties_posting"),
        append_only("royalties_usagebatch"),
        append_only("royalties_settlement"),
        append_only("royalties_settledusage"),
        append_only("royalties_paidsession"),
        append_only("royalties_statement"),
    ]
