-- Because a shop, a courier and a clerk each need a door of their own, and a recipient a link.

CREATE TABLE accounts (
    town_id       bigint      NOT NULL DEFAULT current_town() CONSTRAINT account_town REFERENCES towns,
    id            bigint      GENERATED ALWAYS AS IDENTITY,
    email         text        NOT NULL CONSTRAINT account_email_form
                              CHECK (email = lower(email) AND email ~ '^[^@[:space:]]+@[^@[:space:]]+$'),
    name          text        NOT NULL CONSTRAINT account_name CHECK (name <> ''),
    role          text        NOT NULL CONSTRAINT account_role CHECK (role IN
                  ('courier', 'shop', 'hub', 'dispatcher', 'mairie', 'admin')),
    shop_id       bigint,
    vehicle_id    bigint,
    password_hash text,
    created_at    timestamptz NOT NULL,
    disabled_at   timestamptz,
    CONSTRAINT account_pkey PRIMARY KEY (town_id, id),
    CONSTRAINT account_email_once UNIQUE (town_id, email),
    CONSTRAINT account_shop FOREIGN KEY (town_id, shop_id) REFERENCES shops,
    CONSTRAINT account_vehicle FOREIGN KEY (town_id, vehicle_id) REFERENCES vehicles,
    CONSTRAINT account_subject CHECK ((role = 'shop') = (shop_id IS NOT NULL)
                                      AND (role = 'courier') = (vehicle_id IS NOT NULL))
);
CALL scope_to_town('accounts');

-- One login of one browser: of an account, or of a courier's phone for a day.
CREATE TABLE logins (
    town_id         bigint      NOT NULL DEFAULT current_town() CONSTRAINT login_town REFERENCES towns,
    id              bigint      GENERATED ALWAYS AS IDENTITY,
    account_id      bigint,
    vehicle_id      bigint,
    token_sha256    bytea       NOT NULL,
    previous_sha256 bytea,
    csrf            text        NOT NULL,
    started_at      timestamptz NOT NULL,
    rotated_at      timestamptz NOT NULL,
    seen_at         timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    CONSTRAINT login_pkey PRIMARY KEY (town_id, id),
    CONSTRAINT login_token_once UNIQUE (town_id, token_sha256),
    CONSTRAINT login_account FOREIGN KEY (town_id, account_id) REFERENCES accounts ON DELETE CASCADE,
    CONSTRAINT login_vehicle FOREIGN KEY (town_id, vehicle_id) REFERENCES vehicles,
    CONSTRAINT login_of_one CHECK (num_nonnulls(account_id, vehicle_id) = 1)
);
CREATE INDEX login_by_previous ON logins (town_id, previous_sha256) WHERE previous_sha256 IS NOT NULL;
CALL scope_to_town('logins');

-- Links by which somebody chooses a password: invited, or having forgotten it. Used once.
CREATE TABLE account_links (
    town_id      bigint      NOT NULL DEFAULT current_town(),
    token_sha256 bytea       NOT NULL,
    account_id   bigint      NOT NULL,
    kind         text        NOT NULL CONSTRAINT account_link_kind CHECK (kind IN ('invitation', 'reset')),
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    used_at      timestamptz,
    CONSTRAINT account_link_pkey PRIMARY KEY (town_id, token_sha256),
    CONSTRAINT account_link_account FOREIGN KEY (town_id, account_id) REFERENCES accounts ON DELETE CASCADE
);
CALL scope_to_town('account_links');

-- Links by which a phone becomes a vehicle's courier for one day.
CREATE TABLE day_links (
    town_id      bigint      NOT NULL DEFAULT current_town(),
    token_sha256 bytea       NOT NULL,
    vehicle_id   bigint      NOT NULL,
    day          date        NOT NULL,
    created_at   timestamptz NOT NULL,
    starts_at    timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    revoked_at   timestamptz,
    CONSTRAINT day_link_pkey PRIMARY KEY (town_id, token_sha256),
    CONSTRAINT day_link_vehicle FOREIGN KEY (town_id, vehicle_id) REFERENCES vehicles,
    CONSTRAINT day_link_order CHECK (expires_at > starts_at)
);
CALL scope_to_town('day_links');

