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
# What ends a transaction has to fit it: a pending one is posted from where it waits, and what makes
# void or reverses moves the same back. What was posted before verbs were kept has none, and may be
# ended as either; what is posted now says all of it. Only the few rows with such a verb cost more.
_SQLITE_VERBS = (
    """
CREATE TRIGGER {transaction}_verb BEFORE INSERT ON {transaction}
WHEN NEW.verb IS NULL OR NEW.body IS NULL OR NEW.folio IS NULL
  OR NEW.verb NOT IN ('transfer', 'pending')
BEGIN
  SELECT RAISE(ABORT, 'the transaction does not say what it does')
   WHERE NEW.verb IS NULL OR NEW.body IS NULL OR NEW.folio IS NULL
      OR NEW.verb NOT IN ('post', 'void', 'reverse');
  SELECT RAISE(ABORT, 'it ends nothing that can be ended so')
   WHERE NOT EXISTS (SELECT 1 FROM {transaction} WHERE id = NEW.follows
                      AND (verb IS NULL OR (verb = 'pending') = (NEW.verb IN ('post', 'void'))));
  SELECT RAISE(ABORT, 'it does not undo what it follows')
   WHERE NEW.verb <> 'post'
     AND EXISTS (SELECT 1 FROM {posting} WHERE transaction_id IN (NEW.id, NEW.follows)
                  GROUP BY account_id, currency HAVING SUM(micro) <> 0);
  SELECT RAISE(ABORT, 'it does not post what it follows')
   WHERE NEW.verb = 'post'
     AND EXISTS (SELECT account_id, currency, -micro FROM {posting}
                  WHERE transaction_id = NEW.follows AND micro < 0
                 EXCEPT SELECT account_id, currency, micro FROM {posting}
                  WHERE transaction_id = NEW.id);
END
""",
)
_POSTGRES_VERBS = (
    """
CREATE OR REPLACE FUNCTION {transaction}_verb() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM added WHERE verb IS NULL OR body IS NULL OR folio IS NULL
                OR verb NOT IN ('transfer', 'pending', 'post', 'void', 'reverse')) THEN
    RAISE EXCEPTION 'the transaction does not say what it does'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM added WHERE verb NOT IN ('transfer', 'pending')) THEN
    RETURN NULL;
  END IF;
  PERFORM pg_advisory_xact_lock({lock});
  IF EXISTS (SELECT 1 FROM added a LEFT JOIN {transaction} t ON t.id = a.follows
              WHERE a.verb IN ('post', 'void', 'reverse')
                AND (t.id IS NULL OR (t.verb = 'pending') <> (a.verb IN ('post', 'void')))) THEN
    RAISE EXCEPTION 'it ends nothing that can be ended so'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM added a JOIN {posting} p ON p.transaction_id IN (a.id, a.follows)
              WHERE a.verb IN ('void', 'reverse')
              GROUP BY a.id, p.account_id, p.currency HAVING SUM(p.micro) <> 0) THEN
    RAISE EXCEPTION 'it does not undo what it follows'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM added a
              JOIN {posting} p ON p.transaction_id = a.follows AND p.micro < 0
             WHERE a.verb = 'post' AND NOT EXISTS (
               SELECT 1 FROM {posting} q WHERE q.transaction_id = a.id
                  AND (q.account_id, q.currency, q.micro)
                    = (p.account_id, p.currency, -p.micro))) THEN
    RAISE EXCEPTION 'it does not post what it follows'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER {transaction}_verb AFTER INSERT ON {transaction}
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION {transaction}_verb()
""",
)
# Asked of each transaction by the index. Left to itself the planner, which knows nothing of the
# rows that are being added, reads the whole ledger for every chunk.
_BALANCED = """
CREATE OR REPLACE FUNCTION {transaction}_balanced() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE bare boolean; odd boolean;
BEGIN
  PERFORM pg_advisory_xact_lock({lock});
  SELECT bool_or(sums.currencies = 0), bool_or(sums.odd) INTO bare, odd
    FROM added CROSS JOIN LATERAL (
      SELECT COUNT(*) AS currencies, bool_or(each.total <> 0) AS odd FROM (
        SELECT SUM(p.micro) AS total FROM {posting} p
         WHERE p.transaction_id = added.id GROUP BY p.currency) AS each) AS sums;
  IF bare THEN
    RAISE EXCEPTION 'the transaction has no postings'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF odd THEN
    RAISE EXCEPTION 'the transaction does not balance'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$
"""
# Django gives each text that is indexed two indices, one of them for LIKE. Of a posting's
# transaction that one serves for both; ids are asked for by LIKE of the postings alone.
_SPARE = """
SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()
   AND (tablename = %s AND indexdef LIKE '%%(id varchar_pattern_ops)'
     OR tablename = %s AND indexdef LIKE '%%(transaction_id)')
"""
# A foreign key is asked row by row, and when it waits for the commit nothing goes on beside it: a
# third of all that the server does for a settlement. Here the same is asked of all rows that a
# statement brought: accounts at once (none ever goes), transactions at the commit. What is still
# open then is a range of postings in a table, whose rows leave it only once all of them are sealed.
# Accounts, transactions and entries of the log are never deleted: what was there once stays.
_BY_SETS = (
    """
CREATE OR REPLACE FUNCTION {posting}_open() RETURNS trigger LANGUAGE plpgsql
{planned} {path} AS $$
BEGIN
  PERFORM pg_advisory_xact_lock({lock});
  IF EXISTS (SELECT 1 FROM (SELECT DISTINCT transaction_id AS id FROM added) a
              JOIN {transaction} t ON t.id = a.id) THEN
    RAISE EXCEPTION 'the transaction is sealed' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM (SELECT DISTINCT account_id AS id FROM added) a
              WHERE NOT EXISTS (SELECT 1 FROM {account} WHERE id = a.id)) THEN
    RAISE EXCEPTION 'a posting to an account that is not there'
      USING ERRCODE = 'foreign_key_violation';
  END IF;
  INSERT INTO {posting}_unsealed
  SELECT MIN(id), MAX(id) FROM added HAVING COUNT(*) > 0;
  RETURN NULL;
END $$
""",
    """
CREATE TABLE {posting}_unsealed (first bigint NOT NULL, last bigint NOT NULL)
""",
    """
CREATE OR REPLACE FUNCTION {posting}_sealed() RETURNS trigger LANGUAGE plpgsql
{planned} {path} AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    RAISE EXCEPTION 'postings stay unsealed until their transaction seals them'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM {posting} p WHERE p.id BETWEEN OLD.first AND OLD.last
                AND NOT EXISTS (SELECT 1 FROM {transaction} WHERE id = p.transaction_id)) THEN
    RAISE EXCEPTION 'a posting without its transaction' USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER {posting}_sealed BEFORE UPDATE OR DELETE ON {posting}_unsealed
FOR EACH ROW EXECUTE FUNCTION {posting}_sealed()
""",
    """
CREATE OR REPLACE FUNCTION {posting}_kept() RETURNS trigger LANGUAGE plpgsql
{path} AS $$
BEGIN
  RAISE EXCEPTION 'postings stay unsealed until their transaction seals them'
    USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER {posting}_kept BEFORE TRUNCATE ON {posting}_unsealed
FOR EACH STATEMENT EXECUTE FUNCTION {posting}_kept()
""",
    """
CREATE OR REPLACE FUNCTION {posting}_seal() RETURNS trigger LANGUAGE plpgsql
{path} AS $$
BEGIN
  DELETE FROM {posting}_unsealed WHERE first = NEW.first AND last = NEW.last;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER {posting}_seal AFTER INSERT ON {posting}_unsealed
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {posting}_seal()
""",
    """
CREATE OR REPLACE FUNCTION {transaction}_balanced() RETURNS trigger LANGUAGE plpgsql
{planned} {path} AS $$
DECLARE bare boolean; odd boolean;
BEGIN
  PERFORM pg_advisory_xact_lock({lock});
  SELECT bool_or(sums.currency IS NULL), bool_or(sums.total <> 0) INTO bare, odd FROM (
    SELECT p.currency, SUM(p.micro) AS total FROM added LEFT JOIN LATERAL (
      SELECT currency, micro FROM {posting} WHERE transaction_id = added.id OFFSET 0) AS p ON true
     GROUP BY added.id, p.currency) AS sums WHERE sums.currency IS NULL OR sums.total <> 0;
  IF bare THEN
    RAISE EXCEPTION 'the transaction has no postings'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF odd THEN
    RAISE EXCEPTION 'the transaction does not balance'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM (SELECT DISTINCT entry_id AS id FROM added) a WHERE a.id IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM {entry} WHERE index = a.id)) THEN
    RAISE EXCEPTION 'a transaction of an entry that is not there'
      USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NULL;
END $$
""",
    "ALTER FUNCTION {transaction}_verb() {path}",
)
# By the indices (as above), and without translating the plan to machine code each time, which takes
# longer than to carry it out.
_PLANNED = (
    "SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off "
    "SET enable_bitmapscan = off SET jit = off SET work_mem = '64MB'"
)
# A session's temporary tables are looked for first, and would hide the ledger's own from its
# triggers (PostgreSQL 15, CREATE FUNCTION, "Writing SECURITY DEFINER Functions Safely").
_PATH = "SET search_path = {schema}, pg_temp"
_KEYS = """
SELECT relname, conname FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
 WHERE contype = 'f' AND pg_table_is_visible(conrelid) AND relname = ANY(%s) ORDER BY conname
"""
_LOCK = 0x59654C65  # 'YeLe': the ledger


