-- Because no euro is spent without a proof, and every cent must be found again.

CREATE TABLE programmes (
    town_id      bigint  NOT NULL DEFAULT current_town() CONSTRAINT programme_town REFERENCES towns,
    id           bigint  GENERATED ALWAYS AS IDENTITY,
    name         text    NOT NULL,
    operator     text    NOT NULL,
    deliberation text    NOT NULL,
    version      integer NOT NULL CONSTRAINT programme_version CHECK (version > 0),
    starts_on    date    NOT NULL,
    ends_on      date    NOT NULL,
    rules        jsonb   NOT NULL,
    CONSTRAINT programme_pkey PRIMARY KEY (town_id, id),
    CONSTRAINT programme_version_once UNIQUE (town_id, name, version),
    CONSTRAINT programme_dates CHECK (ends_on >= starts_on),
    -- One programme a day, until deliveries may choose among several.
    CONSTRAINT programme_one_a_day EXCLUDE USING gist
        (town_id WITH =, daterange(starts_on, ends_on, '[]') WITH &&)
);
CALL scope_to_town('programmes', append_only => true);

CREATE TABLE envelopes (
    town_id            bigint  NOT NULL DEFAULT current_town(),
    id                 bigint  GENERATED ALWAYS AS IDENTITY,
    programme_id       bigint  NOT NULL,
    year               integer NOT NULL,
    voted_cents        bigint  NOT NULL CONSTRAINT envelope_voted CHECK (voted_cents >= 0),
    engaged_cents      bigint  NOT NULL DEFAULT 0 CONSTRAINT envelope_engaged CHECK (engaged_cents >= 0),
    service_fait_cents bigint  NOT NULL DEFAULT 0
                       CONSTRAINT envelope_service_fait CHECK (service_fait_cents >= 0),
    CONSTRAINT envelope_pkey PRIMARY KEY (town_id, id),
    CONSTRAINT envelope_once UNIQUE (town_id, programme_id, year),
    CONSTRAINT envelope_programme FOREIGN KEY (town_id, programme_id) REFERENCES programmes,
    CONSTRAINT envelope_never_overspent CHECK (engaged_cents + service_fait_cents <= voted_cents)
);
CALL scope_to_town('envelopes');
REVOKE DELETE ON envelopes FROM colporteur_app;

-- What a programme granted one delivery: the ceiling held for it, and why. Quotas count here, so
-- `household` is a digest of the place and outlives the address.
CREATE TABLE subsidies (
    town_id      bigint      NOT NULL DEFAULT current_town(),
    delivery_id  bigint      NOT NULL,
    programme_id bigint      NOT NULL,
    envelope_id  bigint      NOT NULL,
    serves_on    date        NOT NULL,
    month        date        NOT NULL CONSTRAINT subsidy_month
                             CHECK (month = date_trunc('month', serves_on::timestamp)::date),
    household    text        NOT NULL,
    state        text        NOT NULL
                 CONSTRAINT subsidy_state CHECK (state IN ('promised', 'released', 'proven')),
    attempt      integer     NOT NULL CONSTRAINT subsidy_attempt CHECK (attempt > 0),
    tariff_cents integer     NOT NULL CONSTRAINT subsidy_tariff CHECK (tariff_cents >= 0),
    net_cents    integer     NOT NULL
                 CONSTRAINT subsidy_net CHECK (net_cents BETWEEN 0 AND tariff_cents),
    most_cents   integer     NOT NULL CONSTRAINT subsidy_most CHECK (most_cents >= net_cents),
    reasons      jsonb       NOT NULL,
    decided_at   timestamptz NOT NULL,
    CONSTRAINT subsidy_pkey PRIMARY KEY (town_id, delivery_id),
    CONSTRAINT subsidy_delivery FOREIGN KEY (town_id, delivery_id) REFERENCES deliveries,
    CONSTRAINT subsidy_programme FOREIGN KEY (town_id, programme_id) REFERENCES programmes,
    CONSTRAINT subsidy_envelope FOREIGN KEY (town_id, envelope_id) REFERENCES envelopes
);
CREATE INDEX subsidy_by_household ON subsidies (town_id, programme_id, household, month);
CALL scope_to_town('subsidies');
REVOKE DELETE ON subsidies FROM colporteur_app;

CREATE TABLE statements (
    town_id       bigint      NOT NULL DEFAULT current_town(),
    id            bigint      GENERATED ALWAYS AS IDENTITY,
    programme_id  bigint      NOT NULL,
    number        text        NOT NULL,
    month         date        NOT NULL CONSTRAINT statement_month CHECK (extract(day FROM month) = 1),
    state         text        NOT NULL CONSTRAINT statement_state CHECK (state IN
                  ('draft', 'submitted', 'in_review', 'settled', 'invoiced')),
    net_cents     bigint      NOT NULL,
    vat_cents     bigint      NOT NULL,
    residual_cents bigint     NOT NULL,
    head_sha256   text        NOT NULL,
    closed_at     timestamptz NOT NULL,
    CONSTRAINT statement_pkey PRIMARY KEY (town_id, id),
    CONSTRAINT statement_programme FOREIGN KEY (town_id, programme_id) REFERENCES programmes,
    CONSTRAINT statement_number_once UNIQUE (town_id, number),
    CONSTRAINT statement_month_once UNIQUE (town_id, programme_id, month)
);
CALL scope_to_town('statements', append_only => true);
GRANT UPDATE (state, head_sha256) ON statements TO colporteur_app;

