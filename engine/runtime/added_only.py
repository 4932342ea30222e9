"""The database's own refusals about tables whose rows are added, never changed and never deleted: issued papers, evidence, ledgers.

The migration builds the same triggers, and a test compares them.
"""

from typing import Any

from sqlalchemy import Connection, Table

POSTGRESQL = (
    """
CREATE FUNCTION {name}_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '{name} is append-only' USING ERRCODE = 'insufficient_privilege';
END $$""",
    "CREATE TRIGGER {name}_row BEFORE UPDATE OR DELETE ON {name} FOR EACH ROW EXECUTE FUNCTION {name}_guard()",
    "CREATE TRIGGER {name}_all BEFORE TRUNCATE ON {name} FOR EACH STATEMENT EXECUTE FUNCTION {name}_guard()",
)
SQLITE = (
    "CREATE TRIGGER {name}_update BEFORE UPDATE ON {name} BEGIN SELECT RAISE(ABORT, '{name} is append-only'); END",
    "CREATE TRIGGER {name}_delete BEFORE DELETE ON {name} BEGIN SELECT RAISE(ABORT, '{name} is append-only'); END",
)


def guard(table: Table, connection: Connection, **_: Any) -> None:
    """Create the triggers on a table that was just made."""
    for statement in POSTGRESQL if connection.dialect.name == "postgresql" else SQLITE:
        connection.exec_driver_sql(statement.format(name=table.name))
