--
-- PostgreSQL database dump
--

\restrict colporteur


SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: btree_gist; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public;


--
-- Name: EXTENSION btree_gist; Type: COMMENT; Schema: -; Owner: -
--

COMMENT ON EXTENSION btree_gist IS 'support for indexing common datatypes in GiST';


--
-- Name: pg_trgm; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;


--
-- Name: EXTENSION pg_trgm; Type: COMMENT; Schema: -; Owner: -
--

COMMENT ON EXTENSION pg_trgm IS 'text similarity measurement and index searching based on trigrams';


--
-- Name: current_town(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.current_town() RETURNS bigint
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (NULLIF(current_setting('app.town'::text, true), ''::text))::bigint;


--
-- Name: refuse_unbalanced_entry(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.refuse_unbalanced_entry() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: scope_to_town(regclass, boolean); Type: PROCEDURE; Schema: public; Owner: -
--

CREATE PROCEDURE public.scope_to_town(IN table_name regclass, IN append_only boolean DEFAULT false)
    LANGUAGE plpgsql
    AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', table_name);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', table_name);
    EXECUTE format('CREATE POLICY town_scope ON %s USING (town_id = current_town())', table_name);
    EXECUTE format('GRANT SELECT, INSERT ON %s TO colporteur_app', table_name);
    IF NOT append_only THEN
        EXECUTE format('GRANT UPDATE, DELETE ON %s TO colporteur_app', table_name);
    END IF;
END $$;


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: account_links; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.account_links (
    town_id bigint DEFAULT public.current_town() NOT NULL,
    token_sha256 bytea NOT NULL,
    account_id bigint NOT NULL,
    kind text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT account_link_kind CHECK ((kind = ANY (ARRAY['invitation'::text, 'reset'::text])))
);

ALTER TABLE ONLY public.account_links FORCE ROW LEVEL SECURITY;


--
-- Name: accounts; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.accounts (
    town_id bigint DEFAULT public.current_town() NOT NULL,
    id bigint NOT NULL,
    email text NOT NULL,
    name text NOT NULL,
    role text NOT NULL,
    shop_id bigint,
    vehicle_id bigint,
    password_hash text,
    created_at timestamp with time zone NOT NULL,
    disabled_at timestamp with time zone,
    CONSTRAINT account_email_form CHECK (((email = lower(email)) AND (email ~ '^[^@[:space:]]+@[^@[:space:]]+$'::text))),
    CONSTRAINT account_name CHECK ((name <> ''::text)),
    CONSTRAINT account_role CHECK ((role = ANY (ARRAY['courier'::text, 'shop'::text, 'hub'::text, 'dispatcher'::text, 'mairie'::text, 'admin'::text]))),
    CONSTRAINT account_subject CHECK ((((role = 'shop'::text) = (shop_id IS NOT NULL)) AND ((role = 'courier'::text) = (vehicle_id IS NOT NULL))))
);

ALTER TABLE ONLY public.accounts FORCE ROW LEVEL SECURITY;


--
-- Name: accounts_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.accounts ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.accounts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: addresses; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.addresses (
    town_id bigint DEFAULT public.current_town() NOT NULL,
    id bigint NOT NULL,
    number text NOT NULL,
    street text NOT NULL,
    postcode text NOT NULL,
    city text NOT NULL,
    lon double precision NOT NULL,
    lat double precision NOT NULL,
    key text NOT NULL
);

ALTER TABLE ONLY public.addresses FORCE ROW LEVEL SECURITY;


--
-- Name: addresses_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.addresses ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.addresses_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: answers; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.answers (
    town_id bigint DEFAULT public.current_town() NOT NULL,
    channel_id bigint NOT NULL,
    key text NOT NULL,
    body_sha256 text NOT NULL,
    status integer NOT NULL,
    body json NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT answer_key_length CHECK (((length(key) >= 1) AND (length(key) <= 200)))
);

ALTER TABLE ONLY public.answers FORCE ROW LEVEL SECURITY;


--
-- Name: channels; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.channels (
    town_id bigint DEFAULT public.current_town() NOT NULL,
    id bigint NOT NULL,
    name text NOT NULL,
    shop_id bigint
);

ALTER TABLE ONLY public.channels FORCE ROW LEVEL SECURITY;


--
-- Name: channels_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.channels ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.channels_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: code_attempts; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.code_attempts (
    town_id bigint DEFAULT public.current_town() NOT NULL,
    id bigint NOT NULL,
    order_id bigint,
    delivery_id bigint,
    event_uuid uuid,
    at timestamp with time zone NOT NULL,
    CONSTRAINT attempt_subject CHECK (((order_id IS NULL) <> (delivery_id IS NULL)))
);

ALTER TABLE ONLY public.code_attempts FORCE ROW LEVEL SECURITY;


--
-- Name: code_attempts_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.code_attempts ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.code_attempts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: day_links; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.day_links (
    town_id bigint DEFAULT public.current_town() NOT NULL,
    token_sha256 bytea NOT NULL,
    vehicle_id bigint NOT NULL,
    day date NOT NULL,
    created_at timestamp with time zone NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    CONSTRAINT day_link_order CHECK ((expires_at > starts_at))
);

ALTER TABLE ONLY public.day_links FORCE ROW LEVEL SECURITY;


--
-- Name: deliveries; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.deliveries (
    town_id bigint DEFAULT public.current_town() NOT NULL,
    id bigint NOT NULL,
    slot_id bigint NOT NULL,
    recipient_id bigint NOT NULL,
    fulfilment text NOT NULL,
    place_key text NOT NULL,
    label text NOT NULL,
    lon double precision NOT NULL,
    lat double precision NOT NULL,
    zone_code text NOT NULL,
    state text NOT NULL,
    code text NOT NULL,
    engaged_cents integer DEFAULT 0 NOT NULL,
    promised_at timestamp with time zone NOT NULL,
    proven_at timestamp with time zone,
    proof_kind text,
    proof_sha256 text,
    failed_reason text,
    CONSTRAINT delivery_code_form CHECK ((code ~ '^[0-9]{4}$'::text)),
    CONSTRAINT delivery_engaged CHECK ((engaged_cents >= 0)),
    CONSTRAINT delivery_fulfilment CHECK ((fulfilment = ANY (ARRAY['home'::text, 'drive'::text]))),
    CONSTRAINT delivery_proof CHECK ((((proven_at IS NULL) = (proof_kind IS NULL)) AND ((proven_at IS NULL) = (proof_sha256 IS NULL)))),
    CONSTRAINT delivery_proof_kind CHECK ((proof_kind = ANY (ARRAY['code'::text, 'note'::text]))),
    CONSTRAINT delivery_proven CHECK (((state <> 'proven'::text) OR (proven_at IS NOT NULL))),
    CONSTRAINT delivery_state CHECK ((state = ANY (ARRAY['promised'::text, 'planned'::text, 'under_way'::text, 'proven'::text, 'failed'::text, 'closed'::text, 'cancelled'::text])))
);

ALTER TABLE ONLY public.deliveries FORCE ROW LEVEL SECURITY;


--
-- Name: deliveries_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.deliveries ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.deliveries_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: envelopes; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.envelopes (
    town_id bigint DEFAULT public.current_town() NOT NULL,
    id bigint NOT NULL,
    programme_id bigint NOT NULL,
    year integer NOT NULL,
    voted_cents bigint NOT NULL,
    engaged_cents bigint DEFAULT 0 NOT NULL,
    service_fait_cents bigint DEFAULT 0 NOT NULL,
    CONSTRAINT envelope_engaged CHECK ((engaged_cents >= 0)),
    CONSTRAINT envelope_never_overspent CHECK (((engaged_cents + service_fait_cents) <= voted_cents)),
    CONSTRAINT envelope_service_fait CHECK ((service_fait_cents >= 0)),
    CONSTRAINT envelope_voted CHECK ((voted_cents >= 0))
);

ALTER TABLE ONLY public.envelopes FORCE ROW LEVEL SECURITY;


--
-- Name: envelopes_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.envelopes ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.envelopes_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: events; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.events (
    town_id bigint DEFAULT public.current_town() NOT NULL,
    uuid uuid NOT NULL,
    round_id bigint NOT NULL,
    task_id bigint,
    seq integer NOT NULL,
    device_at timestamp with time zone NOT NULL,
    monotonic_ms bigint NOT NULL,
    kind text NOT NULL,
    payload jsonb NOT NULL,
    content_sha256 text NOT NULL,
    received_at timestamp with time zone NOT NULL,
    CONSTRAINT event_kind CHECK ((kind = ANY (ARRAY['round_started'::text, 'arrived'::text, 'picked_up'::text, 'delivered'::text, 'failed'::text, 'round_finished'::text]))),
    CONSTRAINT event_seq CHECK ((seq >= 0))
);

ALTER TABLE ONLY public.events FORCE ROW LEVEL SECURITY;


--
-- Name: hubs; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.hubs (
    town_id bigint DEFAULT public.current_town() NOT NULL,
    id bigint NOT NULL,
    name text NOT NULL,
    lon double precision NOT NULL,
    lat double precision NOT NULL,
    has_drive boolean NOT NULL,
    setup_s integer NOT NULL,
    CONSTRAINT hub_setup CHECK ((setup_s >= 0))
);

ALTER TABLE ONLY public.hubs FORCE ROW LEVEL SECURITY;


--
-- Name: hubs_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.hubs ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.hubs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: keys; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.keys (
    token_sha256 bytea NOT NULL,
    town_id bigint NOT NULL,
    role text NOT NULL,
    subject_id bigint,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    revoked_at timestamp with time zone,
    id bigint NOT NULL,
    label text DEFAULT ''::text NOT NULL,
    CONSTRAINT key_role CHECK ((role = ANY (ARRAY['channel'::text, 'shop'::text, 'courier'::text, 'hub'::text, 'dispatcher'::text]))),
    CONSTRAINT key_subject CHECK (((role = ANY (ARRAY['channel'::text, 'shop'::text, 'courier'::text])) = (subject_id IS NOT NULL)))
);

ALTER TABLE ONLY public.keys FORCE ROW LEVEL SECURITY;


--
-- Name: keys_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.keys ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.keys_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: ledger_entries; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.ledger_entries (
    town_id bigint DEFAULT public.current_town() NOT NULL,
    seq bigint NOT NULL,
    key text NOT NULL,
    kind text NOT NULL,
    at timestamp with time zone NOT NULL,
    delivery_id bigint,
    statement_id bigint,
    previous_sha256 text NOT NULL,
    sha256 text NOT NULL,
    CONSTRAINT entry_kind CHECK ((kind = ANY (ARRAY['vote'::text, 'engage'::text, 'release'::text, 'prove'::text, 'close'::text])))
);

ALTER TABLE ONLY public.ledger_entries FORCE ROW LEVEL SECURITY;


--
-- Name: ledger_heads; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.ledger_heads (
    town_id bigint DEFAULT public.current_town() NOT NULL,
    seq bigint NOT NULL,
    sha256 text NOT NULL
);

ALTER TABLE ONLY public.ledger_heads FORCE ROW LEVEL SECURITY;


--
-- Name: ledger_postings; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.ledger_postings (
    town_id bigint DEFAULT public.current_town() NOT NULL,
    seq bigint NOT NULL,
    "position" integer NOT NULL,
    envelope_id bigint NOT NULL,
    account text NOT NULL,
    amount_cents bigint NOT NULL,
    CONSTRAINT posting_account CHECK ((account = ANY (ARRAY['credits'::text, 'available'::text, 'engaged'::text, 'service_fait'::text]))),
    CONSTRAINT posting_amount CHECK ((amount_cents <> 0))
);

ALTER TABLE ONLY public.ledger_postings FORCE ROW LEVEL SECURITY;


--
-- Name: login_failures; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.login_failures (
    town_id bigint DEFAULT public.current_town() NOT NULL,
    id bigint NOT NULL,
    email_sha256 bytea NOT NULL,
    address text NOT NULL,
    at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.login_failures FORCE ROW LEVEL SECURITY;


--
-- Name: login_failures_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.login_failures ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.login_failures_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: logins; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.logins (
    town_id bigint DEFAULT public.current_town() NOT NULL,
    id bigint NOT NULL,
    account_id bigint,
    vehicle_id bigint,
    token_sha256 bytea NOT NULL,
    previous_sha256 bytea,
    csrf text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    rotated_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT login_of_one CHECK ((num_nonnulls(account_id, vehicle_id) = 1))
);

ALTER TABLE ONLY public.logins FORCE ROW LEVEL SECURITY;


--
-- Name: logins_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.logins ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.logins_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: migrations; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.migrations (
    name text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);


--
-- Name: order_events; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.order_events (
    town_id bigint DEFAULT public.current_town() NOT NULL,
    id bigint NOT NULL,
    order_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    step text NOT NULL,
    state text NOT NULL,
    actor text NOT NULL,
    detail jsonb DEFAULT '{}'::jsonb NOT NULL
);

ALTER TABLE ONLY public.order_events FORCE ROW LEVEL SECURITY;


--
-- Name: order_events_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.order_events ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.order_events_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: orders; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.orders (
    town_id bigint DEFAULT public.current_town() NOT NULL,
    id bigint NOT NULL,
    channel_id bigint NOT NULL,
    shop_id bigint NOT NULL,
    delivery_id bigint,
    recipient_id bigint NOT NULL,
    reference text NOT NULL,
    content_sha256 text NOT NULL,
    recipient_name text NOT NULL,
    fulfilment text NOT NULL,
    state text NOT NULL,
    basket_cents integer NOT NULL,
    ready_at timestamp with time zone,
    note text NOT NULL,
    code text,
    received_at timestamp with time zone NOT NULL,
    tracking_token uuid DEFAULT gen_random_uuid() NOT NULL,
    CONSTRAINT order_basket CHECK ((basket_cents >= 0)),
    CONSTRAINT order_code_form CHECK ((code ~ '^[0-9]{4}$'::text)),
    CONSTRAINT order_counter CHECK ((((fulfilment = 'counter'::text) = (delivery_id IS NULL)) AND ((fulfilment = 'counter'::text) = (code IS NOT NULL)))),
    CONSTRAINT order_fulfilment CHECK ((fulfilment = ANY (ARRAY['home'::text, 'drive'::text, 'counter'::text]))),
    CONSTRAINT order_state CHECK ((state = ANY (ARRAY['received'::text, 'accepted'::text, 'ready'::text, 'collected'::text, 'dropped_off'::text, 'at_hub'::text, 'at_drive'::text, 'delivered'::text, 'handed_over'::text, 'refused'::text, 'cancelled'::text, 'failed'::text, 'rescheduled'::text, 'returned'::text])))
);

ALTER TABLE ONLY public.orders FORCE ROW LEVEL SECURITY;


--
-- Name: orders_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.orders ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.orders_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: parcels; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.parcels (
    town_id bigint DEFAULT public.current_town() NOT NULL,
    id bigint NOT NULL,
    order_id bigint NOT NULL,
    size text NOT NULL,
    weight_g integer NOT NULL,
    volume_l integer NOT NULL,
    temperature text NOT NULL,
    fragile boolean NOT NULL,
    age_check boolean NOT NULL,
    code text DEFAULT upper("left"(replace((gen_random_uuid())::text, '-'::text, ''::text), 12)) NOT NULL,
    CONSTRAINT parcel_code_form CHECK ((code ~ '^[0-9A-F]{12}$'::text)),
    CONSTRAINT parcel_size CHECK ((size = ANY (ARRAY['small'::text, 'medium'::text, 'large'::text, 'bulky'::text]))),
    CONSTRAINT parcel_temperature CHECK ((temperature = ANY (ARRAY['ambient'::text, 'chilled'::text, 'frozen'::text]))),
    CONSTRAINT parcel_volume CHECK ((volume_l > 0)),
    CONSTRAINT parcel_weight CHECK ((weight_g > 0))
);

ALTER TABLE ONLY public.parcels FORCE ROW LEVEL SECURITY;


--
-- Name: parcels_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.parcels ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.parcels_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: plan_runs; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.plan_runs (
    town_id bigint DEFAULT public.current_town() NOT NULL,
    id bigint NOT NULL,
    day date NOT NULL,
    asked_by text NOT NULL,
    seconds double precision NOT NULL,
    seed bigint NOT NULL,
    state text NOT NULL,
    share double precision DEFAULT 0 NOT NULL,
    cost_millicents bigint,
    unserved integer,
    plan_id bigint,
    refusal jsonb,
    asked_at timestamp with time zone NOT NULL,
    told_at timestamp with time zone NOT NULL,
    CONSTRAINT plan_run_seconds CHECK ((seconds > (0)::double precision)),
    CONSTRAINT plan_run_share CHECK (((share >= (0)::double precision) AND (share <= (1)::double precision))),
    CONSTRAINT plan_run_state CHECK ((state = ANY (ARRAY['waiting'::text, 'running'::text, 'done'::text, 'refused'::text, 'failed'::text])))
);

ALTER TABLE ONLY public.plan_runs FORCE ROW LEVEL SECURITY;


--
-- Name: plan_runs_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.plan_runs ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.plan_runs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: plans; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.plans (
    town_id bigint DEFAULT public.current_town() NOT NULL,
    id bigint NOT NULL,
    day date NOT NULL,
    version integer NOT NULL,
    seed bigint NOT NULL,
    cost_millicents bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    published_at timestamp with time zone,
    contents jsonb DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT plan_version CHECK ((version > 0))
);

ALTER TABLE ONLY public.plans FORCE ROW LEVEL SECURITY;


--
-- Name: plans_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.plans ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.plans_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: programmes; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.programmes (
    town_id bigint DEFAULT public.current_town() NOT NULL,
    id bigint NOT NULL,
    name text NOT NULL,
    operator text NOT NULL,
    deliberation text NOT NULL,
    version integer NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    rules jsonb NOT NULL,
    CONSTRAINT programme_dates CHECK ((ends_on >= starts_on)),
    CONSTRAINT programme_version CHECK ((version > 0))
);

ALTER TABLE ONLY public.programmes FORCE ROW LEVEL SECURITY;


--
-- Name: programmes_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.programmes ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.programmes_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: recipients; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.recipients (
    town_id bigint DEFAULT public.current_town() NOT NULL,
    id bigint NOT NULL,
    key text NOT NULL,
    name text NOT NULL,
    phone text
);

ALTER TABLE ONLY public.recipients FORCE ROW LEVEL SECURITY;


--
-- Name: recipients_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.recipients ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.recipients_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: rounds; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.rounds (
    town_id bigint DEFAULT public.current_town() NOT NULL,
    id bigint NOT NULL,
    plan_id bigint NOT NULL,
    vehicle_id bigint NOT NULL,
    state text NOT NULL,
    departs_at timestamp with time zone NOT NULL,
    returns_at timestamp with time zone NOT NULL,
    distance_m integer NOT NULL,
    cost_millicents bigint NOT NULL,
    legs jsonb NOT NULL,
    CONSTRAINT round_distance CHECK ((distance_m >= 0)),
    CONSTRAINT round_order CHECK ((returns_at >= departs_at)),
    CONSTRAINT round_state CHECK ((state = ANY (ARRAY['draft'::text, 'published'::text, 'started'::text, 'finished'::text, 'closed'::text])))
);

ALTER TABLE ONLY public.rounds FORCE ROW LEVEL SECURITY;


--
-- Name: rounds_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.rounds ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.rounds_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: shop_openings; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.shop_openings (
    town_id bigint DEFAULT public.current_town() NOT NULL,
    shop_id bigint NOT NULL,
    weekday smallint NOT NULL,
    opens time without time zone NOT NULL,
    closes time without time zone NOT NULL,
    CONSTRAINT opening_order CHECK ((closes > opens)),
    CONSTRAINT opening_weekday CHECK (((weekday >= 0) AND (weekday <= 6)))
);

ALTER TABLE ONLY public.shop_openings FORCE ROW LEVEL SECURITY;


--
-- Name: shops; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.shops (
    town_id bigint DEFAULT public.current_town() NOT NULL,
    id bigint NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    trade text NOT NULL,
    siret text NOT NULL,
    lon double precision NOT NULL,
    lat double precision NOT NULL,
    address text NOT NULL,
    brings_parcels boolean NOT NULL,
    accepts_residual boolean NOT NULL,
    is_partner boolean DEFAULT true NOT NULL,
    CONSTRAINT shop_siret_form CHECK ((siret ~ '^[0-9]{14}$'::text))
);

ALTER TABLE ONLY public.shops FORCE ROW LEVEL SECURITY;


--
-- Name: shops_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.shops ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.shops_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: slots; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.slots (
    town_id bigint DEFAULT public.current_town() NOT NULL,
    id bigint NOT NULL,
    kind text NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    cutoff_at timestamp with time zone NOT NULL,
    capacity integer NOT NULL,
    booked integer DEFAULT 0 NOT NULL,
    CONSTRAINT slot_kind CHECK ((kind = ANY (ARRAY['home'::text, 'drive'::text]))),
    CONSTRAINT slot_never_overbooked CHECK (((booked >= 0) AND (booked <= capacity))),
    CONSTRAINT slot_order CHECK (((ends_at > starts_at) AND (cutoff_at <= ends_at)))
);

ALTER TABLE ONLY public.slots FORCE ROW LEVEL SECURITY;


--
-- Name: slots_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.slots ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.slots_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: statement_lines; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.statement_lines (
    town_id bigint DEFAULT public.current_town() NOT NULL,
    statement_id bigint NOT NULL,
    "position" integer NOT NULL,
    delivery_id bigint NOT NULL,
    service_at timestamp with time zone NOT NULL,
    fulfilment text NOT NULL,
    zone_code text NOT NULL,
    orders integer NOT NULL,
    parcels integer NOT NULL,
    household text NOT NULL,
    tariff_cents integer NOT NULL,
    net_cents integer NOT NULL,
    vat_cents integer NOT NULL,
    residual_cents integer NOT NULL,
    reasons jsonb NOT NULL,
    proof_kind text NOT NULL,
    proof_sha256 text NOT NULL,
    state text DEFAULT 'proposed'::text NOT NULL,
    CONSTRAINT line_net CHECK (((net_cents >= 0) AND (net_cents <= tariff_cents))),
    CONSTRAINT line_orders CHECK ((orders > 0)),
    CONSTRAINT line_parcels CHECK ((parcels > 0)),
    CONSTRAINT line_residual CHECK ((residual_cents = (tariff_cents - net_cents))),
    CONSTRAINT line_state CHECK ((state = ANY (ARRAY['proposed'::text, 'accepted'::text, 'contested'::text, 'corrected'::text, 'withdrawn'::text, 'carried_over'::text]))),
    CONSTRAINT line_tariff CHECK ((tariff_cents >= 0)),
    CONSTRAINT line_vat CHECK ((vat_cents >= 0))
);

ALTER TABLE ONLY public.statement_lines FORCE ROW LEVEL SECURITY;


--
-- Name: statements; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.statements (
    town_id bigint DEFAULT public.current_town() NOT NULL,
    id bigint NOT NULL,
    programme_id bigint NOT NULL,
    number text NOT NULL,
    month date NOT NULL,
    state text NOT NULL,
    net_cents bigint NOT NULL,
    vat_cents bigint NOT NULL,
    residual_cents bigint NOT NULL,
    head_sha256 text NOT NULL,
    closed_at timestamp with time zone NOT NULL,
    CONSTRAINT statement_month CHECK ((EXTRACT(day FROM month) = (1)::numeric)),
    CONSTRAINT statement_state CHECK ((state = ANY (ARRAY['draft'::text, 'submitted'::text, 'in_review'::text, 'settled'::text, 'invoiced'::text])))
);

ALTER TABLE ONLY public.statements FORCE ROW LEVEL SECURITY;


--
-- Name: statements_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.statements ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.statements_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: stops; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.stops (
    town_id bigint DEFAULT public.current_town() NOT NULL,
    id bigint NOT NULL,
    round_id bigint NOT NULL,
    "position" integer NOT NULL,
    kind text NOT NULL,
    label text NOT NULL,
    lon double precision NOT NULL,
    lat double precision NOT NULL,
    arrives_at timestamp with time zone NOT NULL,
    leaves_at timestamp with time zone NOT NULL,
    CONSTRAINT stop_kind CHECK ((kind = ANY (ARRAY['shop'::text, 'door'::text, 'hub'::text]))),
    CONSTRAINT stop_order CHECK ((leaves_at >= arrives_at)),
    CONSTRAINT stop_position CHECK (("position" >= 0))
);

ALTER TABLE ONLY public.stops FORCE ROW LEVEL SECURITY;


--
-- Name: stops_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.stops ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.stops_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: subsidies; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.subsidies (
    town_id bigint DEFAULT public.current_town() NOT NULL,
    delivery_id bigint NOT NULL,
    programme_id bigint NOT NULL,
    envelope_id bigint NOT NULL,
    serves_on date NOT NULL,
    month date NOT NULL,
    household text NOT NULL,
    state text NOT NULL,
    attempt integer NOT NULL,
    tariff_cents integer NOT NULL,
    net_cents integer NOT NULL,
    most_cents integer NOT NULL,
    reasons jsonb NOT NULL,
    decided_at timestamp with time zone NOT NULL,
    CONSTRAINT subsidy_attempt CHECK ((attempt > 0)),
    CONSTRAINT subsidy_month CHECK ((month = (date_trunc('month'::text, (serves_on)::timestamp without time zone))::date)),
    CONSTRAINT subsidy_most CHECK ((most_cents >= net_cents)),
    CONSTRAINT subsidy_net CHECK (((net_cents >= 0) AND (net_cents <= tariff_cents))),
    CONSTRAINT subsidy_state CHECK ((state = ANY (ARRAY['promised'::text, 'released'::text, 'proven'::text]))),
    CONSTRAINT subsidy_tariff CHECK ((tariff_cents >= 0))
);

ALTER TABLE ONLY public.subsidies FORCE ROW LEVEL SECURITY;


--
-- Name: task_orders; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.task_orders (
    town_id bigint DEFAULT public.current_town() NOT NULL,
    task_id bigint NOT NULL,
    order_id bigint NOT NULL
);

ALTER TABLE ONLY public.task_orders FORCE ROW LEVEL SECURITY;


--
-- Name: tasks; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.tasks (
    town_id bigint DEFAULT public.current_town() NOT NULL,
    id bigint NOT NULL,
    round_id bigint NOT NULL,
    stop_id bigint NOT NULL,
    delivery_id bigint NOT NULL,
    "position" integer NOT NULL,
    kind text NOT NULL,
    state text DEFAULT 'to_do'::text NOT NULL,
    earliest_at timestamp with time zone NOT NULL,
    latest_at timestamp with time zone NOT NULL,
    planned_at timestamp with time zone NOT NULL,
    settled_at timestamp with time zone,
    CONSTRAINT task_kind CHECK ((kind = ANY (ARRAY['pickup'::text, 'dropoff'::text]))),
    CONSTRAINT task_state CHECK ((state = ANY (ARRAY['to_do'::text, 'done'::text, 'failed'::text, 'skipped'::text])))
);

ALTER TABLE ONLY public.tasks FORCE ROW LEVEL SECURITY;


--
-- Name: tasks_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.tasks ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.tasks_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: towns; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.towns (
    id bigint NOT NULL,
    slug text NOT NULL,
    name text NOT NULL,
    timezone text NOT NULL,
    fictional boolean DEFAULT false NOT NULL,
    osm_sha256 text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT town_slug_form CHECK ((slug ~ '^[a-z0-9-]+$'::text))
);

ALTER TABLE ONLY public.towns FORCE ROW LEVEL SECURITY;


--
-- Name: towns_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.towns ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.towns_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: unserved; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.unserved (
    town_id bigint DEFAULT public.current_town() NOT NULL,
    plan_id bigint NOT NULL,
    delivery_id bigint NOT NULL,
    reason text NOT NULL,
    relaxations jsonb DEFAULT '[]'::jsonb NOT NULL
);

ALTER TABLE ONLY public.unserved FORCE ROW LEVEL SECURITY;


--
-- Name: vehicle_periods; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.vehicle_periods (
    town_id bigint DEFAULT public.current_town() NOT NULL,
    vehicle_id bigint NOT NULL,
    starts time without time zone NOT NULL,
    ends time without time zone NOT NULL,
    CONSTRAINT period_length CHECK (((ends > starts) AND ((ends - starts) <= '06:00:00'::interval)))
);

ALTER TABLE ONLY public.vehicle_periods FORCE ROW LEVEL SECURITY;


--
-- Name: vehicles; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.vehicles (
    town_id bigint DEFAULT public.current_town() NOT NULL,
    id bigint NOT NULL,
    name text NOT NULL,
    profile text NOT NULL,
    capacity integer[] NOT NULL,
    hour_cents integer NOT NULL,
    km_cents integer NOT NULL,
    use_cents integer NOT NULL,
    in_service boolean DEFAULT true NOT NULL,
    CONSTRAINT vehicle_capacity CHECK ((cardinality(capacity) = 4)),
    CONSTRAINT vehicle_hour CHECK ((hour_cents >= 0)),
    CONSTRAINT vehicle_km CHECK ((km_cents >= 0)),
    CONSTRAINT vehicle_profile CHECK ((profile = ANY (ARRAY['cargo_bike'::text, 'van'::text]))),
    CONSTRAINT vehicle_use CHECK ((use_cents >= 0))
);

ALTER TABLE ONLY public.vehicles FORCE ROW LEVEL SECURITY;


--
-- Name: vehicles_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.vehicles ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.vehicles_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: zones; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.zones (
    town_id bigint DEFAULT public.current_town() NOT NULL,
    id bigint NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    "position" integer NOT NULL,
    area jsonb NOT NULL,
    CONSTRAINT zone_kind CHECK ((kind = 'delivery'::text))
);

ALTER TABLE ONLY public.zones FORCE ROW LEVEL SECURITY;


--
-- Name: zones_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.zones ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.zones_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: accounts account_email_once; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT account_email_once UNIQUE (town_id, email);


--
-- Name: account_links account_link_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.account_links
    ADD CONSTRAINT account_link_pkey PRIMARY KEY (town_id, token_sha256);


--
-- Name: accounts account_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT account_pkey PRIMARY KEY (town_id, id);


--
-- Name: addresses address_door_once; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.addresses
    ADD CONSTRAINT address_door_once UNIQUE (town_id, key, postcode, city);


--
-- Name: addresses address_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.addresses
    ADD CONSTRAINT address_pkey PRIMARY KEY (town_id, id);


--
-- Name: answers answer_once; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.answers
    ADD CONSTRAINT answer_once PRIMARY KEY (town_id, channel_id, key);


--
-- Name: code_attempts attempt_event_once; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.code_attempts
    ADD CONSTRAINT attempt_event_once UNIQUE (town_id, event_uuid);


--
-- Name: code_attempts attempt_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.code_attempts
    ADD CONSTRAINT attempt_pkey PRIMARY KEY (town_id, id);


--
-- Name: channels channel_name_once; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.channels
    ADD CONSTRAINT channel_name_once UNIQUE (town_id, name);


--
-- Name: channels channel_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.channels
    ADD CONSTRAINT channel_pkey PRIMARY KEY (town_id, id);


--
-- Name: day_links day_link_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.day_links
    ADD CONSTRAINT day_link_pkey PRIMARY KEY (town_id, token_sha256);


--
-- Name: deliveries delivery_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.deliveries
    ADD CONSTRAINT delivery_pkey PRIMARY KEY (town_id, id);


--
-- Name: ledger_entries entry_key_once; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ledger_entries
    ADD CONSTRAINT entry_key_once UNIQUE (town_id, key);


--
-- Name: ledger_entries entry_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ledger_entries
    ADD CONSTRAINT entry_pkey PRIMARY KEY (town_id, seq);


--
-- Name: envelopes envelope_once; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.envelopes
    ADD CONSTRAINT envelope_once UNIQUE (town_id, programme_id, year);


--
-- Name: envelopes envelope_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.envelopes
    ADD CONSTRAINT envelope_pkey PRIMARY KEY (town_id, id);


--
-- Name: events event_once; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.events
    ADD CONSTRAINT event_once PRIMARY KEY (town_id, uuid);


--
-- Name: ledger_heads head_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ledger_heads
    ADD CONSTRAINT head_pkey PRIMARY KEY (town_id);


--
-- Name: hubs hub_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.hubs
    ADD CONSTRAINT hub_pkey PRIMARY KEY (town_id, id);


--
-- Name: keys key_id_once; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.keys
    ADD CONSTRAINT key_id_once UNIQUE (id);


--
-- Name: keys key_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.keys
    ADD CONSTRAINT key_pkey PRIMARY KEY (token_sha256);


--
-- Name: statement_lines line_delivery_once; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.statement_lines
    ADD CONSTRAINT line_delivery_once UNIQUE (town_id, delivery_id);


--
-- Name: statement_lines line_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.statement_lines
    ADD CONSTRAINT line_pkey PRIMARY KEY (town_id, statement_id, "position");


--
-- Name: login_failures login_failure_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.login_failures
    ADD CONSTRAINT login_failure_pkey PRIMARY KEY (town_id, id);


--
-- Name: logins login_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.logins
    ADD CONSTRAINT login_pkey PRIMARY KEY (town_id, id);


--
-- Name: logins login_token_once; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.logins
    ADD CONSTRAINT login_token_once UNIQUE (town_id, token_sha256);


--
-- Name: migrations migration_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.migrations
    ADD CONSTRAINT migration_pkey PRIMARY KEY (name);


--
-- Name: shop_openings opening_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.shop_openings
    ADD CONSTRAINT opening_pkey PRIMARY KEY (town_id, shop_id, weekday, opens);


--
-- Name: order_events order_event_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.order_events
    ADD CONSTRAINT order_event_pkey PRIMARY KEY (town_id, id);


--
-- Name: orders order_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT order_pkey PRIMARY KEY (town_id, id);


--
-- Name: orders order_reference_once; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT order_reference_once UNIQUE (town_id, channel_id, reference);


--
-- Name: orders order_tracking_once; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT order_tracking_once UNIQUE (town_id, tracking_token);


--
-- Name: parcels parcel_code_once; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.parcels
    ADD CONSTRAINT parcel_code_once UNIQUE (town_id, code);


--
-- Name: parcels parcel_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.parcels
    ADD CONSTRAINT parcel_pkey PRIMARY KEY (town_id, id);


--
-- Name: vehicle_periods period_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.vehicle_periods
    ADD CONSTRAINT period_pkey PRIMARY KEY (town_id, vehicle_id, starts);


--
-- Name: plans plan_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.plans
    ADD CONSTRAINT plan_pkey PRIMARY KEY (town_id, id);


--
-- Name: plan_runs plan_run_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.plan_runs
    ADD CONSTRAINT plan_run_pkey PRIMARY KEY (town_id, id);


--
-- Name: plans plan_version_once; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.plans
    ADD CONSTRAINT plan_version_once UNIQUE (town_id, day, version);


--
-- Name: ledger_postings posting_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ledger_postings
    ADD CONSTRAINT posting_pkey PRIMARY KEY (town_id, seq, "position");


--
-- Name: programmes programme_one_a_day; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.programmes
    ADD CONSTRAINT programme_one_a_day EXCLUDE USING gist (town_id WITH =, daterange(starts_on, ends_on, '[]'::text) WITH &&);


--
-- Name: programmes programme_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.programmes
    ADD CONSTRAINT programme_pkey PRIMARY KEY (town_id, id);


--
-- Name: programmes programme_version_once; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.programmes
    ADD CONSTRAINT programme_version_once UNIQUE (town_id, name, version);


--
-- Name: recipients recipient_once; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.recipients
    ADD CONSTRAINT recipient_once UNIQUE (town_id, key);


--
-- Name: recipients recipient_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.recipients
    ADD CONSTRAINT recipient_pkey PRIMARY KEY (town_id, id);


--
-- Name: rounds round_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.rounds
    ADD CONSTRAINT round_pkey PRIMARY KEY (town_id, id);


--
-- Name: rounds round_vehicle_once; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.rounds
    ADD CONSTRAINT round_vehicle_once EXCLUDE USING gist (town_id WITH =, vehicle_id WITH =, tstzrange(departs_at, returns_at) WITH &&) WHERE ((state <> 'draft'::text));


--
-- Name: shops shop_code_once; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.shops
    ADD CONSTRAINT shop_code_once UNIQUE (town_id, code);


--
-- Name: shops shop_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.shops
    ADD CONSTRAINT shop_pkey PRIMARY KEY (town_id, id);


--
-- Name: slots slot_once; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.slots
    ADD CONSTRAINT slot_once UNIQUE (town_id, kind, starts_at);


--
-- Name: slots slot_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.slots
    ADD CONSTRAINT slot_pkey PRIMARY KEY (town_id, id);


--
-- Name: statements statement_month_once; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.statements
    ADD CONSTRAINT statement_month_once UNIQUE (town_id, programme_id, month);


--
-- Name: statements statement_number_once; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.statements
    ADD CONSTRAINT statement_number_once UNIQUE (town_id, number);


--
-- Name: statements statement_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.statements
    ADD CONSTRAINT statement_pkey PRIMARY KEY (town_id, id);


--
-- Name: stops stop_once; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.stops
    ADD CONSTRAINT stop_once UNIQUE (town_id, round_id, "position");


--
-- Name: stops stop_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.stops
    ADD CONSTRAINT stop_pkey PRIMARY KEY (town_id, id);


--
-- Name: subsidies subsidy_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.subsidies
    ADD CONSTRAINT subsidy_pkey PRIMARY KEY (town_id, delivery_id);


--
-- Name: tasks task_once; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tasks
    ADD CONSTRAINT task_once UNIQUE (town_id, round_id, "position");


--
-- Name: task_orders task_order_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.task_orders
    ADD CONSTRAINT task_order_pkey PRIMARY KEY (town_id, task_id, order_id);


--
-- Name: tasks task_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tasks
    ADD CONSTRAINT task_pkey PRIMARY KEY (town_id, id);


--
-- Name: towns town_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.towns
    ADD CONSTRAINT town_pkey PRIMARY KEY (id);


--
-- Name: towns town_slug_once; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.towns
    ADD CONSTRAINT town_slug_once UNIQUE (slug);


--
-- Name: unserved unserved_once; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.unserved
    ADD CONSTRAINT unserved_once PRIMARY KEY (town_id, plan_id, delivery_id);


--
-- Name: vehicles vehicle_name_once; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.vehicles
    ADD CONSTRAINT vehicle_name_once UNIQUE (town_id, name);


--
-- Name: vehicles vehicle_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.vehicles
    ADD CONSTRAINT vehicle_pkey PRIMARY KEY (town_id, id);


--
-- Name: zones zone_code_once; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.zones
    ADD CONSTRAINT zone_code_once UNIQUE (town_id, code);


--
-- Name: zones zone_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.zones
    ADD CONSTRAINT zone_pkey PRIMARY KEY (town_id, id);


--
-- Name: address_like; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX address_like ON public.addresses USING gin (key public.gin_trgm_ops);


--
-- Name: attempt_recent; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX attempt_recent ON public.code_attempts USING btree (town_id, delivery_id, order_id, at);


--
-- Name: delivery_by_proof; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX delivery_by_proof ON public.deliveries USING btree (town_id, proven_at) WHERE (proven_at IS NOT NULL);


--
-- Name: delivery_pool_once; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX delivery_pool_once ON public.deliveries USING btree (town_id, slot_id, recipient_id, place_key) WHERE (state = 'promised'::text);


--
-- Name: entry_by_delivery; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX entry_by_delivery ON public.ledger_entries USING btree (town_id, delivery_id) WHERE (delivery_id IS NOT NULL);


--
-- Name: event_by_round; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX event_by_round ON public.events USING btree (town_id, round_id);


--
-- Name: login_by_previous; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX login_by_previous ON public.logins USING btree (town_id, previous_sha256) WHERE (previous_sha256 IS NOT NULL);


--
-- Name: login_failure_by_address; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX login_failure_by_address ON public.login_failures USING btree (town_id, address, at);


--
-- Name: login_failure_by_email; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX login_failure_by_email ON public.login_failures USING btree (town_id, email_sha256, at);


--
-- Name: order_by_delivery; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX order_by_delivery ON public.orders USING btree (town_id, delivery_id);


--
-- Name: order_by_shop; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX order_by_shop ON public.orders USING btree (town_id, shop_id, state);


--
-- Name: order_event_by_order; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX order_event_by_order ON public.order_events USING btree (town_id, order_id);


--
-- Name: parcel_by_order; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX parcel_by_order ON public.parcels USING btree (town_id, order_id);


--
-- Name: plan_run_by_day; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX plan_run_by_day ON public.plan_runs USING btree (town_id, day, id);


--
-- Name: plan_run_once; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX plan_run_once ON public.plan_runs USING btree (town_id, day) WHERE (state = ANY (ARRAY['waiting'::text, 'running'::text]));


--
-- Name: subsidy_by_household; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX subsidy_by_household ON public.subsidies USING btree (town_id, programme_id, household, month);


--
-- Name: task_by_delivery; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX task_by_delivery ON public.tasks USING btree (town_id, delivery_id);


--
-- Name: ledger_entries entry_balanced; Type: TRIGGER; Schema: public; Owner: -
--

CREATE CONSTRAINT TRIGGER entry_balanced AFTER INSERT ON public.ledger_entries DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.refuse_unbalanced_entry();


--
-- Name: ledger_postings posting_balanced; Type: TRIGGER; Schema: public; Owner: -
--

CREATE CONSTRAINT TRIGGER posting_balanced AFTER INSERT ON public.ledger_postings DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.refuse_unbalanced_entry();


--
-- Name: account_links account_link_account; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.account_links
    ADD CONSTRAINT account_link_account FOREIGN KEY (town_id, account_id) REFERENCES public.accounts(town_id, id) ON DELETE CASCADE;


--
-- Name: accounts account_shop; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT account_shop FOREIGN KEY (town_id, shop_id) REFERENCES public.shops(town_id, id);


--
-- Name: accounts account_town; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT account_town FOREIGN KEY (town_id) REFERENCES public.towns(id);


--
-- Name: accounts account_vehicle; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT account_vehicle FOREIGN KEY (town_id, vehicle_id) REFERENCES public.vehicles(town_id, id);


--
-- Name: addresses address_town; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.addresses
    ADD CONSTRAINT address_town FOREIGN KEY (town_id) REFERENCES public.towns(id);


--
-- Name: answers answer_channel; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.answers
    ADD CONSTRAINT answer_channel FOREIGN KEY (town_id, channel_id) REFERENCES public.channels(town_id, id);


--
-- Name: code_attempts attempt_delivery; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.code_attempts
    ADD CONSTRAINT attempt_delivery FOREIGN KEY (town_id, delivery_id) REFERENCES public.deliveries(town_id, id);


--
-- Name: code_attempts attempt_order; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.code_attempts
    ADD CONSTRAINT attempt_order FOREIGN KEY (town_id, order_id) REFERENCES public.orders(town_id, id);


--
-- Name: channels channel_shop; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.channels
    ADD CONSTRAINT channel_shop FOREIGN KEY (town_id, shop_id) REFERENCES public.shops(town_id, id);


--
-- Name: channels channel_town; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.channels
    ADD CONSTRAINT channel_town FOREIGN KEY (town_id) REFERENCES public.towns(id);


--
-- Name: day_links day_link_vehicle; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.day_links
    ADD CONSTRAINT day_link_vehicle FOREIGN KEY (town_id, vehicle_id) REFERENCES public.vehicles(town_id, id);


--
-- Name: deliveries delivery_recipient; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.deliveries
    ADD CONSTRAINT delivery_recipient FOREIGN KEY (town_id, recipient_id) REFERENCES public.recipients(town_id, id);


--
-- Name: deliveries delivery_slot; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.deliveries
    ADD CONSTRAINT delivery_slot FOREIGN KEY (town_id, slot_id) REFERENCES public.slots(town_id, id);


--
-- Name: deliveries delivery_town; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.deliveries
    ADD CONSTRAINT delivery_town FOREIGN KEY (town_id) REFERENCES public.towns(id);


--
-- Name: ledger_entries entry_delivery; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ledger_entries
    ADD CONSTRAINT entry_delivery FOREIGN KEY (town_id, delivery_id) REFERENCES public.deliveries(town_id, id);


--
-- Name: ledger_entries entry_statement; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ledger_entries
    ADD CONSTRAINT entry_statement FOREIGN KEY (town_id, statement_id) REFERENCES public.statements(town_id, id);


--
-- Name: envelopes envelope_programme; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.envelopes
    ADD CONSTRAINT envelope_programme FOREIGN KEY (town_id, programme_id) REFERENCES public.programmes(town_id, id);


--
-- Name: events event_round; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.events
    ADD CONSTRAINT event_round FOREIGN KEY (town_id, round_id) REFERENCES public.rounds(town_id, id);


--
-- Name: events event_task; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.events
    ADD CONSTRAINT event_task FOREIGN KEY (town_id, task_id) REFERENCES public.tasks(town_id, id);


--
-- Name: ledger_heads head_town; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ledger_heads
    ADD CONSTRAINT head_town FOREIGN KEY (town_id) REFERENCES public.towns(id);


--
-- Name: hubs hub_town; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.hubs
    ADD CONSTRAINT hub_town FOREIGN KEY (town_id) REFERENCES public.towns(id);


--
-- Name: keys key_town; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.keys
    ADD CONSTRAINT key_town FOREIGN KEY (town_id) REFERENCES public.towns(id);


--
-- Name: statement_lines line_delivery; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.statement_lines
    ADD CONSTRAINT line_delivery FOREIGN KEY (town_id, delivery_id) REFERENCES public.deliveries(town_id, id);


--
-- Name: statement_lines line_statement; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.statement_lines
    ADD CONSTRAINT line_statement FOREIGN KEY (town_id, statement_id) REFERENCES public.statements(town_id, id);


--
-- Name: logins login_account; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.logins
    ADD CONSTRAINT login_account FOREIGN KEY (town_id, account_id) REFERENCES public.accounts(town_id, id) ON DELETE CASCADE;


--
-- Name: login_failures login_failure_town; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.login_failures
    ADD CONSTRAINT login_failure_town FOREIGN KEY (town_id) REFERENCES public.towns(id);


--
-- Name: logins login_town; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.logins
    ADD CONSTRAINT login_town FOREIGN KEY (town_id) REFERENCES public.towns(id);


--
-- Name: logins login_vehicle; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.logins
    ADD CONSTRAINT login_vehicle FOREIGN KEY (town_id, vehicle_id) REFERENCES public.vehicles(town_id, id);


--
-- Name: shop_openings opening_shop; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.shop_openings
    ADD CONSTRAINT opening_shop FOREIGN KEY (town_id, shop_id) REFERENCES public.shops(town_id, id) ON DELETE CASCADE;


--
-- Name: orders order_channel; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT order_channel FOREIGN KEY (town_id, channel_id) REFERENCES public.channels(town_id, id);


--
-- Name: orders order_delivery; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT order_delivery FOREIGN KEY (town_id, delivery_id) REFERENCES public.deliveries(town_id, id);


--
-- Name: order_events order_event_order; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.order_events
    ADD CONSTRAINT order_event_order FOREIGN KEY (town_id, order_id) REFERENCES public.orders(town_id, id);


--
-- Name: orders order_recipient; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT order_recipient FOREIGN KEY (town_id, recipient_id) REFERENCES public.recipients(town_id, id);


--
-- Name: orders order_shop; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT order_shop FOREIGN KEY (town_id, shop_id) REFERENCES public.shops(town_id, id);


--
-- Name: orders order_town; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT order_town FOREIGN KEY (town_id) REFERENCES public.towns(id);


--
-- Name: parcels parcel_order; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.parcels
    ADD CONSTRAINT parcel_order FOREIGN KEY (town_id, order_id) REFERENCES public.orders(town_id, id) ON DELETE CASCADE;


--
-- Name: vehicle_periods period_vehicle; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.vehicle_periods
    ADD CONSTRAINT period_vehicle FOREIGN KEY (town_id, vehicle_id) REFERENCES public.vehicles(town_id, id) ON DELETE CASCADE;


--
-- Name: plan_runs plan_run_town; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.plan_runs
    ADD CONSTRAINT plan_run_town FOREIGN KEY (town_id) REFERENCES public.towns(id);


--
-- Name: plans plan_town; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.plans
    ADD CONSTRAINT plan_town FOREIGN KEY (town_id) REFERENCES public.towns(id);


--
-- Name: ledger_postings posting_entry; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ledger_postings
    ADD CONSTRAINT posting_entry FOREIGN KEY (town_id, seq) REFERENCES public.ledger_entries(town_id, seq);


--
-- Name: ledger_postings posting_envelope; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ledger_postings
    ADD CONSTRAINT posting_envelope FOREIGN KEY (town_id, envelope_id) REFERENCES public.envelopes(town_id, id);


--
-- Name: programmes programme_town; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.programmes
    ADD CONSTRAINT programme_town FOREIGN KEY (town_id) REFERENCES public.towns(id);


--
-- Name: recipients recipient_town; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.recipients
    ADD CONSTRAINT recipient_town FOREIGN KEY (town_id) REFERENCES public.towns(id);


--
-- Name: rounds round_plan; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.rounds
    ADD CONSTRAINT round_plan FOREIGN KEY (town_id, plan_id) REFERENCES public.plans(town_id, id) ON DELETE CASCADE;


--
-- Name: rounds round_vehicle; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.rounds
    ADD CONSTRAINT round_vehicle FOREIGN KEY (town_id, vehicle_id) REFERENCES public.vehicles(town_id, id);


--
-- Name: shops shop_town; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.shops
    ADD CONSTRAINT shop_town FOREIGN KEY (town_id) REFERENCES public.towns(id);


--
-- Name: slots slot_town; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.slots
    ADD CONSTRAINT slot_town FOREIGN KEY (town_id) REFERENCES public.towns(id);


--
-- Name: statements statement_programme; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.statements
    ADD CONSTRAINT statement_programme FOREIGN KEY (town_id, programme_id) REFERENCES public.programmes(town_id, id);


--
-- Name: stops stop_round; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.stops
    ADD CONSTRAINT stop_round FOREIGN KEY (town_id, round_id) REFERENCES public.rounds(town_id, id) ON DELETE CASCADE;


--
-- Name: subsidies subsidy_delivery; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.subsidies
    ADD CONSTRAINT subsidy_delivery FOREIGN KEY (town_id, delivery_id) REFERENCES public.deliveries(town_id, id);


--
-- Name: subsidies subsidy_envelope; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.subsidies
    ADD CONSTRAINT subsidy_envelope FOREIGN KEY (town_id, envelope_id) REFERENCES public.envelopes(town_id, id);


--
-- Name: subsidies subsidy_programme; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.subsidies
    ADD CONSTRAINT subsidy_programme FOREIGN KEY (town_id, programme_id) REFERENCES public.programmes(town_id, id);


--
-- Name: tasks task_delivery; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tasks
    ADD CONSTRAINT task_delivery FOREIGN KEY (town_id, delivery_id) REFERENCES public.deliveries(town_id, id);


--
-- Name: task_orders task_order_order; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.task_orders
    ADD CONSTRAINT task_order_order FOREIGN KEY (town_id, order_id) REFERENCES public.orders(town_id, id);


--
-- Name: task_orders task_order_task; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.task_orders
    ADD CONSTRAINT task_order_task FOREIGN KEY (town_id, task_id) REFERENCES public.tasks(town_id, id) ON DELETE CASCADE;


--
-- Name: tasks task_round; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tasks
    ADD CONSTRAINT task_round FOREIGN KEY (town_id, round_id) REFERENCES public.rounds(town_id, id) ON DELETE CASCADE;


--
-- Name: tasks task_stop; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tasks
    ADD CONSTRAINT task_stop FOREIGN KEY (town_id, stop_id) REFERENCES public.stops(town_id, id) ON DELETE CASCADE;


--
-- Name: unserved unserved_delivery; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.unserved
    ADD CONSTRAINT unserved_delivery FOREIGN KEY (town_id, delivery_id) REFERENCES public.deliveries(town_id, id);


--
-- Name: unserved unserved_plan; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.unserved
    ADD CONSTRAINT unserved_plan FOREIGN KEY (town_id, plan_id) REFERENCES public.plans(town_id, id) ON DELETE CASCADE;


--
-- Name: vehicles vehicle_town; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.vehicles
    ADD CONSTRAINT vehicle_town FOREIGN KEY (town_id) REFERENCES public.towns(id);


--
-- Name: zones zone_town; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.zones
    ADD CONSTRAINT zone_town FOREIGN KEY (town_id) REFERENCES public.towns(id);


--
-- Name: account_links; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.account_links ENABLE ROW LEVEL SECURITY;

--
-- Name: accounts; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.accounts ENABLE ROW LEVEL SECURITY;

--
-- Name: addresses; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.addresses ENABLE ROW LEVEL SECURITY;

--
-- Name: answers; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.answers ENABLE ROW LEVEL SECURITY;

--
-- Name: channels; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.channels ENABLE ROW LEVEL SECURITY;

--
-- Name: code_attempts; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.code_attempts ENABLE ROW LEVEL SECURITY;

--
-- Name: day_links; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.day_links ENABLE ROW LEVEL SECURITY;

--
-- Name: deliveries; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.deliveries ENABLE ROW LEVEL SECURITY;

--
-- Name: envelopes; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.envelopes ENABLE ROW LEVEL SECURITY;

--
-- Name: events; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.events ENABLE ROW LEVEL SECURITY;

--
-- Name: hubs; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.hubs ENABLE ROW LEVEL SECURITY;

--
-- Name: keys key_found; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY key_found ON public.keys FOR SELECT USING (true);


--
-- Name: keys key_made; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY key_made ON public.keys FOR INSERT WITH CHECK ((town_id = public.current_town()));


--
-- Name: keys key_revoked; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY key_revoked ON public.keys FOR UPDATE USING ((town_id = public.current_town()));


--
-- Name: keys; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.keys ENABLE ROW LEVEL SECURITY;

--
-- Name: ledger_entries; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.ledger_entries ENABLE ROW LEVEL SECURITY;

--
-- Name: ledger_heads; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.ledger_heads ENABLE ROW LEVEL SECURITY;

--
-- Name: ledger_postings; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.ledger_postings ENABLE ROW LEVEL SECURITY;

--
-- Name: login_failures; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.login_failures ENABLE ROW LEVEL SECURITY;

--
-- Name: logins; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.logins ENABLE ROW LEVEL SECURITY;

--
-- Name: order_events; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.order_events ENABLE ROW LEVEL SECURITY;

--
-- Name: orders; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.orders ENABLE ROW LEVEL SECURITY;

--
-- Name: parcels; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.parcels ENABLE ROW LEVEL SECURITY;

--
-- Name: plan_runs; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.plan_runs ENABLE ROW LEVEL SECURITY;

--
-- Name: plans; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.plans ENABLE ROW LEVEL SECURITY;

--
-- Name: programmes; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.programmes ENABLE ROW LEVEL SECURITY;

--
-- Name: recipients; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.recipients ENABLE ROW LEVEL SECURITY;

--
-- Name: rounds; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.rounds ENABLE ROW LEVEL SECURITY;

--
-- Name: shop_openings; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.shop_openings ENABLE ROW LEVEL SECURITY;

--
-- Name: shops; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.shops ENABLE ROW LEVEL SECURITY;

--
-- Name: slots; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.slots ENABLE ROW LEVEL SECURITY;

--
-- Name: statement_lines; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.statement_lines ENABLE ROW LEVEL SECURITY;

--
-- Name: statements; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.statements ENABLE ROW LEVEL SECURITY;

--
-- Name: stops; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.stops ENABLE ROW LEVEL SECURITY;

--
-- Name: subsidies; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.subsidies ENABLE ROW LEVEL SECURITY;

--
-- Name: task_orders; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.task_orders ENABLE ROW LEVEL SECURITY;

--
-- Name: tasks; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.tasks ENABLE ROW LEVEL SECURITY;

--
-- Name: towns town_added; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY town_added ON public.towns FOR INSERT WITH CHECK (true);


--
-- Name: towns town_changed; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY town_changed ON public.towns FOR UPDATE USING ((id = public.current_town()));


--
-- Name: towns town_found; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY town_found ON public.towns FOR SELECT USING (true);


--
-- Name: account_links town_scope; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY town_scope ON public.account_links USING ((town_id = public.current_town()));


--
-- Name: accounts town_scope; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY town_scope ON public.accounts USING ((town_id = public.current_town()));


--
-- Name: addresses town_scope; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY town_scope ON public.addresses USING ((town_id = public.current_town()));


--
-- Name: answers town_scope; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY town_scope ON public.answers USING ((town_id = public.current_town()));


--
-- Name: channels town_scope; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY town_scope ON public.channels USING ((town_id = public.current_town()));


--
-- Name: code_attempts town_scope; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY town_scope ON public.code_attempts USING ((town_id = public.current_town()));


--
-- Name: day_links town_scope; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY town_scope ON public.day_links USING ((town_id = public.current_town()));


--
-- Name: deliveries town_scope; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY town_scope ON public.deliveries USING ((town_id = public.current_town()));


--
-- Name: envelopes town_scope; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY town_scope ON public.envelopes USING ((town_id = public.current_town()));


--
-- Name: events town_scope; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY town_scope ON public.events USING ((town_id = public.current_town()));


--
-- Name: hubs town_scope; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY town_scope ON public.hubs USING ((town_id = public.current_town()));


--
-- Name: ledger_entries town_scope; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY town_scope ON public.ledger_entries USING ((town_id = public.current_town()));


--
-- Name: ledger_heads town_scope; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY town_scope ON public.ledger_heads USING ((town_id = public.current_town()));


--
-- Name: ledger_postings town_scope; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY town_scope ON public.ledger_postings USING ((town_id = public.current_town()));


--
-- Name: login_failures town_scope; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY town_scope ON public.login_failures USING ((town_id = public.current_town()));


--
-- Name: logins town_scope; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY town_scope ON public.logins USING ((town_id = public.current_town()));


--
-- Name: order_events town_scope; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY town_scope ON public.order_events USING ((town_id = public.current_town()));


--
-- Name: orders town_scope; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY town_scope ON public.orders USING ((town_id = public.current_town()));


--
-- Name: parcels town_scope; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY town_scope ON public.parcels USING ((town_id = public.current_town()));


--
-- Name: plan_runs town_scope; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY town_scope ON public.plan_runs USING ((town_id = public.current_town()));


--
-- Name: plans town_scope; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY town_scope ON public.plans USING ((town_id = public.current_town()));


--
-- Name: programmes town_scope; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY town_scope ON public.programmes USING ((town_id = public.current_town()));


--
-- Name: recipients town_scope; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY town_scope ON public.recipients USING ((town_id = public.current_town()));


--
-- Name: rounds town_scope; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY town_scope ON public.rounds USING ((town_id = public.current_town()));


--
-- Name: shop_openings town_scope; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY town_scope ON public.shop_openings USING ((town_id = public.current_town()));


--
-- Name: shops town_scope; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY town_scope ON public.shops USING ((town_id = public.current_town()));


--
-- Name: slots town_scope; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY town_scope ON public.slots USING ((town_id = public.current_town()));


--
-- Name: statement_lines town_scope; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY town_scope ON public.statement_lines USING ((town_id = public.current_town()));


--
-- Name: statements town_scope; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY town_scope ON public.statements USING ((town_id = public.current_town()));


--
-- Name: stops town_scope; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY town_scope ON public.stops USING ((town_id = public.current_town()));


--
-- Name: subsidies town_scope; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY town_scope ON public.subsidies USING ((town_id = public.current_town()));


--
-- Name: task_orders town_scope; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY town_scope ON public.task_orders USING ((town_id = public.current_town()));


--
-- Name: tasks town_scope; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY town_scope ON public.tasks USING ((town_id = public.current_town()));


--
-- Name: unserved town_scope; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY town_scope ON public.unserved USING ((town_id = public.current_town()));


--
-- Name: vehicle_periods town_scope; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY town_scope ON public.vehicle_periods USING ((town_id = public.current_town()));


--
-- Name: vehicles town_scope; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY town_scope ON public.vehicles USING ((town_id = public.current_town()));


--
-- Name: zones town_scope; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY town_scope ON public.zones USING ((town_id = public.current_town()));


--
-- Name: towns; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.towns ENABLE ROW LEVEL SECURITY;

--
-- Name: unserved; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.unserved ENABLE ROW LEVEL SECURITY;

--
-- Name: vehicle_periods; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.vehicle_periods ENABLE ROW LEVEL SECURITY;

--
-- Name: vehicles; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.vehicles ENABLE ROW LEVEL SECURITY;

--
-- Name: zones; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.zones ENABLE ROW LEVEL SECURITY;

--
-- Name: TABLE account_links; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.account_links TO colporteur_app;


--
-- Name: TABLE accounts; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.accounts TO colporteur_app;


--
-- Name: TABLE addresses; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.addresses TO colporteur_app;


--
-- Name: TABLE answers; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.answers TO colporteur_app;


--
-- Name: TABLE channels; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.channels TO colporteur_app;


--
-- Name: TABLE code_attempts; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT ON TABLE public.code_attempts TO colporteur_app;


--
-- Name: TABLE day_links; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.day_links TO colporteur_app;


--
-- Name: TABLE deliveries; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.deliveries TO colporteur_app;


--
-- Name: TABLE envelopes; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,UPDATE ON TABLE public.envelopes TO colporteur_app;


--
-- Name: TABLE events; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT ON TABLE public.events TO colporteur_app;


--
-- Name: TABLE hubs; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.hubs TO colporteur_app;


--
-- Name: TABLE keys; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT ON TABLE public.keys TO colporteur_app;


--
-- Name: COLUMN keys.revoked_at; Type: ACL; Schema: public; Owner: -
--

GRANT UPDATE(revoked_at) ON TABLE public.keys TO colporteur_app;


--
-- Name: TABLE ledger_entries; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT ON TABLE public.ledger_entries TO colporteur_app;


--
-- Name: TABLE ledger_heads; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,UPDATE ON TABLE public.ledger_heads TO colporteur_app;


--
-- Name: TABLE ledger_postings; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT ON TABLE public.ledger_postings TO colporteur_app;


--
-- Name: TABLE login_failures; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.login_failures TO colporteur_app;


--
-- Name: TABLE logins; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.logins TO colporteur_app;


--
-- Name: TABLE migrations; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.migrations TO colporteur_app;


--
-- Name: TABLE order_events; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT ON TABLE public.order_events TO colporteur_app;


--
-- Name: TABLE orders; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.orders TO colporteur_app;


--
-- Name: TABLE parcels; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.parcels TO colporteur_app;


--
-- Name: TABLE plan_runs; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.plan_runs TO colporteur_app;


--
-- Name: TABLE plans; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.plans TO colporteur_app;


--
-- Name: TABLE programmes; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT ON TABLE public.programmes TO colporteur_app;


--
-- Name: TABLE recipients; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.recipients TO colporteur_app;


--
-- Name: TABLE rounds; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rounds TO colporteur_app;


--
-- Name: TABLE shop_openings; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.shop_openings TO colporteur_app;


--
-- Name: TABLE shops; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.shops TO colporteur_app;


--
-- Name: TABLE slots; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.slots TO colporteur_app;


--
-- Name: TABLE statement_lines; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT ON TABLE public.statement_lines TO colporteur_app;


--
-- Name: COLUMN statement_lines.state; Type: ACL; Schema: public; Owner: -
--

GRANT UPDATE(state) ON TABLE public.statement_lines TO colporteur_app;


--
-- Name: TABLE statements; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT ON TABLE public.statements TO colporteur_app;


--
-- Name: COLUMN statements.state; Type: ACL; Schema: public; Owner: -
--

GRANT UPDATE(state) ON TABLE public.statements TO colporteur_app;


--
-- Name: COLUMN statements.head_sha256; Type: ACL; Schema: public; Owner: -
--

GRANT UPDATE(head_sha256) ON TABLE public.statements TO colporteur_app;


--
-- Name: TABLE stops; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.stops TO colporteur_app;


--
-- Name: TABLE subsidies; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,UPDATE ON TABLE public.subsidies TO colporteur_app;


--
-- Name: TABLE task_orders; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.task_orders TO colporteur_app;


--
-- Name: TABLE tasks; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.tasks TO colporteur_app;


--
-- Name: TABLE towns; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,UPDATE ON TABLE public.towns TO colporteur_app;


--
-- Name: TABLE unserved; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.unserved TO colporteur_app;


--
-- Name: TABLE vehicle_periods; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.vehicle_periods TO colporteur_app;


--
-- Name: TABLE vehicles; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.vehicles TO colporteur_app;


--
-- Name: TABLE zones; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.zones TO colporteur_app;


--
-- PostgreSQL database dump complete
--

\unrestrict colporteur
