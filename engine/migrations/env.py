"""What alembic runs: the revisions on the connection it is given, in that connection's own transaction."""

from alembic import context

from engine.database import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=False,
)
context.run_migrations()
