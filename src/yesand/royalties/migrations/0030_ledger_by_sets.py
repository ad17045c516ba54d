"""PostgreSQL asks of all postings at once what it asked of each."""

from django.db import migrations

from yesand.royalties.triggers import by_sets


class Migration(migrations.Migration):
    """Foreign keys of the postings become triggers that are asked once a statement."""

    dependencies = [("royalties", "0029_advances_granted")]

    operations = [
        by_sets(
            "royalties_transaction", "royalties_posting", "royalties_account", "provenance_entry"
        )
    ]
