-- Because a day is planned, published, ridden and proven.

CREATE TABLE plans (
    town_id         bigint      NOT NULL DEFAULT current_town() CONSTRAINT plan_town REFERENCES towns,
    id              bigint      GENERATED ALWAYS AS IDENTITY,
    day             date        NOT NULL,
    version         integer     NOT NULL CONSTRAINT plan_version CHECK (version > 0),
    seed            bigint      NOT NULL,
    cost_millicents bigint      NOT NULL,
    created_at      timestamptz NOT NULL,
    published_at    timestamptz,
    CONSTRAINT plan_pkey PRIMARY KEY (town_id, id),
    CONSTRAINT plan_version_once UNIQUE (town_id, day, version)
);
CALL scope_to_town('plans');

CREATE TABLE rounds (
    town_id         bigint      NOT NULL DEFAULT current_town(),
    id              bigint      GENERATED ALWAYS AS IDENTITY,
    plan_id         bigint      NOT NULL,
    vehicle_id      bigint      NOT NULL,
    state           text        NOT NULL CONSTRAINT round_state CHECK (state IN
                    ('draft', 'published', 'started', 'finished', 'closed')),
    departs_at      timestamptz NOT NULL,
    returns_at      timestamptz NOT NULL,
    distance_m      integer     NOT NULL CONSTRAINT round_distance CHECK (distance_m >= 0),
    cost_millicents bigint      NOT NULL,
    legs            jsonb       NOT NULL,
    CONSTRAINT round_pkey PRIMARY KEY (town_id, id),
    CONSTRAINT round_plan FOREIGN KEY (town_id, plan_id) REFERENCES plans ON DELETE CASCADE,
    CONSTRAINT round_vehicle FOREIGN KEY (town_id, vehicle_id) REFERENCES vehicles,
    CONSTRAINT round_order CHECK (returns_at >= departs_at),
    CONSTRAINT round_vehicle_once EXCLUDE USING gist
        (town_id WITH =, vehicle_id WITH =, tstzrange(departs_at, returns_at) WITH &&)
        WHERE (state <> 'draft')
);
CALL scope_to_town('rounds');

CREATE TABLE stops (
    town_id   bigint      NOT NULL DEFAULT current_town(),
    id        bigint      GENERATED ALWAYS AS IDENTITY,
    round_id  bigint      NOT NULL,
    position  integer     NOT NULL CONSTRAINT stop_position CHECK (position >= 0),
    kind      text        NOT NULL CONSTRAINT stop_kind CHECK (kind IN ('shop', 'door', 'hub')),
    label     text        NOT NULL,
    lon       float8      NOT NULL,
    lat       float8      NOT NULL,
    arrives_at timestamptz NOT NULL,
    leaves_at timestamptz NOT NULL,
    CONSTRAINT stop_pkey PRIMARY KEY (town_id, id),
    CONSTRAINT stop_round FOREIGN KEY (town_id, round_id) REFERENCES rounds ON DELETE CASCADE,
    CONSTRAINT stop_once UNIQUE (town_id, round_id, position),
    CONSTRAINT stop_order CHECK (leaves_at >= arrives_at)
);
CALL scope_to_town('stops');

CREATE TABLE tasks (
    town_id     bigint      NOT NULL DEFAULT current_town(),
    id          bigint      GENERATED ALWAYS AS IDENTITY,
    round_id    bigint      NOT NULL,
    stop_id     bigint      NOT NULL,
    delivery_id bigint      NOT NULL,
    position    integer     NOT NULL,
    kind        text        NOT NULL CONSTRAINT task_kind CHECK (kind IN ('pickup', 'dropoff')),
    state       text        NOT NULL DEFAULT 'to_do'
                CONSTRAINT task_state CHECK (state IN ('to_do', 'done', 'failed', 'skipped')),
    earliest_at timestamptz NOT NULL,
    latest_at   timestamptz NOT NULL,
    planned_at  timestamptz NOT NULL,
    settled_at  timestamptz,
    CONSTRAINT task_pkey PRIMARY KEY (town_id, id),
    CONSTRAINT task_round FOREIGN KEY (town_id, round_id) REFERENCES rounds ON DELETE CASCADE,
    CONSTRAINT task_stop FOREIGN KEY (town_id, stop_id) REFERENCES stops ON DELETE CASCADE,
    CONSTRAINT task_delivery FOREIGN KEY (town_id, delivery_id) REFERENCES deliveries,
    CONSTRAINT task_once UNIQUE (town_id, round_id, position)
);
CREATE INDEX task_by_delivery ON tasks (town_id, delivery_id);
CALL scope_to_town('tasks');

CREATE TABLE task_orders (
    town_id  bigint NOT NULL DEFAULT current_town(),
    task_id  bigint NOT NULL,
    order_id bigint NOT NULL,
    CONSTRAINT task_order_pkey PRIMARY KEY (town_id, task_id, order_id),
    CONSTRAINT task_order_task FOREIGN KEY (town_id, task_id) REFERENCES tasks ON DELETE CASCADE,
    CONSTRAINT task_order_order FOREIGN KEY (town_id, order_id) REFERENCES orders
);
CALL scope_to_town('task_orders');

CREATE TABLE unserved (
    town_id     bigint NOT NULL DEFAULT current_town(),
    plan_id     bigint NOT NULL,
    delivery_id bigint NOT NULL,
    reason      text   NOT NULL,
    CONSTRAINT unserved_once PRIMARY KEY (town_id, plan_id, delivery_id),
    CONSTRAINT unserved_plan FOREIGN KEY (town_id, plan_id) REFERENCES plans ON DELETE CASCADE,
    CONSTRAINT unserved_delivery FOREIGN KEY (town_id, delivery_id) REFERENCES deliveries
);
CALL scope_to_town('unserved');

CREATE TABLE events (
    town_id      bigint      NOT NULL DEFAULT current_town(),
    uuid         uuid        NOT NULL,
    round_id     bigint      NOT NULL,
    task_id      bigint,
    seq          integer     NOT NULL CONSTRAINT event_seq CHECK (seq >= 0),
    device_at    timestamptz NOT NULL,
    monotonic_ms bigint      NOT NULL,
    kind         text        NOT NULL CONSTRAINT event_kind CHECK (kind IN
                 ('round_started', 'arrived', 'picked_up', 'delivered', 'failed', 'round_finished')),
    payload      jsonb       NOT NULL,
    content_sha256 text      NOT NULL,
    received_at  timestamptz NOT NULL,
    CONSTRAINT event_once PRIMARY KEY (town_id, uuid),
    CONSTRAINT event_round FOREIGN KEY (town_id, round_id) REFERENCES rounds,
    CONSTRAINT event_task FOREIGN KEY (town_id, task_id) REFERENCES tasks
);
CREATE INDEX event_by_round ON events (town_id, round_id);
CALL scope_to_town('events', append_only => true);
