"""The file of a penalty case: parties, evidence, proposals and decisions."""

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
