"""Runs the migrations on the connection that the program hands over, or on a scratch file for developers."""

from alembic import context
from sqlalchemy import create_engine

from scheduler.store.schema import metadata

given = context.config.attributes.get("connection")
if given is not None:
    context.configure(connection=given, target_metadata=metadata, render_as_batch=True, transactional_ddl=False)
    context.run_migrations()
else:
    with create_engine("sqlite:///scratch.db").begin() as connection:
        context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
        context.run_migrations()
