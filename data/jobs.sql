-- Because the job schema belongs to a package that knows of no second role and of no schema.

-- The package's functions name their tables without a schema: they find them whoever calls, and
-- nobody can put others before them.
DO $$
DECLARE
    routine regprocedure;
BEGIN
    FOR routine IN
        SELECT oid
          FROM pg_proc
         WHERE pronamespace = 'procrastinate'::regnamespace
         ORDER BY oid
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = procrastinate, pg_temp', routine);
    END LOOP;
END $$;

-- The application enqueues and its workers take, finish and forget jobs: rows, nothing else.
REVOKE ALL ON SCHEMA procrastinate FROM PUBLIC;
GRANT USAGE ON SCHEMA procrastinate TO colporteur_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA procrastinate TO colporteur_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA procrastinate TO colporteur_app;
REVOKE INSERT, UPDATE, DELETE ON procrastinate.applied FROM colporteur_app;
