"""Where the picture of a post lies, from the workspace's folder on: the folder may be moved, or restored elsewhere."""

from hashlib import sha256
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

FOUND = "SELECT DISTINCT media, media_sha256 FROM post WHERE media <> ''"
MOVED = sa.text("UPDATE post SET media = :to WHERE media = :of AND media_sha256 = :digest")


def upgrade() -> None:
    _move(_from_here)


def downgrade() -> None:
    _move(lambda media, _, home: str(home / media))


def _move(to) -> None:
    """Only a file of SQLite lies in its workspace; whole paths still work where they are true."""
    sql = op.get_bind()
    if sql.dialect.name != "sqlite":
        return
    home = Path(sql.exec_driver_sql("PRAGMA database_list").first()[2]).parent
    for media, digest in sql.exec_driver_sql(FOUND).all():
        sql.execute(MOVED, {"of": media, "digest": digest, "to": to(media, digest, home)})


def _from_here(media: str, digest: str, home: Path) -> str:
    """The path from the workspace's folder on; of a workspace that was moved before, if the very picture is here."""
    path = Path(media)
    if path.is_relative_to(home):
        return path.relative_to(home).as_posix()
    for n in range(1, len(path.parts)):
        file = home.joinpath(*path.parts[n:])
        if file.is_file() and sha256(file.read_bytes()).hexdigest() == digest:
            return file.relative_to(home).as_posix()
    return media
