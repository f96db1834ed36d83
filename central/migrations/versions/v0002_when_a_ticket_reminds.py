"""When a ticket reminds next: the minute's work reads the few that are due, not all that are open."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.add_column(sa.Column("remind_at", sa.DateTime(), nullable=True))
        batch_op.create_index(batch_op.f("ix_tickets_remind_at"), ["remind_at"], unique=False)
    # Looked at once more at the next minute; what was reminded of before is not reminded of again.
    op.execute("UPDATE tickets SET remind_at = start WHERE answered_at IS NULL")


def downgrade() -> None:
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tickets_remind_at"))
        batch_op.drop_column("remind_at")