-- Failed logins, by whom they were for and where they came from; an address is kept for a day.
CREATE TABLE login_failures (
    town_id      bigint      NOT NULL DEFAULT current_town() CONSTRAINT login_failure_town REFERENCES towns,
    id           bigint      GENERATED ALWAYS AS IDENTITY,
    email_sha256 bytea       NOT NULL,
    address      text        NOT NULL,
    at           timestamptz NOT NULL,
    CONSTRAINT login_failure_pkey PRIMARY KEY (town_id, id)
);
CREATE INDEX login_failure_by_email ON login_failures (town_id, email_sha256, at);
CREATE INDEX login_failure_by_address ON login_failures (town_id, address, at);
CALL scope_to_town('login_failures');

-- Keys of programs are listed and revoked by people.
ALTER TABLE keys ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT key_id_once UNIQUE;
ALTER TABLE keys ADD COLUMN label text NOT NULL DEFAULT '';

-- The recipient's link, and what a parcel's label says: neither tells who or where.
ALTER TABLE orders ADD COLUMN tracking_token uuid NOT NULL DEFAULT gen_random_uuid();
ALTER TABLE orders ADD CONSTRAINT order_tracking_once UNIQUE (town_id, tracking_token);
ALTER TABLE parcels ADD COLUMN code text NOT NULL
    DEFAULT upper(left(replace(gen_random_uuid()::text, '-', ''), 12))
    CONSTRAINT parcel_code_form CHECK (code ~ '^[0-9A-F]{12}$');
ALTER TABLE parcels ADD CONSTRAINT parcel_code_once UNIQUE (town_id, code);

-- What an amendment changed, from what to what; no personal data.
ALTER TABLE order_events ADD COLUMN detail jsonb NOT NULL DEFAULT '{}';

-- A shop may leave the programme and a vehicle the fleet; their past stays.
ALTER TABLE shops ADD COLUMN is_partner boolean NOT NULL DEFAULT true;
ALTER TABLE vehicles ADD COLUMN in_service boolean NOT NULL DEFAULT true;

-- What a plan was made from, by order, so that one that is amended meanwhile is noticed.
ALTER TABLE plans ADD COLUMN contents jsonb NOT NULL DEFAULT '{}';

-- A plan somebody asked for: how far it is, and what became of it.
CREATE TABLE plan_runs (
    town_id         bigint      NOT NULL DEFAULT current_town() CONSTRAINT plan_run_town REFERENCES towns,
    id              bigint      GENERATED ALWAYS AS IDENTITY,
    day             date        NOT NULL,
    asked_by        text        NOT NULL,
    seconds         float8      NOT NULL CONSTRAINT plan_run_seconds CHECK (seconds > 0),
    seed            bigint      NOT NULL,
    state           text        NOT NULL CONSTRAINT plan_run_state CHECK (state IN
                    ('waiting', 'running', 'done', 'refused', 'failed')),
    share           float8      NOT NULL DEFAULT 0 CONSTRAINT plan_run_share CHECK (share BETWEEN 0 AND 1),
    cost_millicents bigint,
    unserved        integer,
    plan_id         bigint,
    refusal         jsonb,
    asked_at        timestamptz NOT NULL,
    told_at         timestamptz NOT NULL,
    CONSTRAINT plan_run_pkey PRIMARY KEY (town_id, id)
);
CREATE INDEX plan_run_by_day ON plan_runs (town_id, day, id);
CREATE UNIQUE INDEX plan_run_once ON plan_runs (town_id, day) WHERE state IN ('waiting', 'running');
CALL scope_to_town('plan_runs');

-- A line of a statement leads to its own entries in the ledger.
CREATE INDEX entry_by_delivery ON ledger_entries (town_id, delivery_id) WHERE delivery_id IS NOT NULL;
