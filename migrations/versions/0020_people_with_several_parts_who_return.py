"""People have several parts, and may come back; a departure that was noted by mistake can be taken back"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    for name in ("other_parts", "gained_parts", "dropped_parts"):
        kind = sa.String(400) if name == "other_parts" else sa.Text()
        op.add_column("person", sa.Column(name, kind, nullable=False, server_default=""))
    op.add_column("person", sa.Column("returned_on", sa.Date(), nullable=True))
    op.add_column("person", sa.Column("undone_on", sa.Date(), nullable=True))
    op.add_column("person", sa.Column("undone_by", number, nullable=True))
    flag = sa.Column("left_before_upgrade", sa.Boolean(), nullable=False, server_default=sa.text("false"))
    op.add_column("person", flag)
    op.execute(sa.text("UPDATE person SET left_before_upgrade = true WHERE left_on IS NOT NULL"))
