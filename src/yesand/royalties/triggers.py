"""Double entry, held by the database itself (SQLite and PostgreSQL).

Postings come first and name a transaction that is not there yet (its foreign key is checked at
commit). The transaction's row comes last and seals them: it is refused unless they add up to
nothing in every currency, and no posting may follow it.
"""

from __future__ import annotations

from typing import Any

from yesand.provenance.triggers import InDatabase

# SQLite: an INSERT OR REPLACE would remove the old row without asking the DELETE trigger, so an
# id that is taken is refused here too. A row without an id carries -1 in a BEFORE trigger.
_SQLITE = (
    """
CREATE TRIGGER {posting}_open BEFORE INSERT ON {posting}
WHEN EXISTS (SELECT 1 FROM {transaction} WHERE id = NEW.transaction_id)
  OR EXISTS (SELECT 1 FROM {posting} WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the transaction is sealed'); END
""",
    """
CREATE TRIGGER {transaction}_balanced BEFORE INSERT ON {transaction}
BEGIN
  SELECT RAISE(ABORT, 'the transaction is sealed')
   WHERE EXISTS (SELECT 1 FROM {transaction} WHERE id = NEW.id);
  SELECT RAISE(ABORT, 'the transaction has no postings')
   WHERE NOT EXISTS (SELECT 1 FROM {posting} WHERE transaction_id = NEW.id);
  SELECT RAISE(ABORT, 'the transaction does not balance')
   WHERE EXISTS (SELECT 1 FROM {posting} WHERE transaction_id = NEW.id
                  GROUP BY currency HAVING SUM(micro) <> 0);
END
""",
)
# PostgreSQL: asked once a statement, with all of its rows. One writer of the ledger at a time (an
# advisory lock held to the end of the transaction), or two could add to one transaction without
# seeing each other; each looks only after it has the lock.
_POSTGRES = (
    """
CREATE OR REPLACE FUNCTION {posting}_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock({lock});
  IF EXISTS (SELECT 1 FROM added JOIN {transaction} t ON t.id = added.transaction_id) THEN
    RAISE EXCEPTION 'the transaction is sealed' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER {posting}_open AFTER INSERT ON {posting}
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION {posting}_open()
""",
    """
CREATE OR REPLACE FUNCTION {transaction}_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock({lock});
  IF EXISTS (SELECT 1 FROM added
              WHERE NOT EXISTS (SELECT 1 FROM {posting} WHERE transaction_id = added.id)) THEN
    RAISE EXCEPTION 'the transaction has no postings'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM added JOIN {posting} p ON p.transaction_id = added.id
              GROUP BY added.id, p.currency HAVING SUM(p.micro) <> 0) THEN
    RAISE EXCEPTION 'the transaction does not balance'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER {transaction}_balanced AFTER INSERT ON {transaction}
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION {transaction}_balanced()
""",
)
_LOCK = 0x59654C65  # 'YeLe': the ledger


def double_entry(transaction: str, posting: str) -> InDatabase:
    """Return a migration operation that makes the database keep double entry."""

    def forwards(editor: Any) -> None:
        shapes = _POSTGRES if editor.connection.vendor == "postgresql" else _SQLITE
        for shape in shapes:
            sql = shape.format(transaction=transaction, posting=posting, lock=_LOCK)
            editor.execute(sql, params=None)

    return InDatabase(forwards)
