"""Jobs: procrastinate's own tables, functions and triggers, as the locked version of it has them.

Revision: 0011, after 0010.
"""

from __future__ import annotations

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TABLES = "procrastinate_workers, procrastinate_jobs, procrastinate_periodic_defers, procrastinate_events"
# Found by their names: which functions there are is procrastinate's business.
DROP = """
DO $$
DECLARE found record;
BEGIN
  DROP TABLE procrastinate_events, procrastinate_periodic_defers, procrastinate_jobs, procrastinate_workers CASCADE;
  FOR found IN
    SELECT p.oid::regprocedure AS name FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname = current_schema() AND p.proname LIKE 'procrastinate\\_%'
  LOOP
    EXECUTE format('DROP FUNCTION %s CASCADE', found.name);
  END LOOP;
  DROP TYPE procrastinate_job_to_defer_v1, procrastinate_job_status, procrastinate_job_event_type CASCADE;
END
$$
"""


def upgrade() -> None:
    # Many statements with percent signs in them: the driver takes them as they are, SQLAlchemy would not.
    connection = op.get_bind().connection.driver_connection
    assert connection is not None, "a migration runs on an open connection"
    connection.execute(SchemaManager.get_schema())
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {TABLES} TO rewards_app")
    op.execute(
        "GRANT USAGE ON SEQUENCE procrastinate_workers_id_seq, procrastinate_jobs_id_seq,"
        " procrastinate_periodic_defers_id_seq, procrastinate_events_id_seq TO rewards_app"
    )


def downgrade() -> None:
    op.execute(DROP)
