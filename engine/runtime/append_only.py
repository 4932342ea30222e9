"""The database's own refusals about the record: no change, no deletion, no row that does not continue its chain.

The statements are shared by `create_schema` and by the migrations, so that both build the same guard. Whoever owns the database can
take a trigger away; what that person did is then found by verifying the chains against a head kept elsewhere.
"""

from typing import Any

from sqlalchemy import Connection

POSTGRESQL = (
    """
CREATE FUNCTION record_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE last record;
BEGIN
  IF TG_OP <> 'INSERT' THEN
    RAISE EXCEPTION 'the record is append-only' USING ERRCODE = 'insufficient_privilege';
  END IF;
  SELECT r.seq, r.h INTO last FROM record r WHERE r.stream = NEW.stream ORDER BY r.seq DESC LIMIT 1;
  IF NEW.seq <> coalesce(last.seq, 0) + 1 OR NEW.prev <> coalesce(last.h, decode(repeat('00', 32), 'hex'))
     OR (NEW.alg = 'sha256' AND NEW.h <> sha256(NEW.prev || NEW.body)) THEN
    RAISE EXCEPTION 'this event does not continue its stream' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$""",
    "CREATE TRIGGER record_row BEFORE INSERT OR UPDATE OR DELETE ON record FOR EACH ROW EXECUTE FUNCTION record_guard()",
    "CREATE TRIGGER record_all BEFORE TRUNCATE ON record FOR EACH STATEMENT EXECUTE FUNCTION record_guard()",
)

SQLITE = (
    "CREATE TRIGGER record_update BEFORE UPDATE ON record BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END",
    "CREATE TRIGGER record_delete BEFORE DELETE ON record BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END",
    """
CREATE TRIGGER record_chain BEFORE INSERT ON record
WHEN NEW.seq <> coalesce((SELECT max(seq) FROM record WHERE stream = NEW.stream), 0) + 1
  OR NEW.prev <> coalesce((SELECT h FROM record WHERE stream = NEW.stream ORDER BY seq DESC LIMIT 1), zeroblob(32))
BEGIN SELECT RAISE(ABORT, 'this event does not continue its stream'); END""",
)


def guard_record(target: object, connection: Connection, **_: Any) -> None:
    """Create the triggers on a `record` table that was just made."""
    for statement in POSTGRESQL if connection.dialect.name == "postgresql" else SQLITE:
        connection.exec_driver_sql(statement)
