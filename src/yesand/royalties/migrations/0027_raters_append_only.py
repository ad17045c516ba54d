"""What a rating was worth, and what raters were paid for which answers, is never changed."""

from django.db import migrations

from yesand.provenance.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("royalties", "0026_raters")]

    operations = [
        append_only("royalties_raterrate"),
        append_only("royalties_raterpay"),
        append_only("royalties_paidanswer"),
    ]
