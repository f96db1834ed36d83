"""How alembic reaches our tables: over the connection the service passes in."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from central.tables import Base, Utc


def _render(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """``Utc`` is written down as what it is stored as."""
    return "sa.DateTime()" if kind == "type" and isinstance(item, Utc) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_item=_render,
    render_as_batch=True,
    compare_type=False,
)
context.run_migrations()