CREATE TABLE statement_lines (
    town_id        bigint      NOT NULL DEFAULT current_town(),
    statement_id   bigint      NOT NULL,
    position       integer     NOT NULL,
    delivery_id    bigint      NOT NULL,
    service_at     timestamptz NOT NULL,
    fulfilment     text        NOT NULL,
    zone_code      text        NOT NULL,
    orders         integer     NOT NULL CONSTRAINT line_orders CHECK (orders > 0),
    parcels        integer     NOT NULL CONSTRAINT line_parcels CHECK (parcels > 0),
    household      text        NOT NULL,
    tariff_cents   integer     NOT NULL CONSTRAINT line_tariff CHECK (tariff_cents >= 0),
    net_cents      integer     NOT NULL CONSTRAINT line_net CHECK (net_cents BETWEEN 0 AND tariff_cents),
    vat_cents      integer     NOT NULL CONSTRAINT line_vat CHECK (vat_cents >= 0),
    residual_cents integer     NOT NULL
                   CONSTRAINT line_residual CHECK (residual_cents = tariff_cents - net_cents),
    reasons        jsonb       NOT NULL,
    proof_kind     text        NOT NULL,
    proof_sha256   text        NOT NULL,
    state          text        NOT NULL DEFAULT 'proposed' CONSTRAINT line_state CHECK (state IN
                   ('proposed', 'accepted', 'contested', 'corrected', 'withdrawn', 'carried_over')),
    CONSTRAINT line_pkey PRIMARY KEY (town_id, statement_id, position),
    CONSTRAINT line_statement FOREIGN KEY (town_id, statement_id) REFERENCES statements,
    CONSTRAINT line_delivery FOREIGN KEY (town_id, delivery_id) REFERENCES deliveries,
    CONSTRAINT line_delivery_once UNIQUE (town_id, delivery_id)
);
CALL scope_to_town('statement_lines', append_only => true);
GRANT UPDATE (state) ON statement_lines TO colporteur_app;

CREATE TABLE ledger_heads (
    town_id bigint  NOT NULL DEFAULT current_town() CONSTRAINT head_pkey PRIMARY KEY
                    CONSTRAINT head_town REFERENCES towns,
    seq     bigint  NOT NULL,
    sha256  text    NOT NULL
);
CALL scope_to_town('ledger_heads');
REVOKE DELETE ON ledger_heads FROM colporteur_app;

CREATE TABLE ledger_entries (
    town_id         bigint      NOT NULL DEFAULT current_town(),
    seq             bigint      NOT NULL,
    key             text        NOT NULL,
    kind            text        NOT NULL CONSTRAINT entry_kind CHECK (kind IN
                    ('vote', 'engage', 'release', 'prove', 'close')),
    at              timestamptz NOT NULL,
    delivery_id     bigint,
    statement_id    bigint,
    previous_sha256 text        NOT NULL,
    sha256          text        NOT NULL,
    CONSTRAINT entry_pkey PRIMARY KEY (town_id, seq),
    CONSTRAINT entry_key_once UNIQUE (town_id, key),
    CONSTRAINT entry_delivery FOREIGN KEY (town_id, delivery_id) REFERENCES deliveries,
    CONSTRAINT entry_statement FOREIGN KEY (town_id, statement_id) REFERENCES statements
);
CALL scope_to_town('ledger_entries', append_only => true);

CREATE TABLE ledger_postings (
    town_id      bigint  NOT NULL DEFAULT current_town(),
    seq          bigint  NOT NULL,
    position     integer NOT NULL,
    envelope_id  bigint  NOT NULL,
    account      text    NOT NULL CONSTRAINT posting_account CHECK (account IN
                 ('credits', 'available', 'engaged', 'service_fait')),
    amount_cents bigint  NOT NULL CONSTRAINT posting_amount CHECK (amount_cents <> 0),
    CONSTRAINT posting_pkey PRIMARY KEY (town_id, seq, position),
    CONSTRAINT posting_entry FOREIGN KEY (town_id, seq) REFERENCES ledger_entries,
    CONSTRAINT posting_envelope FOREIGN KEY (town_id, envelope_id) REFERENCES envelopes
);
CALL scope_to_town('ledger_postings', append_only => true);

-- An entry is balanced when its postings sum to nothing; one without postings is not an entry.
CREATE FUNCTION refuse_unbalanced_entry() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    postings bigint;
    balance  numeric;
BEGIN
    SELECT count(*), coalesce(sum(amount_cents), 0)
      INTO postings, balance
      FROM ledger_postings
     WHERE town_id = NEW.town_id
       AND seq = NEW.seq;
    IF postings < 2 OR balance <> 0 THEN
        RAISE EXCEPTION 'ledger entry % of town % has % postings and a balance of % cents',
              NEW.seq, NEW.town_id, postings, balance
              USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_balanced';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER entry_balanced AFTER INSERT ON ledger_entries
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_unbalanced_entry();
CREATE CONSTRAINT TRIGGER posting_balanced AFTER INSERT ON ledger_postings
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_unbalanced_entry();
