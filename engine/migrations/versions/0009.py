"""The law, the powers and the discretion standards."""

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
