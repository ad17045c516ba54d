"""What was signed as an instrument, carried out or left open is never changed."""

from django.db import migrations

from yesand.provenance.triggers import append_only


class Migration(migrations.Migration):
    """Triggers on instruments, carried out corrections and open advances."""

    dependencies = [("royalties", "0009_instruments")]
    operations = [
        append_only("royalties_instrument"),
        append_only("royalties_settledcorrection"),
        append_only("royalties_advancebalance"),
    ]
