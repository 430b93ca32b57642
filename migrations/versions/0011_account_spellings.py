"""A misspelt name is found by its letters in threes, and what sorts accounts worst first is kept beside the brief"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_AT_ONCE = 1_000
_MOST_LETTERS = 100


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    letters = sa.String(3).with_variant(sa.String(3, collation="C"), "postgresql")
    op.create_table(
        "account_spelling",
        sa.Column("workspace_id", number, autoincrement=False, nullable=False),
        sa.Column("letters", letters, nullable=False),
        sa.Column("account_id", number, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_account_spelling_account_id_account"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name="fk_account_spelling_workspace_id_workspace"),
        sa.PrimaryKeyConstraint("workspace_id", "letters", "account_id", name="pk_account_spelling"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_account_spelling_account_id", "account_spelling", ["account_id"])
    _fill()
    op.add_column("account_due", sa.Column("brief_severity", sa.SmallInteger(), nullable=True))
    op.add_column("account_due", sa.Column("brief_high", sa.Integer(), nullable=True))
    op.add_column("account_due", sa.Column("brief_coverage", sa.Float(), nullable=True))


def _fill() -> None:
    """Take the letters of every account's handle, words and aliases."""
    account = sa.table("account", *map(sa.column, ("id", "workspace_id", "slug")))
    word = sa.table("account_word", *map(sa.column, ("account_id", "word")))
    spelling = sa.table("account_spelling", *map(sa.column, ("workspace_id", "letters", "account_id")))
    connection, last = op.get_bind(), 0
    while True:
        page = sa.select(account).where(account.c.id > last).order_by(account.c.id).limit(_AT_ONCE)
        rows = connection.execute(page).all()
        if not rows:
            return
        last = rows[-1].id
        words = {row.id: row.slug.split("-") for row in rows}
        theirs = sa.select(word).where(word.c.account_id >= rows[0].id, word.c.account_id <= last)
        for row in connection.execute(theirs):
            if row.account_id in words:
                words[row.account_id] += row.word.split("-")
        values = [
            {"workspace_id": row.workspace_id, "letters": letters, "account_id": row.id}
            for row in rows
            for letters in _letters(words[row.id])
        ]
        if values:
            connection.execute(sa.insert(spelling), values)


def _letters(words: list[str]) -> list[str]:
    threes: dict[str, None] = {}
    for word in words:
        padded = f"  {word} "
        if word:
            threes.update((padded[start : start + 3], None) for start in range(len(padded) - 2))
    return list(threes)[:_MOST_LETTERS]
