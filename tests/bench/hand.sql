-- SPDX-License-Identifier: EUPL-1.2
-- The hand-written baseline on PostgreSQL: what a careful programmer would write for one kind of right,
-- without rules, roles, history or settlement. Set-based: one call redeems any number.

CREATE TABLE right_pot (
  right_id uuid PRIMARY KEY, credits bigint NOT NULL, debits bigint NOT NULL DEFAULT 0, CHECK (debits <= credits)
) WITH (fillfactor = 70);

CREATE TABLE code (
  token_id bytea PRIMARY KEY, right_id uuid NOT NULL REFERENCES right_pot, expires_at timestamptz NOT NULL,
  number int UNIQUE
);

CREATE TABLE owed (provider_id int PRIMARY KEY, credits bigint NOT NULL DEFAULT 0) WITH (fillfactor = 10);

CREATE TABLE redemption (
  id uuid PRIMARY KEY, right_id uuid NOT NULL, provider_id int NOT NULL, service text NOT NULL, minutes int NOT NULL,
  cents bigint NOT NULL, left_cents bigint NOT NULL, fingerprint bytea NOT NULL, at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL
);
CREATE INDEX redemption_right ON redemption (right_id, at);

CREATE TABLE entry (
  redemption_id uuid PRIMARY KEY, right_id uuid NOT NULL, provider_id int NOT NULL, cents bigint NOT NULL,
  at timestamptz NOT NULL
);

CREATE FUNCTION redeem(ids uuid[], tokens bytea[], providers int[], prices bigint[])
RETURNS TABLE (redeemed_id uuid, cents_left bigint) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM right_pot AS p
    WHERE p.right_id IN (SELECT c.right_id FROM code AS c WHERE c.token_id = ANY (tokens))
    ORDER BY p.right_id FOR UPDATE;
  RETURN QUERY
  WITH asked AS (
    SELECT * FROM unnest(ids, tokens, providers, prices) WITH ORDINALITY AS t (id, token, provider_id, cents, place)
  ), judged AS (
    SELECT a.id, c.right_id, a.provider_id, a.cents,
      (p.credits - p.debits - sum(a.cents) OVER (PARTITION BY c.right_id ORDER BY a.place))::bigint AS left_after
    FROM asked AS a JOIN code AS c ON c.token_id = a.token AND c.expires_at > now() JOIN right_pot AS p USING (right_id)
    WHERE NOT EXISTS (SELECT 1 FROM redemption AS r WHERE r.id = a.id)
  ), passed AS (
    SELECT * FROM judged WHERE left_after >= 0
  ), redeemed AS (
    INSERT INTO redemption
    SELECT id, right_id, provider_id, '01A04', 60, cents, left_after, sha256(uuid_send(id)), now(), now() FROM passed
  ), booked AS (
    INSERT INTO entry SELECT id, right_id, provider_id, cents, now() FROM passed
  ), taken AS (
    UPDATE right_pot AS p SET debits = p.debits + s.cents
    FROM (SELECT right_id, sum(cents)::bigint AS cents FROM passed GROUP BY right_id) AS s WHERE p.right_id = s.right_id
  ), owing AS (
    UPDATE owed AS o SET credits = o.credits + s.cents
    FROM (SELECT provider_id, sum(cents)::bigint AS cents FROM passed GROUP BY provider_id ORDER BY provider_id) AS s
    WHERE o.provider_id = s.provider_id
  )
  SELECT id, left_after FROM passed;
END $$;
