-- Because a town, its shops, its slots and its orders must exist before anything can ride.

CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- The town every statement is scoped to; null outside a scope, so that nothing matches.
CREATE FUNCTION current_town() RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE
RETURN NULLIF(current_setting('app.town', true), '')::bigint;

CREATE PROCEDURE scope_to_town(table_name regclass, append_only boolean DEFAULT false)
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', table_name);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', table_name);
    EXECUTE format('CREATE POLICY town_scope ON %s USING (town_id = current_town())', table_name);
    EXECUTE format('GRANT SELECT, INSERT ON %s TO colporteur_app', table_name);
    IF NOT append_only THEN
        EXECUTE format('GRANT UPDATE, DELETE ON %s TO colporteur_app', table_name);
    END IF;
END $$;

CREATE TABLE towns (
    id         bigint      GENERATED ALWAYS AS IDENTITY CONSTRAINT town_pkey PRIMARY KEY,
    slug       text        NOT NULL CONSTRAINT town_slug_once UNIQUE
                           CONSTRAINT town_slug_form CHECK (slug ~ '^[a-z0-9-]+$'),
    name       text        NOT NULL,
    timezone   text        NOT NULL,
    fictional  boolean     NOT NULL DEFAULT false,
    osm_sha256 text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
-- Any town is found by its web address and any may be added; its own changes are a town's own.
ALTER TABLE towns ENABLE ROW LEVEL SECURITY;
ALTER TABLE towns FORCE ROW LEVEL SECURITY;
CREATE POLICY town_found ON towns FOR SELECT USING (true);
CREATE POLICY town_added ON towns FOR INSERT WITH CHECK (true);
CREATE POLICY town_changed ON towns FOR UPDATE USING (id = current_town());
GRANT SELECT, INSERT, UPDATE ON towns TO colporteur_app;

-- What must be found before a town is known: a key by its hash.
CREATE TABLE keys (
    token_sha256 bytea       CONSTRAINT key_pkey PRIMARY KEY,
    town_id      bigint      NOT NULL CONSTRAINT key_town REFERENCES towns,
    role         text        NOT NULL
                 CONSTRAINT key_role CHECK (role IN ('channel', 'shop', 'courier', 'hub', 'dispatcher')),
    subject_id   bigint,
    created_at   timestamptz NOT NULL DEFAULT now(),
    revoked_at   timestamptz,
    CONSTRAINT key_subject CHECK ((role IN ('channel', 'shop', 'courier')) = (subject_id IS NOT NULL))
);
ALTER TABLE keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE keys FORCE ROW LEVEL SECURITY;
CREATE POLICY key_found ON keys FOR SELECT USING (true);
CREATE POLICY key_made ON keys FOR INSERT WITH CHECK (town_id = current_town());
CREATE POLICY key_revoked ON keys FOR UPDATE USING (town_id = current_town());
GRANT SELECT, INSERT, UPDATE (revoked_at) ON keys TO colporteur_app;

CREATE TABLE hubs (
    town_id   bigint  NOT NULL DEFAULT current_town() CONSTRAINT hub_town REFERENCES towns,
    id        bigint  GENERATED ALWAYS AS IDENTITY,
    name      text    NOT NULL,
    lon       float8  NOT NULL,
    lat       float8  NOT NULL,
    has_drive boolean NOT NULL,
    setup_s   integer NOT NULL CONSTRAINT hub_setup CHECK (setup_s >= 0),
    CONSTRAINT hub_pkey PRIMARY KEY (town_id, id)
);
CALL scope_to_town('hubs');

CREATE TABLE zones (
    town_id  bigint  NOT NULL DEFAULT current_town() CONSTRAINT zone_town REFERENCES towns,
    id       bigint  GENERATED ALWAYS AS IDENTITY,
    code     text    NOT NULL,
    name     text    NOT NULL,
    kind     text    NOT NULL CONSTRAINT zone_kind CHECK (kind IN ('delivery')),
    position integer NOT NULL,
    area     jsonb   NOT NULL,
    CONSTRAINT zone_pkey PRIMARY KEY (town_id, id),
    CONSTRAINT zone_code_once UNIQUE (town_id, code)
);
CALL scope_to_town('zones');

CREATE TABLE addresses (
    town_id  bigint NOT NULL DEFAULT current_town() CONSTRAINT address_town REFERENCES towns,
    id       bigint GENERATED ALWAYS AS IDENTITY,
    number   text   NOT NULL,
    street   text   NOT NULL,
    postcode text   NOT NULL,
    city     text   NOT NULL,
    lon      float8 NOT NULL,
    lat      float8 NOT NULL,
    key      text   NOT NULL,
    CONSTRAINT address_pkey PRIMARY KEY (town_id, id),
    CONSTRAINT address_door_once UNIQUE (town_id, key, postcode, city)
);
CREATE INDEX address_like ON addresses USING gin (key gin_trgm_ops);
CALL scope_to_town('addresses');

CREATE TABLE shops (
    town_id          bigint  NOT NULL DEFAULT current_town() CONSTRAINT shop_town REFERENCES towns,
    id               bigint  GENERATED ALWAYS AS IDENTITY,
    code             text    NOT NULL,
    name             text    NOT NULL,
    trade            text    NOT NULL,
    siret            text    NOT NULL CONSTRAINT shop_siret_form CHECK (siret ~ '^[0-9]{14}$'),
    lon              float8  NOT NULL,
    lat              float8  NOT NULL,
    address          text    NOT NULL,
    brings_parcels   boolean NOT NULL,
    accepts_residual boolean NOT NULL,
    CONSTRAINT shop_pkey PRIMARY KEY (town_id, id),
    CONSTRAINT shop_code_once UNIQUE (town_id, code)
);
CALL scope_to_town('shops');

CREATE TABLE shop_openings (
    town_id bigint   NOT NULL DEFAULT current_town(),
    shop_id bigint   NOT NULL,
    weekday smallint NOT NULL CONSTRAINT opening_weekday CHECK (weekday BETWEEN 0 AND 6),
    opens   time     NOT NULL,
    closes  time     NOT NULL,
    CONSTRAINT opening_pkey PRIMARY KEY (town_id, shop_id, weekday, opens),
    CONSTRAINT opening_order CHECK (closes > opens),
    CONSTRAINT opening_shop FOREIGN KEY (town_id, shop_id) REFERENCES shops ON DELETE CASCADE
);
CALL scope_to_town('shop_openings');

CREATE TABLE channels (
    town_id bigint NOT NULL DEFAULT current_town() CONSTRAINT channel_town REFERENCES towns,
    id      bigint GENERATED ALWAYS AS IDENTITY,
    name    text   NOT NULL,
    shop_id bigint,
    CONSTRAINT channel_pkey PRIMARY KEY (town_id, id),
    CONSTRAINT channel_name_once UNIQUE (town_id, name),
    CONSTRAINT channel_shop FOREIGN KEY (town_id, shop_id) REFERENCES shops
);
CALL scope_to_town('channels');

CREATE TABLE vehicles (
    town_id    bigint    NOT NULL DEFAULT current_town() CONSTRAINT vehicle_town REFERENCES towns,
    id         bigint    GENERATED ALWAYS AS IDENTITY,
    name       text      NOT NULL,
    profile    text      NOT NULL CONSTRAINT vehicle_profile CHECK (profile IN ('cargo_bike', 'van')),
    capacity   integer[] NOT NULL CONSTRAINT vehicle_capacity CHECK (cardinality(capacity) = 4),
    hour_cents integer   NOT NULL CONSTRAINT vehicle_hour CHECK (hour_cents >= 0),
    km_cents   integer   NOT NULL CONSTRAINT vehicle_km CHECK (km_cents >= 0),
    use_cents  integer   NOT NULL CONSTRAINT vehicle_use CHECK (use_cents >= 0),
    CONSTRAINT vehicle_pkey PRIMARY KEY (town_id, id),
    CONSTRAINT vehicle_name_once UNIQUE (town_id, name)
);
CALL scope_to_town('vehicles');

CREATE TABLE vehicle_periods (
    town_id    bigint NOT NULL DEFAULT current_town(),
    vehicle_id bigint NOT NULL,
    starts     time   NOT NULL,
    ends       time   NOT NULL,
    CONSTRAINT period_pkey PRIMARY KEY (town_id, vehicle_id, starts),
    CONSTRAINT period_length CHECK (ends > starts AND ends - starts <= interval '6 hours'),
    CONSTRAINT period_vehicle FOREIGN KEY (town_id, vehicle_id) REFERENCES vehicles ON DELETE CASCADE
);
CALL scope_to_town('vehicle_periods');

CREATE TABLE slots (
    town_id   bigint      NOT NULL DEFAULT current_town() CONSTRAINT slot_town REFERENCES towns,
    id        bigint      GENERATED ALWAYS AS IDENTITY,
    kind      text        NOT NULL CONSTRAINT slot_kind CHECK (kind IN ('home', 'drive')),
    starts_at timestamptz NOT NULL,
    ends_at   timestamptz NOT NULL,
    cutoff_at timestamptz NOT NULL,
    capacity  integer     NOT NULL,
    booked    integer     NOT NULL DEFAULT 0,
    CONSTRAINT slot_pkey PRIMARY KEY (town_id, id),
    CONSTRAINT slot_once UNIQUE (town_id, kind, starts_at),
    CONSTRAINT slot_order CHECK (ends_at > starts_at AND cutoff_at <= ends_at),
    CONSTRAINT slot_never_overbooked CHECK (booked BETWEEN 0 AND capacity)
);
CALL scope_to_town('slots');

CREATE TABLE recipients (
    town_id bigint NOT NULL DEFAULT current_town() CONSTRAINT recipient_town REFERENCES towns,
    id      bigint GENERATED ALWAYS AS IDENTITY,
    key     text   NOT NULL,
    name    text   NOT NULL,
    phone   text,
    CONSTRAINT recipient_pkey PRIMARY KEY (town_id, id),
    CONSTRAINT recipient_once UNIQUE (town_id, key)
);
CALL scope_to_town('recipients');

CREATE TABLE deliveries (
    town_id       bigint      NOT NULL DEFAULT current_town() CONSTRAINT delivery_town REFERENCES towns,
    id            bigint      GENERATED ALWAYS AS IDENTITY,
    slot_id       bigint      NOT NULL,
    recipient_id  bigint      NOT NULL,
    fulfilment    text        NOT NULL CONSTRAINT delivery_fulfilment CHECK (fulfilment IN ('home', 'drive')),
    place_key     text        NOT NULL,
    label         text        NOT NULL,
    lon           float8      NOT NULL,
    lat           float8      NOT NULL,
    zone_code     text        NOT NULL,
    state         text        NOT NULL CONSTRAINT delivery_state CHECK (state IN
                  ('promised', 'planned', 'under_way', 'proven', 'failed', 'closed', 'cancelled')),
    code          text        NOT NULL CONSTRAINT delivery_code_form CHECK (code ~ '^[0-9]{4}$'),
    engaged_cents integer     NOT NULL DEFAULT 0 CONSTRAINT delivery_engaged CHECK (engaged_cents >= 0),
    promised_at   timestamptz NOT NULL,
    proven_at     timestamptz,
    proof_kind    text        CONSTRAINT delivery_proof_kind CHECK (proof_kind IN ('code', 'note')),
    proof_sha256  text,
    failed_reason text,
    CONSTRAINT delivery_pkey PRIMARY KEY (town_id, id),
    CONSTRAINT delivery_slot FOREIGN KEY (town_id, slot_id) REFERENCES slots,
    CONSTRAINT delivery_recipient FOREIGN KEY (town_id, recipient_id) REFERENCES recipients,
    CONSTRAINT delivery_proof CHECK ((proven_at IS NULL) = (proof_kind IS NULL)
                                     AND (proven_at IS NULL) = (proof_sha256 IS NULL)),
    CONSTRAINT delivery_proven CHECK (state <> 'proven' OR proven_at IS NOT NULL)
);
CREATE UNIQUE INDEX delivery_pool_once ON deliveries (town_id, slot_id, recipient_id, place_key)
    WHERE state = 'promised';
CREATE INDEX delivery_by_proof ON deliveries (town_id, proven_at) WHERE proven_at IS NOT NULL;
CALL scope_to_town('deliveries');

CREATE TABLE orders (
    town_id        bigint      NOT NULL DEFAULT current_town() CONSTRAINT order_town REFERENCES towns,
    id             bigint      GENERATED ALWAYS AS IDENTITY,
    channel_id     bigint      NOT NULL,
    shop_id        bigint      NOT NULL,
    delivery_id    bigint,
    recipient_id   bigint      NOT NULL,
    reference      text        NOT NULL,
    content_sha256 text        NOT NULL,
    recipient_name text        NOT NULL,
    fulfilment     text        NOT NULL CONSTRAINT order_fulfilment CHECK (fulfilment IN ('home', 'drive', 'counter')),
    state          text        NOT NULL CONSTRAINT order_state CHECK (state IN
                   ('received', 'accepted', 'ready', 'collected', 'dropped_off', 'at_hub', 'at_drive',
                    'delivered', 'handed_over', 'refused', 'cancelled', 'failed', 'rescheduled', 'returned')),
    basket_cents   integer     NOT NULL CONSTRAINT order_basket CHECK (basket_cents >= 0),
    ready_at       timestamptz,
    note           text        NOT NULL,
    code           text        CONSTRAINT order_code_form CHECK (code ~ '^[0-9]{4}$'),
    received_at    timestamptz NOT NULL,
    CONSTRAINT order_pkey PRIMARY KEY (town_id, id),
    CONSTRAINT order_channel FOREIGN KEY (town_id, channel_id) REFERENCES channels,
    CONSTRAINT order_shop FOREIGN KEY (town_id, shop_id) REFERENCES shops,
    CONSTRAINT order_delivery FOREIGN KEY (town_id, delivery_id) REFERENCES deliveries,
    CONSTRAINT order_recipient FOREIGN KEY (town_id, recipient_id) REFERENCES recipients,
    CONSTRAINT order_reference_once UNIQUE (town_id, channel_id, reference),
    CONSTRAINT order_counter CHECK ((fulfilment = 'counter') = (delivery_id IS NULL)
                                    AND (fulfilment = 'counter') = (code IS NOT NULL))
);
CREATE INDEX order_by_delivery ON orders (town_id, delivery_id);
CREATE INDEX order_by_shop ON orders (town_id, shop_id, state);
CALL scope_to_town('orders');

CREATE TABLE parcels (
    town_id     bigint  NOT NULL DEFAULT current_town(),
    id          bigint  GENERATED ALWAYS AS IDENTITY,
    order_id    bigint  NOT NULL,
    size        text    NOT NULL CONSTRAINT parcel_size CHECK (size IN ('small', 'medium', 'large', 'bulky')),
    weight_g    integer NOT NULL CONSTRAINT parcel_weight CHECK (weight_g > 0),
    volume_l    integer NOT NULL CONSTRAINT parcel_volume CHECK (volume_l > 0),
    temperature text    NOT NULL CONSTRAINT parcel_temperature CHECK (temperature IN ('ambient', 'chilled', 'frozen')),
    fragile     boolean NOT NULL,
    age_check   boolean NOT NULL,
    CONSTRAINT parcel_pkey PRIMARY KEY (town_id, id),
    CONSTRAINT parcel_order FOREIGN KEY (town_id, order_id) REFERENCES orders ON DELETE CASCADE
);
CREATE INDEX parcel_by_order ON parcels (town_id, order_id);
CALL scope_to_town('parcels');

CREATE TABLE order_events (
    town_id  bigint      NOT NULL DEFAULT current_town(),
    id       bigint      GENERATED ALWAYS AS IDENTITY,
    order_id bigint      NOT NULL,
    at       timestamptz NOT NULL,
    step     text        NOT NULL,
    state    text        NOT NULL,
    actor    text        NOT NULL,
    CONSTRAINT order_event_pkey PRIMARY KEY (town_id, id),
    CONSTRAINT order_event_order FOREIGN KEY (town_id, order_id) REFERENCES orders
);
CREATE INDEX order_event_by_order ON order_events (town_id, order_id);
CALL scope_to_town('order_events', append_only => true);

CREATE TABLE answers (
    town_id     bigint      NOT NULL DEFAULT current_town(),
    channel_id  bigint      NOT NULL,
    key         text        NOT NULL CONSTRAINT answer_key_length CHECK (length(key) BETWEEN 1 AND 200),
    body_sha256 text        NOT NULL,
    status      integer     NOT NULL,
    body        json        NOT NULL,
    at          timestamptz NOT NULL,
    CONSTRAINT answer_once PRIMARY KEY (town_id, channel_id, key),
    CONSTRAINT answer_channel FOREIGN KEY (town_id, channel_id) REFERENCES channels
);
CALL scope_to_town('answers');

CREATE TABLE code_attempts (
    town_id     bigint      NOT NULL DEFAULT current_town(),
    id          bigint      GENERATED ALWAYS AS IDENTITY,
    order_id    bigint,
    delivery_id bigint,
    event_uuid  uuid,
    at          timestamptz NOT NULL,
    CONSTRAINT attempt_event_once UNIQUE (town_id, event_uuid),
    CONSTRAINT attempt_pkey PRIMARY KEY (town_id, id),
    CONSTRAINT attempt_order FOREIGN KEY (town_id, order_id) REFERENCES orders,
    CONSTRAINT attempt_delivery FOREIGN KEY (town_id, delivery_id) REFERENCES deliveries,
    CONSTRAINT attempt_subject CHECK ((order_id IS NULL) <> (delivery_id IS NULL))
);
CREATE INDEX attempt_recent ON code_attempts (town_id, delivery_id, order_id, at);
CALL scope_to_town('code_attempts', append_only => true);
