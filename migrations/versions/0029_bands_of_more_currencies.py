"""Bands of more currencies, expected ARR per owner, and the default series of meetings of a portfolio"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("portfolio", sa.Column("high_touch_load_minor", number, nullable=True))
    op.add_column("portfolio", sa.Column("low_touch_load_minor", number, nullable=True))
    op.add_column("portfolio", sa.Column("other_bands_minor", sa.Text(), nullable=True))
    op.add_column("portfolio", sa.Column("default_series", sa.String(length=200), nullable=True))
