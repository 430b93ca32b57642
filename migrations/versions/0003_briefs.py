"""What the last look at each account came to, so that a digest need not work it out again"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("account_due", sa.Column("brief_until", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "brief",
        sa.Column("account_id", number, autoincrement=False, nullable=False),
        sa.Column("rules", sa.String(length=32), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_brief_account_id_account"),
        sa.PrimaryKeyConstraint("account_id", name="pk_brief"),
    )
