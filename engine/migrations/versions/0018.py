"""Moving running cases to another version."""

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
