"""Evidence says who could check it: its reference, kept files, and what those saw who looked"""

import hashlib
import re
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_AT_ONCE = 1_000
_TRACKING = re.compile(
    r"^(utm_.*|pk_.*|mtm_.*|hsa_.*|_hs.*|mc_.*|gclid|gclsrc|dclid|gbraid|wbraid|fbclid|msclkid|yclid|igshid|_ga|_gl"
    r"|mkt_tok)$"
)


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    moment = sa.DateTime(timezone=True)
    key = sa.String(80).with_variant(sa.String(80, collation="C"), "postgresql")
    op.create_table(
        "kept_file",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("workspace_id", number, nullable=False),
        sa.Column("account_id", number, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("mime", sa.Text(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_by", number, nullable=True),
        sa.Column("uploaded_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name="fk_kept_file_workspace_id_workspace"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_kept_file_account_id_account"),
        sa.ForeignKeyConstraint(["uploaded_by"], ["member.id"], name="fk_kept_file_uploaded_by_member"),
        sa.PrimaryKeyConstraint("id", name="pk_kept_file"),
    )
    op.create_index("ix_kept_file_account_id", "kept_file", ["account_id"])
    op.create_table(
        "evidence_check",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("account_id", number, nullable=False),
        sa.Column("evidence_id", number, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("verdict", sa.String(40), nullable=False),
        sa.Column("member_id", number, nullable=True),
        sa.Column("person_id", number, nullable=True),
        sa.Column("at", moment, nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("owner_then", number, nullable=True),
        sa.Column("deputy_then", number, nullable=True),
        sa.Column("as_manager", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_evidence_check_account_id_account"),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name="fk_evidence_check_evidence_id_evidence"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_evidence_check_member_id_member"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_evidence_check_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_evidence_check"),
    )
    op.create_index("ix_evidence_check_account_id", "evidence_check", ["account_id"])
    op.create_index("ix_evidence_check_evidence_id", "evidence_check", ["evidence_id"])
    op.add_column("evidence", sa.Column("file_id", number, nullable=True))
    op.add_column("evidence", sa.Column("reference_key", key, nullable=True))
    op.add_column("evidence", sa.Column("arrived_as", sa.String(40), nullable=True))
    op.add_column("account", sa.Column("upgraded_on", sa.Date(), nullable=True))
    op.execute(sa.text("UPDATE account SET upgraded_on = CURRENT_DATE"))
    _take_links_as_references()


def _take_links_as_references() -> None:
    """Give every piece with a link the key by which links are compared."""
    evidence = sa.table("evidence", *map(sa.column, ("id", "link", "reference_key")))
    linked = sa.select(evidence.c.id, evidence.c.link).where(evidence.c.link.is_not(None))
    new_key = evidence.update().where(evidence.c.id == sa.bindparam("of"))
    new_key = new_key.values(reference_key=sa.bindparam("key", type_=sa.String()))
    connection, last = op.get_bind(), 0
    while True:
        page = linked.where(evidence.c.id > last).order_by(evidence.c.id).limit(_AT_ONCE)
        rows = connection.execute(page).all()
        if not rows:
            return
        last = rows[-1].id
        keys = [{"of": row.id, "key": key} for row in rows if (key := _key(row.link)) is not None]
        if keys:
            connection.execute(new_key, keys)


def _key(link: str) -> str | None:
    """What `bot.domain.proof.reference` made of a link when this was written."""
    try:
        parts = urlsplit(link.strip())
        host, port = (parts.hostname or "").rstrip(".").lower(), parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not host:
        return None
    place = host.removeprefix("www.") + (f":{port}" if port not in (None, 80, 443) else "")
    path = quote(unquote(parts.path), safe="/").rstrip("/")
    kept = sorted(
        pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.match(pair[0].lower())
    )
    text = f"{place}{path}?{urlencode(kept)}"
    return f"link:{hashlib.sha256(text.encode()).hexdigest()}"