def double_entry(transaction: str, posting: str) -> InDatabase:
    """Return a migration operation that makes the database keep double entry."""
    return _triggers(transaction, posting, _SQLITE, _POSTGRES)


def verbs(transaction: str, posting: str) -> InDatabase:
    """Return a migration operation that makes the database hold to the ledger's verbs."""
    return _triggers(transaction, posting, _SQLITE_VERBS, _POSTGRES_VERBS)


def _triggers(
    transaction: str, posting: str, sqlite: tuple[str, ...], postgres: tuple[str, ...]
) -> InDatabase:
    def forwards(editor: Any) -> None:
        for shape in postgres if editor.connection.vendor == "postgresql" else sqlite:
            sql = shape.format(transaction=transaction, posting=posting, lock=_LOCK)
            editor.execute(sql, params=None)

    return InDatabase(forwards)


def faster(transaction: str, posting: str) -> InDatabase:
    """Return a migration operation that asks PostgreSQL the same with half the work."""

    def forwards(editor: Any) -> None:
        if editor.connection.vendor != "postgresql":
            return
        shape = {"transaction": transaction, "posting": posting, "lock": _LOCK}
        editor.execute(_BALANCED.format(**shape), params=None)
        with editor.connection.cursor() as cursor:
            cursor.execute(_SPARE, [transaction, posting])
            spare = [name for (name,) in cursor.fetchall()]
        for name in spare:
            editor.execute(f"DROP INDEX {editor.quote_name(name)}", params=None)

    return InDatabase(forwards)


def by_sets(transaction: str, posting: str, account: str, entry: str) -> InDatabase:
    """Return a migration operation that asks PostgreSQL of all rows at once what keys ask of each.

    No posting is ever without its account, or without its transaction after a commit, as before.
    """

    def forwards(editor: Any) -> None:
        if editor.connection.vendor != "postgresql":
            return
        shape = {"transaction": transaction, "posting": posting, "account": account, "entry": entry}
        with editor.connection.cursor() as cursor:
            cursor.execute("SELECT quote_ident(current_schema())")
            path = _PATH.format(schema=cursor.fetchone()[0])
        for sql in _BY_SETS:
            made = sql.format(**shape, planned=_PLANNED, path=path, lock=_LOCK)
            editor.execute(made, params=None)
        with editor.connection.cursor() as cursor:
            cursor.execute(_KEYS, [[posting, transaction]])
            keys = cursor.fetchall()
        for table, name in keys:
            told = map(editor.quote_name, (table, name))
            editor.execute("ALTER TABLE {} DROP CONSTRAINT {}".format(*told), params=None)

    return InDatabase(forwards)
