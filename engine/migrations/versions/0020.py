"""What the proof of the penalty procedures needs."""

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
