CREATE TABLE access_log (
  municipality_id TEXT NOT NULL,
  id UUID NOT NULL,
  actor_id UUID NOT NULL,
  action TEXT NOT NULL,
  person_id UUID,
  purpose TEXT NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_access_log PRIMARY KEY (municipality_id, id)
)

CREATE INDEX ix_access_log_person ON access_log (municipality_id, person_id)

CREATE TABLE entry (
  municipality_id TEXT NOT NULL,
  id UUID NOT NULL,
  kind TEXT NOT NULL,
  debit_account_id UUID NOT NULL,
  credit_account_id UUID NOT NULL,
  unit TEXT NOT NULL,
  amount BIGINT NOT NULL,
  cause_id UUID NOT NULL,
  line BIGINT NOT NULL,
  reverses_id UUID,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  actor_id UUID NOT NULL,
  CONSTRAINT pk_entry PRIMARY KEY (municipality_id, id),
  CONSTRAINT ck_entry_amount_positive CHECK (amount > 0),
  CONSTRAINT ck_entry_two_accounts CHECK (debit_account_id <> credit_account_id)
)

CREATE INDEX ix_entry_cause ON entry (municipality_id, cause_id)

CREATE INDEX ix_entry_funded ON entry (municipality_id, credit_account_id) WHERE kind IN ('fund', 'fund_back')

CREATE INDEX ix_entry_owed ON entry (municipality_id, credit_account_id) WHERE unit = 'eurocent' AND kind IN ('redeem', 'capture')

CREATE INDEX ix_entry_reverses ON entry (municipality_id, reverses_id) WHERE reverses_id IS NOT NULL

CREATE INDEX ix_entry_taken_back ON entry (municipality_id, debit_account_id) WHERE unit = 'eurocent' AND kind IN ('reverse', 'term_back', 'interest')

CREATE UNIQUE INDEX uq_entry_reverses ON entry (municipality_id, reverses_id) WHERE reverses_id IS NOT NULL AND kind <> 'reverse'

CREATE TABLE municipality (
  municipality_id TEXT NOT NULL,
  name TEXT NOT NULL,
  debtor_name TEXT NOT NULL,
  debtor_iban TEXT NOT NULL,
  tax_number TEXT NOT NULL,
  sample_bps BIGINT NOT NULL,
  account_wait_days BIGINT NOT NULL,
  payments_per_file BIGINT NOT NULL,
  payment_file_version TEXT NOT NULL,
  run_plan JSONB NOT NULL,
  grant_alone_cents BIGINT,
  letter_address JSONB NOT NULL,
  letter_web TEXT NOT NULL,
  letter_phone TEXT NOT NULL,
  pages_address TEXT NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_municipality PRIMARY KEY (municipality_id),
  CONSTRAINT ck_municipality_cbs_code CHECK (length(municipality_id) = 4)
)

CREATE TABLE open_item (
  municipality_id TEXT NOT NULL,
  entry_id UUID NOT NULL,
  origin_id UUID NOT NULL,
  provider_id UUID NOT NULL,
  account_id UUID NOT NULL,
  cents BIGINT NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  run_id UUID,
  CONSTRAINT pk_open_item PRIMARY KEY (municipality_id, entry_id)
)

CREATE INDEX ix_open_item_origin ON open_item (municipality_id, origin_id)

CREATE INDEX ix_open_item_provider ON open_item (municipality_id, provider_id)

CREATE INDEX ix_open_item_run ON open_item (municipality_id, run_id, provider_id)

CREATE TABLE redemption (
  municipality_id TEXT NOT NULL,
  id UUID NOT NULL,
  entitlement_id UUID NOT NULL,
  entitlement_version BIGINT NOT NULL,
  programme_version BIGINT NOT NULL,
  provider_id UUID NOT NULL,
  code_id UUID,
  claim_id UUID,
  claim_line BIGINT,
  reserved BOOLEAN NOT NULL,
  service_day DATE NOT NULL,
  price_cents BIGINT NOT NULL,
  remaining_cents BIGINT,
  remaining_quantity BIGINT,
  fingerprint BYTEA NOT NULL,
  actor_id UUID NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_redemption PRIMARY KEY (municipality_id, id)
)

CREATE INDEX ix_redemption_claim ON redemption (municipality_id, claim_id) WHERE claim_id IS NOT NULL

CREATE INDEX ix_redemption_provider ON redemption (municipality_id, provider_id, id)

CREATE INDEX ix_redemption_use ON redemption (municipality_id, entitlement_id, service_day)

CREATE TABLE redemption_line (
  municipality_id TEXT NOT NULL,
  redemption_id UUID NOT NULL,
  line BIGINT NOT NULL,
  service TEXT NOT NULL,
  unit TEXT NOT NULL,
  quantity BIGINT NOT NULL,
  price_cents BIGINT NOT NULL,
  agreement_id UUID NOT NULL,
  agreement_version BIGINT NOT NULL,
  CONSTRAINT pk_redemption_line PRIMARY KEY (municipality_id, redemption_id, line)
)

CREATE TABLE account (
  municipality_id TEXT NOT NULL,
  id UUID NOT NULL,
  kind TEXT NOT NULL,
  owner_id UUID NOT NULL,
  unit TEXT NOT NULL,
  stripe BIGINT NOT NULL,
  bound TEXT NOT NULL,
  debits BIGINT NOT NULL,
  credits BIGINT NOT NULL,
  CONSTRAINT pk_account PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_account_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (municipality_id),
  CONSTRAINT uq_account_municipality_id_owner_id_kind_unit_stripe UNIQUE (municipality_id, owner_id, kind, unit, stripe),
  CONSTRAINT ck_account_counters_grow CHECK (debits >= 0 AND credits >= 0),
  CONSTRAINT ck_account_not_below_zero CHECK (bound <> 'at_least_zero' OR debits <= credits),
  CONSTRAINT ck_account_not_above_zero CHECK (bound <> 'at_most_zero' OR credits <= debits)
)

CREATE TABLE actor (
  municipality_id TEXT NOT NULL,
  id UUID NOT NULL,
  name TEXT NOT NULL,
  provider_id UUID,
  person_id UUID,
  identity TEXT,
  disabled_at TIMESTAMP WITH TIME ZONE,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_actor PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_actor_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (municipality_id)
)

CREATE INDEX ix_actor_identity ON actor (municipality_id, identity)

CREATE TABLE approval (
  municipality_id TEXT NOT NULL,
  id UUID NOT NULL,
  kind TEXT NOT NULL,
  entitlement_id UUID NOT NULL,
  content JSONB NOT NULL,
  fingerprint BYTEA NOT NULL,
  cents BIGINT NOT NULL,
  limit_cents BIGINT NOT NULL,
  allocation_number BIGINT,
  actor_id UUID NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_approval PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_approval_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (municipality_id)
)

CREATE INDEX ix_approval_allocation ON approval (municipality_id, allocation_number)

CREATE TABLE bank_message (
  municipality_id TEXT NOT NULL,
  id UUID NOT NULL,
  kind TEXT NOT NULL,
  message_id TEXT NOT NULL,
  sha256 BYTEA NOT NULL,
  actor_id UUID NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_bank_message PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_bank_message_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (municipality_id),
  CONSTRAINT uq_bank_message_municipality_id_sha256 UNIQUE (municipality_id, sha256)
)

CREATE TABLE code_key (
  municipality_id TEXT NOT NULL,
  key_id BYTEA NOT NULL,
  public_key BYTEA NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  retired_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_code_key PRIMARY KEY (municipality_id, key_id),
  CONSTRAINT fk_code_key_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (municipality_id)
)

CREATE TABLE edition (
  municipality_id TEXT NOT NULL,
  edition UUID NOT NULL,
  CONSTRAINT pk_edition PRIMARY KEY (municipality_id),
  CONSTRAINT fk_edition_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (municipality_id)
)

CREATE TABLE follow_up (
  municipality_id TEXT NOT NULL,
  id UUID NOT NULL,
  redemption_id UUID NOT NULL,
  kind TEXT NOT NULL,
  taken_back_cents BIGINT NOT NULL,
  standing_cents BIGINT NOT NULL,
  reason TEXT NOT NULL,
  fingerprint BYTEA NOT NULL,
  actor_id UUID NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_follow_up PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_follow_up_municipality_id_redemption_id FOREIGN KEY(municipality_id, redemption_id) REFERENCES redemption (municipality_id, id)
)

CREATE INDEX ix_follow_up_redemption ON follow_up (municipality_id, redemption_id)

CREATE TABLE gathered (
  municipality_id TEXT NOT NULL,
  through UUID NOT NULL,
  CONSTRAINT pk_gathered PRIMARY KEY (municipality_id),
  CONSTRAINT fk_gathered_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (municipality_id)
)

CREATE TABLE job (
  municipality_id TEXT NOT NULL,
  id UUID NOT NULL,
  kind TEXT NOT NULL,
  subject_id UUID NOT NULL,
  asked JSONB NOT NULL,
  is_trial BOOLEAN NOT NULL,
  fingerprint BYTEA NOT NULL,
  actor_id UUID NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  tries BIGINT NOT NULL,
  started_at TIMESTAMP WITH TIME ZONE,
  done_count BIGINT NOT NULL,
  total_count BIGINT NOT NULL,
  finished_at TIMESTAMP WITH TIME ZONE,
  refusal JSONB,
  outcome JSONB NOT NULL,
  CONSTRAINT pk_job PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_job_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (municipality_id)
)

CREATE INDEX ix_job_actor ON job (municipality_id, actor_id, kind, id)

CREATE INDEX ix_job_open ON job (municipality_id, id) WHERE finished_at IS NULL

CREATE INDEX ix_job_subject ON job (municipality_id, subject_id, id)

CREATE TABLE person (
  municipality_id TEXT NOT NULL,
  id UUID NOT NULL,
  area TEXT,
  neighbourhood TEXT,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_person PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_person_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (municipality_id)
)

CREATE TABLE population_figure (
  municipality_id TEXT NOT NULL,
  id UUID NOT NULL,
  "group" TEXT NOT NULL,
  year BIGINT NOT NULL,
  persons BIGINT NOT NULL,
  actor_id UUID NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_population_figure PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_population_figure_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (municipality_id),
  CONSTRAINT ck_population_figure_not_negative CHECK (persons >= 0)
)

CREATE TABLE programme (
  municipality_id TEXT NOT NULL,
  id UUID NOT NULL,
  law TEXT NOT NULL,
  name TEXT NOT NULL,
  product_group TEXT,
  mode TEXT NOT NULL,
  published_version BIGINT,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_programme PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_programme_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (municipality_id),
  CONSTRAINT uq_programme_municipality_id_name UNIQUE (municipality_id, name)
)

CREATE TABLE provider (
  municipality_id TEXT NOT NULL,
  id UUID NOT NULL,
  kind TEXT NOT NULL,
  agb TEXT,
  kvk TEXT,
  trade_name TEXT NOT NULL,
  account_holder_name TEXT NOT NULL,
  iban TEXT NOT NULL,
  entered_by UUID NOT NULL,
  version BIGINT NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_provider PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_provider_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (municipality_id),
  CONSTRAINT uq_provider_municipality_id_agb UNIQUE (municipality_id, agb),
  CONSTRAINT ck_provider_agb_of_organisation CHECK (kind = 'helper' OR agb IS NOT NULL)
)

CREATE TABLE service (
  municipality_id TEXT NOT NULL,
  id UUID NOT NULL,
  law TEXT NOT NULL,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  measure TEXT NOT NULL,
  segment TEXT,
  product_group TEXT,
  version BIGINT NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_service PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_service_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (municipality_id),
  CONSTRAINT uq_service_municipality_id_law_code UNIQUE (municipality_id, law, code)
)

CREATE TABLE settlement_run (
  municipality_id TEXT NOT NULL,
  id UUID NOT NULL,
  until DATE NOT NULL,
  requested_on DATE NOT NULL,
  sample_bps BIGINT NOT NULL,
  sample_seed TEXT NOT NULL,
  fingerprint BYTEA NOT NULL,
  actor_id UUID NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_settlement_run PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_settlement_run_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (municipality_id)
)

CREATE TABLE statutory_rates (
  municipality_id TEXT NOT NULL,
  id UUID NOT NULL,
  steps JSONB NOT NULL,
  known_until DATE NOT NULL,
  source TEXT NOT NULL,
  actor_id UUID NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_statutory_rates PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_statutory_rates_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (municipality_id)
)

CREATE TABLE terms_computed (
  municipality_id TEXT NOT NULL,
  until DATE NOT NULL,
  through UUID NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_terms_computed PRIMARY KEY (municipality_id),
  CONSTRAINT fk_terms_computed_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (municipality_id)
)

CREATE TABLE account_change (
  municipality_id TEXT NOT NULL,
  id UUID NOT NULL,
  provider_id UUID NOT NULL,
  account_holder_name TEXT NOT NULL,
  iban TEXT NOT NULL,
  asked_by TEXT NOT NULL,
  asked_by_contact_id UUID,
  actor_id UUID NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_account_change PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_account_change_municipality_id_provider_id FOREIGN KEY(municipality_id, provider_id) REFERENCES provider (municipality_id, id)
)

CREATE INDEX ix_account_change_provider ON account_change (municipality_id, provider_id, id)

CREATE TABLE actor_role (
  municipality_id TEXT NOT NULL,
  actor_id UUID NOT NULL,
  role TEXT NOT NULL,
  CONSTRAINT pk_actor_role PRIMARY KEY (municipality_id, actor_id, role),
  CONSTRAINT fk_actor_role_municipality_id_actor_id FOREIGN KEY(municipality_id, actor_id) REFERENCES actor (municipality_id, id)
)

CREATE TABLE api_key (
  municipality_id TEXT NOT NULL,
  id UUID NOT NULL,
  actor_id UUID NOT NULL,
  digest BYTEA NOT NULL,
  revoked_at TIMESTAMP WITH TIME ZONE,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_api_key PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_api_key_municipality_id_actor_id FOREIGN KEY(municipality_id, actor_id) REFERENCES actor (municipality_id, id),
  CONSTRAINT uq_api_key_digest UNIQUE (digest)
)

CREATE INDEX ix_api_key_actor ON api_key (municipality_id, actor_id)

CREATE TABLE approval_decision (
  municipality_id TEXT NOT NULL,
  approval_id UUID NOT NULL,
  approved BOOLEAN NOT NULL,
  reason TEXT NOT NULL,
  actor_id UUID NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_approval_decision PRIMARY KEY (municipality_id, approval_id),
  CONSTRAINT fk_approval_decision_municipality_id_approval_id FOREIGN KEY(municipality_id, approval_id) REFERENCES approval (municipality_id, id)
)

CREATE TABLE bank_statement (
  municipality_id TEXT NOT NULL,
  id UUID NOT NULL,
  message_id UUID NOT NULL,
  kind TEXT NOT NULL,
  account_iban TEXT NOT NULL,
  statement_id TEXT NOT NULL,
  opening_cents BIGINT,
  closing_cents BIGINT,
  closed_on DATE,
  lines BIGINT NOT NULL,
  content_sha256 BYTEA NOT NULL,
  gap_accepted BOOLEAN NOT NULL,
  CONSTRAINT pk_bank_statement PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_bank_statement_municipality_id_message_id FOREIGN KEY(municipality_id, message_id) REFERENCES bank_message (municipality_id, id),
  CONSTRAINT uq_bank_statement_municipality_id_kind_account_iban_sta_f1a0 UNIQUE (municipality_id, kind, account_iban, statement_id)
)

CREATE INDEX ix_bank_statement_closed ON bank_statement (municipality_id, account_iban, closed_on)

CREATE INDEX ix_bank_statement_message ON bank_statement (municipality_id, message_id)

CREATE TABLE budget (
  municipality_id TEXT NOT NULL,
  id UUID NOT NULL,
  programme_id UUID NOT NULL,
  year BIGINT NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_budget PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_budget_municipality_id_programme_id FOREIGN KEY(municipality_id, programme_id) REFERENCES programme (municipality_id, id),
  CONSTRAINT uq_budget_municipality_id_programme_id_year UNIQUE (municipality_id, programme_id, year)
)

CREATE TABLE claim (
  municipality_id TEXT NOT NULL,
  id UUID NOT NULL,
  provider_id UUID NOT NULL,
  sha256 BYTEA NOT NULL,
  lines BIGINT NOT NULL,
  price_cents BIGINT NOT NULL,
  actor_id UUID NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_claim PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_claim_municipality_id_provider_id FOREIGN KEY(municipality_id, provider_id) REFERENCES provider (municipality_id, id),
  CONSTRAINT uq_claim_municipality_id_provider_id_sha256 UNIQUE (municipality_id, provider_id, sha256)
)

CREATE INDEX ix_claim_actor ON claim (municipality_id, actor_id, id)

CREATE TABLE contact (
  municipality_id TEXT NOT NULL,
  id UUID NOT NULL,
  version BIGINT NOT NULL,
  provider_id UUID NOT NULL,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  purposes JSONB NOT NULL,
  language TEXT NOT NULL,
  ended_at TIMESTAMP WITH TIME ZONE,
  actor_id UUID NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_contact PRIMARY KEY (municipality_id, id, version),
  CONSTRAINT fk_contact_municipality_id_provider_id FOREIGN KEY(municipality_id, provider_id) REFERENCES provider (municipality_id, id),
  CONSTRAINT ck_contact_language CHECK (language IN ('nl', 'en'))
)

CREATE INDEX ix_contact_provider ON contact (municipality_id, provider_id, id)

CREATE TABLE contract (
  municipality_id TEXT NOT NULL,
  id UUID NOT NULL,
  provider_id UUID NOT NULL,
  law TEXT NOT NULL,
  number TEXT NOT NULL,
  published_version BIGINT,
  withdrawn_at TIMESTAMP WITH TIME ZONE,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_contract PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_contract_municipality_id_provider_id FOREIGN KEY(municipality_id, provider_id) REFERENCES provider (municipality_id, id)
)

CREATE INDEX ix_contract_provider_id ON contract (provider_id)

CREATE UNIQUE INDEX uq_contract_number ON contract (municipality_id, number) WHERE withdrawn_at IS NULL

CREATE TABLE demand (
  municipality_id TEXT NOT NULL,
  id UUID NOT NULL,
  provider_id UUID NOT NULL,
  cents BIGINT NOT NULL,
  reference TEXT NOT NULL,
  sent_on DATE NOT NULL,
  due_on DATE NOT NULL,
  reason TEXT NOT NULL,
  budget_id UUID NOT NULL,
  fingerprint BYTEA NOT NULL,
  actor_id UUID NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_demand PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_demand_municipality_id_provider_id FOREIGN KEY(municipality_id, provider_id) REFERENCES provider (municipality_id, id),
  CONSTRAINT uq_demand_municipality_id_reference UNIQUE (municipality_id, reference),
  CONSTRAINT ck_demand_cents_positive CHECK (cents > 0)
)

CREATE INDEX ix_demand_provider ON demand (municipality_id, provider_id, id)

CREATE TABLE device (
  municipality_id TEXT NOT NULL,
  id UUID NOT NULL,
  provider_id UUID NOT NULL,
  name TEXT NOT NULL,
  digest BYTEA NOT NULL,
  recorded_by UUID NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  approved_by UUID,
  approved_at TIMESTAMP WITH TIME ZONE,
  revoked_by UUID,
  revoked_at TIMESTAMP WITH TIME ZONE,
  used_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_device PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_device_municipality_id_provider_id FOREIGN KEY(municipality_id, provider_id) REFERENCES provider (municipality_id, id),
  CONSTRAINT uq_device_municipality_id_digest UNIQUE (municipality_id, digest)
)

CREATE INDEX ix_device_provider ON device (municipality_id, provider_id)

CREATE TABLE device_rule (
  municipality_id TEXT NOT NULL,
  provider_id UUID NOT NULL,
  is_needed BOOLEAN NOT NULL,
  recorded_by UUID NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_device_rule PRIMARY KEY (municipality_id, provider_id),
  CONSTRAINT fk_device_rule_municipality_id_provider_id FOREIGN KEY(municipality_id, provider_id) REFERENCES provider (municipality_id, id)
)

CREATE TABLE identity_link (
  municipality_id TEXT NOT NULL,
  digest BYTEA NOT NULL,
  actor_id UUID NOT NULL,
  issuer TEXT NOT NULL,
  recorded_by UUID NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_identity_link PRIMARY KEY (municipality_id, digest),
  CONSTRAINT fk_identity_link_municipality_id_actor_id FOREIGN KEY(municipality_id, actor_id) REFERENCES actor (municipality_id, id)
)

CREATE INDEX ix_identity_link_actor ON identity_link (municipality_id, actor_id)

CREATE TABLE job_file (
  municipality_id TEXT NOT NULL,
  job_id UUID NOT NULL,
  number BIGINT NOT NULL,
  sealed BYTEA NOT NULL,
  CONSTRAINT pk_job_file PRIMARY KEY (municipality_id, job_id, number),
  CONSTRAINT fk_job_file_municipality_id_job_id FOREIGN KEY(municipality_id, job_id) REFERENCES job (municipality_id, id)
)

CREATE TABLE left_out (
  municipality_id TEXT NOT NULL,
  run_id UUID NOT NULL,
  entry_id UUID NOT NULL,
  provider_id UUID NOT NULL,
  cents BIGINT NOT NULL,
  reason TEXT NOT NULL,
  CONSTRAINT pk_left_out PRIMARY KEY (municipality_id, run_id, entry_id),
  CONSTRAINT fk_left_out_municipality_id_run_id FOREIGN KEY(municipality_id, run_id) REFERENCES settlement_run (municipality_id, id)
)

CREATE INDEX ix_left_out_provider ON left_out (municipality_id, provider_id, run_id)

CREATE TABLE letter_login (
  municipality_id TEXT NOT NULL,
  id UUID NOT NULL,
  person_id UUID NOT NULL,
  digest BYTEA NOT NULL,
  recorded_by UUID NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  revoked_at TIMESTAMP WITH TIME ZONE,
  one_time_digest BYTEA,
  one_time_until TIMESTAMP WITH TIME ZONE,
  asks BIGINT NOT NULL,
  ask_from TIMESTAMP WITH TIME ZONE,
  failures BIGINT NOT NULL,
  blocked_until TIMESTAMP WITH TIME ZONE,
  used_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_letter_login PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_letter_login_municipality_id_person_id FOREIGN KEY(municipality_id, person_id) REFERENCES person (municipality_id, id),
  CONSTRAINT uq_letter_login_municipality_id_digest UNIQUE (municipality_id, digest)
)

CREATE INDEX ix_letter_login_person ON letter_login (municipality_id, person_id)

CREATE TABLE line_mark (
  municipality_id TEXT NOT NULL,
  entry_id UUID NOT NULL,
  number BIGINT NOT NULL,
  run_id UUID NOT NULL,
  kind TEXT NOT NULL,
  reason TEXT,
  note TEXT NOT NULL,
  word BIGINT,
  actor_id UUID NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_line_mark PRIMARY KEY (municipality_id, entry_id, number),
  CONSTRAINT fk_line_mark_municipality_id_run_id FOREIGN KEY(municipality_id, run_id) REFERENCES settlement_run (municipality_id, id)
)

CREATE INDEX ix_line_mark_run ON line_mark (municipality_id, run_id)

CREATE TABLE link_try (
  municipality_id TEXT NOT NULL,
  person_id UUID NOT NULL,
  failures BIGINT NOT NULL,
  blocked_until TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_link_try PRIMARY KEY (municipality_id, person_id),
  CONSTRAINT fk_link_try_municipality_id_person_id FOREIGN KEY(municipality_id, person_id) REFERENCES person (municipality_id, id)
)

CREATE TABLE login_invitation (
  municipality_id TEXT NOT NULL,
  id UUID NOT NULL,
  digest BYTEA NOT NULL,
  actor_id UUID NOT NULL,
  login_name TEXT NOT NULL,
  recorded_by UUID NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  used_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_login_invitation PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_login_invitation_municipality_id_actor_id FOREIGN KEY(municipality_id, actor_id) REFERENCES actor (municipality_id, id),
  CONSTRAINT uq_login_invitation_digest UNIQUE (digest)
)

CREATE INDEX ix_login_invitation_actor ON login_invitation (municipality_id, actor_id)

CREATE TABLE mandate (
  municipality_id TEXT NOT NULL,
  id UUID NOT NULL,
  holder_id UUID NOT NULL,
  representative_id UUID NOT NULL,
  kind TEXT NOT NULL,
  valid_from DATE NOT NULL,
  valid_until DATE,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_mandate PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_mandate_municipality_id_holder_id FOREIGN KEY(municipality_id, holder_id) REFERENCES person (municipality_id, id),
  CONSTRAINT fk_mandate_municipality_id_representative_id FOREIGN KEY(municipality_id, representative_id) REFERENCES person (municipality_id, id)
)

CREATE INDEX ix_mandate_holder ON mandate (municipality_id, holder_id)

CREATE INDEX ix_mandate_representative ON mandate (municipality_id, representative_id)

CREATE TABLE payee_check (
  municipality_id TEXT NOT NULL,
  id UUID NOT NULL,
  provider_id UUID NOT NULL,
  account_holder_name TEXT NOT NULL,
  iban TEXT NOT NULL,
  outcome TEXT NOT NULL,
  name_at_bank TEXT,
  source TEXT NOT NULL,
  actor_id UUID NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_payee_check PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_payee_check_municipality_id_provider_id FOREIGN KEY(municipality_id, provider_id) REFERENCES provider (municipality_id, id)
)

CREATE INDEX ix_payee_check_blocking ON payee_check (municipality_id, provider_id) WHERE outcome IN ('no_match', 'not_payable')

CREATE INDEX ix_payee_check_provider ON payee_check (municipality_id, provider_id, id)

CREATE TABLE payment_file (
  municipality_id TEXT NOT NULL,
  run_id UUID NOT NULL,
  number BIGINT NOT NULL,
  message_id TEXT NOT NULL,
  count BIGINT NOT NULL,
  total_cents BIGINT NOT NULL,
  sha256 BYTEA NOT NULL,
  CONSTRAINT pk_payment_file PRIMARY KEY (municipality_id, run_id, number),
  CONSTRAINT fk_payment_file_municipality_id_run_id FOREIGN KEY(municipality_id, run_id) REFERENCES settlement_run (municipality_id, id),
  CONSTRAINT uq_payment_file_municipality_id_message_id UNIQUE (municipality_id, message_id)
)

CREATE TABLE programme_version (
  municipality_id TEXT NOT NULL,
  programme_id UUID NOT NULL,
  version BIGINT NOT NULL,
  restrictions JSONB NOT NULL,
  funding JSONB NOT NULL,
  confirmation JSONB NOT NULL,
  rate_ceilings JSONB NOT NULL,
  drafted_by UUID NOT NULL,
  published_at TIMESTAMP WITH TIME ZONE,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_programme_version PRIMARY KEY (municipality_id, programme_id, version),
  CONSTRAINT fk_programme_version_municipality_id_programme_id FOREIGN KEY(municipality_id, programme_id) REFERENCES programme (municipality_id, id)
)

CREATE TABLE refusal (
  municipality_id TEXT NOT NULL,
  id UUID NOT NULL,
  holder_id UUID NOT NULL,
  law TEXT NOT NULL,
  reference TEXT,
  asked TEXT NOT NULL,
  reason TEXT NOT NULL,
  decided_on DATE NOT NULL,
  actor_id UUID NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_refusal PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_refusal_municipality_id_holder_id FOREIGN KEY(municipality_id, holder_id) REFERENCES person (municipality_id, id)
)

CREATE INDEX ix_refusal_holder ON refusal (municipality_id, holder_id)

CREATE TABLE resident_word (
  municipality_id TEXT NOT NULL,
  entry_id UUID NOT NULL,
  number BIGINT NOT NULL,
  redemption_id UUID NOT NULL,
  line BIGINT NOT NULL,
  id UUID NOT NULL,
  kind TEXT NOT NULL,
  note TEXT NOT NULL,
  person_id UUID NOT NULL,
  told_by TEXT NOT NULL,
  was_settled BOOLEAN NOT NULL,
  fingerprint BYTEA NOT NULL,
  actor_id UUID NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_resident_word PRIMARY KEY (municipality_id, entry_id, number),
  CONSTRAINT fk_resident_word_municipality_id_redemption_id FOREIGN KEY(municipality_id, redemption_id) REFERENCES redemption (municipality_id, id),
  CONSTRAINT fk_resident_word_municipality_id_person_id FOREIGN KEY(municipality_id, person_id) REFERENCES person (municipality_id, id),
  CONSTRAINT uq_resident_word_municipality_id_id_line UNIQUE (municipality_id, id, line)
)

CREATE INDEX ix_resident_word_disputed ON resident_word (municipality_id, entry_id) WHERE kind = 'disputed'

CREATE INDEX ix_resident_word_redemption ON resident_word (municipality_id, redemption_id)

CREATE TABLE run_release (
  municipality_id TEXT NOT NULL,
  run_id UUID NOT NULL,
  debtor_name TEXT NOT NULL,
  debtor_iban TEXT NOT NULL,
  count BIGINT NOT NULL,
  total_cents BIGINT NOT NULL,
  files BIGINT NOT NULL,
  file_version TEXT NOT NULL,
  actor_id UUID NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_run_release PRIMARY KEY (municipality_id, run_id),
  CONSTRAINT fk_run_release_municipality_id_run_id FOREIGN KEY(municipality_id, run_id) REFERENCES settlement_run (municipality_id, id)
)

CREATE TABLE run_step (
  municipality_id TEXT NOT NULL,
  run_id UUID NOT NULL,
  number BIGINT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  actor_id UUID NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_run_step PRIMARY KEY (municipality_id, run_id, number),
  CONSTRAINT fk_run_step_municipality_id_run_id FOREIGN KEY(municipality_id, run_id) REFERENCES settlement_run (municipality_id, id)
)

CREATE TABLE settlement (
  municipality_id TEXT NOT NULL,
  id UUID NOT NULL,
  run_id UUID NOT NULL,
  provider_id UUID NOT NULL,
  owed_before_cents BIGINT NOT NULL,
  gross_cents BIGINT NOT NULL,
  set_off_cents BIGINT NOT NULL,
  net_cents BIGINT NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_settlement PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_settlement_municipality_id_run_id FOREIGN KEY(municipality_id, run_id) REFERENCES settlement_run (municipality_id, id),
  CONSTRAINT fk_settlement_municipality_id_provider_id FOREIGN KEY(municipality_id, provider_id) REFERENCES provider (municipality_id, id),
  CONSTRAINT uq_settlement_municipality_id_run_id_provider_id UNIQUE (municipality_id, run_id, provider_id)
)

CREATE INDEX ix_settlement_provider ON settlement (municipality_id, provider_id, id)

CREATE TABLE taken_back (
  municipality_id TEXT NOT NULL,
  follow_up_id UUID NOT NULL,
  line BIGINT NOT NULL,
  redemption_id UUID NOT NULL,
  kind TEXT NOT NULL,
  turn BIGINT NOT NULL,
  quantity BIGINT NOT NULL,
  price_cents BIGINT NOT NULL,
  CONSTRAINT pk_taken_back PRIMARY KEY (municipality_id, follow_up_id, line),
  CONSTRAINT fk_taken_back_municipality_id_follow_up_id FOREIGN KEY(municipality_id, follow_up_id) REFERENCES follow_up (municipality_id, id),
  CONSTRAINT uq_taken_back_municipality_id_redemption_id_line_kind_turn UNIQUE (municipality_id, redemption_id, line, kind, turn),
  CONSTRAINT ck_taken_back_not_negative CHECK (quantity >= 0 AND price_cents >= 0)
)

CREATE TABLE unsettled (
  municipality_id TEXT NOT NULL,
  run_id UUID NOT NULL,
  provider_id UUID NOT NULL,
  lines BIGINT NOT NULL,
  cents BIGINT NOT NULL,
  owed_cents BIGINT NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_unsettled PRIMARY KEY (municipality_id, run_id, provider_id),
  CONSTRAINT fk_unsettled_municipality_id_run_id FOREIGN KEY(municipality_id, run_id) REFERENCES settlement_run (municipality_id, id),
  CONSTRAINT fk_unsettled_municipality_id_provider_id FOREIGN KEY(municipality_id, provider_id) REFERENCES provider (municipality_id, id)
)

CREATE INDEX ix_unsettled_provider ON unsettled (municipality_id, provider_id, run_id)

CREATE TABLE vault_index (
  municipality_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  digest BYTEA NOT NULL,
  person_id UUID NOT NULL,
  CONSTRAINT pk_vault_index PRIMARY KEY (municipality_id, kind, digest, person_id),
  CONSTRAINT fk_vault_index_municipality_id_person_id FOREIGN KEY(municipality_id, person_id) REFERENCES person (municipality_id, id)
)

CREATE INDEX ix_vault_index_person ON vault_index (municipality_id, person_id)

CREATE UNIQUE INDEX uq_vault_index_bsn ON vault_index (municipality_id, digest) WHERE kind = 'bsn'

CREATE TABLE vault_record (
  municipality_id TEXT NOT NULL,
  person_id UUID NOT NULL,
  wrapped_key BYTEA NOT NULL,
  sealed BYTEA NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_vault_record PRIMARY KEY (municipality_id, person_id),
  CONSTRAINT fk_vault_record_municipality_id_person_id FOREIGN KEY(municipality_id, person_id) REFERENCES person (municipality_id, id)
)

CREATE TABLE account_decision (
  municipality_id TEXT NOT NULL,
  change_id UUID NOT NULL,
  approved BOOLEAN NOT NULL,
  effective_on DATE,
  reason TEXT NOT NULL,
  told_otherwise TEXT,
  actor_id UUID NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_account_decision PRIMARY KEY (municipality_id, change_id),
  CONSTRAINT fk_account_decision_municipality_id_change_id FOREIGN KEY(municipality_id, change_id) REFERENCES account_change (municipality_id, id)
)

CREATE INDEX ix_account_decision_effective ON account_decision (municipality_id, effective_on)

CREATE TABLE bank_line (
  municipality_id TEXT NOT NULL,
  statement_id UUID NOT NULL,
  number BIGINT NOT NULL,
  outcome TEXT NOT NULL,
  payment_id UUID,
  file TEXT,
  cents BIGINT NOT NULL,
  booked_on DATE,
  code TEXT NOT NULL,
  end_to_end_id TEXT,
  servicer_reference TEXT,
  counterparty_iban TEXT,
  counterparty_name TEXT,
  remittance TEXT,
  CONSTRAINT pk_bank_line PRIMARY KEY (municipality_id, statement_id, number),
  CONSTRAINT fk_bank_line_municipality_id_statement_id FOREIGN KEY(municipality_id, statement_id) REFERENCES bank_statement (municipality_id, id)
)

CREATE INDEX ix_bank_line_file ON bank_line (municipality_id, file) WHERE file IS NOT NULL

CREATE INDEX ix_bank_line_look_at ON bank_line (municipality_id, statement_id, number) WHERE outcome IN ('unmatched', 'amount_differs', 'contradicts', 'ambiguous', 'overpaid')

CREATE INDEX ix_bank_line_payment ON bank_line (municipality_id, payment_id)

CREATE TABLE contract_line (
  municipality_id TEXT NOT NULL,
  contract_id UUID NOT NULL,
  version BIGINT NOT NULL,
  line BIGINT NOT NULL,
  service TEXT NOT NULL,
  tariff JSONB NOT NULL,
  valid_from DATE NOT NULL,
  valid_until DATE,
  CONSTRAINT pk_contract_line PRIMARY KEY (municipality_id, contract_id, version, line),
  CONSTRAINT fk_contract_line_municipality_id_contract_id FOREIGN KEY(municipality_id, contract_id) REFERENCES contract (municipality_id, id)
)

CREATE TABLE contract_version (
  municipality_id TEXT NOT NULL,
  contract_id UUID NOT NULL,
  version BIGINT NOT NULL,
  valid_from DATE NOT NULL,
  valid_until DATE,
  areas JSONB NOT NULL,
  acceptance_duty BOOLEAN NOT NULL,
  ceiling_cents BIGINT,
  terms JSONB NOT NULL,
  drafted_by UUID NOT NULL,
  published_at TIMESTAMP WITH TIME ZONE,
  published_by UUID,
  withdrawn_at TIMESTAMP WITH TIME ZONE,
  withdrawn_by UUID,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_contract_version PRIMARY KEY (municipality_id, contract_id, version),
  CONSTRAINT fk_contract_version_municipality_id_contract_id FOREIGN KEY(municipality_id, contract_id) REFERENCES contract (municipality_id, id)
)

CREATE TABLE demand_debt (
  municipality_id TEXT NOT NULL,
  demand_id UUID NOT NULL,
  entry_id UUID NOT NULL,
  cents BIGINT NOT NULL,
  CONSTRAINT pk_demand_debt PRIMARY KEY (municipality_id, demand_id, entry_id),
  CONSTRAINT fk_demand_debt_municipality_id_demand_id FOREIGN KEY(municipality_id, demand_id) REFERENCES demand (municipality_id, id)
)

CREATE TABLE demand_interest (
  municipality_id TEXT NOT NULL,
  demand_id UUID NOT NULL,
  number BIGINT NOT NULL,
  line BIGINT NOT NULL,
  first DATE NOT NULL,
  last DATE NOT NULL,
  principal_cents BIGINT NOT NULL,
  basis_points BIGINT NOT NULL,
  days BIGINT NOT NULL,
  days_of_year BIGINT NOT NULL,
  cents BIGINT NOT NULL,
  CONSTRAINT pk_demand_interest PRIMARY KEY (municipality_id, demand_id, number, line),
  CONSTRAINT fk_demand_interest_municipality_id_demand_id FOREIGN KEY(municipality_id, demand_id) REFERENCES demand (municipality_id, id)
)

CREATE TABLE demand_step (
  municipality_id TEXT NOT NULL,
  demand_id UUID NOT NULL,
  number BIGINT NOT NULL,
  id UUID NOT NULL,
  kind TEXT NOT NULL,
  cents BIGINT NOT NULL,
  day DATE NOT NULL,
  rates_id UUID,
  statement_id UUID,
  line BIGINT,
  reason TEXT NOT NULL,
  actor_id UUID NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_demand_step PRIMARY KEY (municipality_id, demand_id, number),
  CONSTRAINT fk_demand_step_municipality_id_demand_id FOREIGN KEY(municipality_id, demand_id) REFERENCES demand (municipality_id, id),
  CONSTRAINT uq_demand_step_municipality_id_id UNIQUE (municipality_id, id),
  CONSTRAINT ck_demand_step_cents_positive CHECK (cents > 0 OR kind = 'withdrawn'),
  CONSTRAINT ck_demand_step_repaid_by_statement CHECK ((kind = 'repaid') = (statement_id IS NOT NULL))
)

CREATE INDEX ix_demand_step_line ON demand_step (municipality_id, statement_id, line) WHERE statement_id IS NOT NULL

CREATE TABLE entitlement (
  municipality_id TEXT NOT NULL,
  id UUID NOT NULL,
  kind TEXT NOT NULL,
  law TEXT NOT NULL,
  programme_id UUID NOT NULL,
  budget_id UUID NOT NULL,
  holder_id UUID NOT NULL,
  valid_from DATE NOT NULL,
  valid_until DATE,
  amount_cents BIGINT,
  committed_cents BIGINT NOT NULL,
  quantity BIGINT,
  quantity_unit TEXT,
  expected_quantity BIGINT,
  restrictions JSONB NOT NULL,
  area TEXT,
  suspensions JSONB NOT NULL,
  reference TEXT,
  reference_folded TEXT,
  note TEXT,
  allocation_number BIGINT,
  decided_at TIMESTAMP WITH TIME ZONE,
  closed_at TIMESTAMP WITH TIME ZONE,
  version BIGINT NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_entitlement PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_entitlement_municipality_id_programme_id FOREIGN KEY(municipality_id, programme_id) REFERENCES programme (municipality_id, id),
  CONSTRAINT fk_entitlement_municipality_id_holder_id FOREIGN KEY(municipality_id, holder_id) REFERENCES person (municipality_id, id),
  CONSTRAINT fk_entitlement_municipality_id_budget_id FOREIGN KEY(municipality_id, budget_id) REFERENCES budget (municipality_id, id),
  CONSTRAINT uq_entitlement_municipality_id_law_allocation_number UNIQUE (municipality_id, law, allocation_number),
  CONSTRAINT ck_entitlement_validity CHECK (valid_until IS NULL OR valid_until >= valid_from)
)

CREATE INDEX ix_entitlement_budget ON entitlement (municipality_id, budget_id)

CREATE INDEX ix_entitlement_ending ON entitlement (municipality_id, valid_until, id) WHERE closed_at IS NULL

CREATE INDEX ix_entitlement_holder ON entitlement (municipality_id, holder_id)

CREATE INDEX ix_entitlement_reference ON entitlement (municipality_id, reference_folded)

CREATE TABLE historical_cost (
  municipality_id TEXT NOT NULL,
  id UUID NOT NULL,
  contract_id UUID NOT NULL,
  year BIGINT NOT NULL,
  cents BIGINT NOT NULL,
  actor_id UUID NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_historical_cost PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_historical_cost_municipality_id_contract_id FOREIGN KEY(municipality_id, contract_id) REFERENCES contract (municipality_id, id),
  CONSTRAINT ck_historical_cost_not_negative CHECK (cents >= 0)
)

CREATE INDEX ix_historical_cost_contract ON historical_cost (municipality_id, contract_id)

CREATE TABLE link_code (
  municipality_id TEXT NOT NULL,
  id UUID NOT NULL,
  person_id UUID NOT NULL,
  digest BYTEA NOT NULL,
  recorded_by UUID NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  closed_at TIMESTAMP WITH TIME ZONE,
  mandate_id UUID,
  CONSTRAINT pk_link_code PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_link_code_municipality_id_person_id FOREIGN KEY(municipality_id, person_id) REFERENCES person (municipality_id, id),
  CONSTRAINT fk_link_code_municipality_id_mandate_id FOREIGN KEY(municipality_id, mandate_id) REFERENCES mandate (municipality_id, id),
  CONSTRAINT uq_link_code_municipality_id_digest UNIQUE (municipality_id, digest)
)

CREATE INDEX ix_link_code_mandate ON link_code (municipality_id, mandate_id)

CREATE INDEX ix_link_code_person ON link_code (municipality_id, person_id)

CREATE TABLE local_login (
  municipality_id TEXT NOT NULL,
  actor_id UUID NOT NULL,
  digest BYTEA NOT NULL,
  password TEXT NOT NULL,
  invitation_id UUID NOT NULL,
  last_step BIGINT NOT NULL,
  failures BIGINT NOT NULL,
  blocked_until TIMESTAMP WITH TIME ZONE,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_local_login PRIMARY KEY (municipality_id, actor_id),
  CONSTRAINT fk_local_login_municipality_id_actor_id FOREIGN KEY(municipality_id, actor_id) REFERENCES actor (municipality_id, id),
  CONSTRAINT fk_local_login_municipality_id_invitation_id FOREIGN KEY(municipality_id, invitation_id) REFERENCES login_invitation (municipality_id, id),
  CONSTRAINT uq_local_login_digest UNIQUE (digest)
)

CREATE TABLE login_session (
  municipality_id TEXT NOT NULL,
  id UUID NOT NULL,
  digest BYTEA NOT NULL,
  actor_id UUID NOT NULL,
  proof TEXT NOT NULL,
  key_id UUID,
  proven_at TIMESTAMP WITH TIME ZONE NOT NULL,
  agent TEXT,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  used_at TIMESTAMP WITH TIME ZONE NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  ended_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_login_session PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_login_session_municipality_id_actor_id FOREIGN KEY(municipality_id, actor_id) REFERENCES actor (municipality_id, id),
  CONSTRAINT fk_login_session_municipality_id_key_id FOREIGN KEY(municipality_id, key_id) REFERENCES api_key (municipality_id, id),
  CONSTRAINT ck_login_session_key_for_key CHECK ((proof = 'key') = (key_id IS NOT NULL)),
  CONSTRAINT uq_login_session_digest UNIQUE (digest)
)

CREATE INDEX ix_login_session_actor ON login_session (municipality_id, actor_id)

CREATE INDEX ix_login_session_over ON login_session (municipality_id, expires_at)

CREATE TABLE notice (
  municipality_id TEXT NOT NULL,
  id UUID NOT NULL,
  provider_id UUID NOT NULL,
  contact_id UUID NOT NULL,
  contact_version BIGINT NOT NULL,
  about TEXT NOT NULL,
  cause_id UUID NOT NULL,
  language TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_notice PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_notice_municipality_id_provider_id FOREIGN KEY(municipality_id, provider_id) REFERENCES provider (municipality_id, id),
  CONSTRAINT fk_notice_municipality_id_contact_id_contact_version FOREIGN KEY(municipality_id, contact_id, contact_version) REFERENCES contact (municipality_id, id, version)
)

CREATE INDEX ix_notice_cause ON notice (municipality_id, cause_id, about)

CREATE INDEX ix_notice_provider ON notice (municipality_id, provider_id, id)

CREATE TABLE payee_override (
  municipality_id TEXT NOT NULL,
  check_id UUID NOT NULL,
  actor_id UUID NOT NULL,
  reason TEXT NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_payee_override PRIMARY KEY (municipality_id, check_id, actor_id),
  CONSTRAINT fk_payee_override_municipality_id_check_id FOREIGN KEY(municipality_id, check_id) REFERENCES payee_check (municipality_id, id)
)

CREATE TABLE payment (
  municipality_id TEXT NOT NULL,
  id UUID NOT NULL,
  run_id UUID NOT NULL,
  file BIGINT NOT NULL,
  settlement_id UUID NOT NULL,
  end_to_end_id TEXT NOT NULL,
  reference TEXT NOT NULL,
  creditor_name TEXT NOT NULL,
  creditor_iban TEXT NOT NULL,
  amount_cents BIGINT NOT NULL,
  CONSTRAINT pk_payment PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_payment_municipality_id_settlement_id FOREIGN KEY(municipality_id, settlement_id) REFERENCES settlement (municipality_id, id),
  CONSTRAINT uq_payment_municipality_id_settlement_id UNIQUE (municipality_id, settlement_id),
  CONSTRAINT uq_payment_municipality_id_end_to_end_id UNIQUE (municipality_id, end_to_end_id),
  CONSTRAINT ck_payment_amount_positive CHECK (amount_cents > 0)
)

CREATE INDEX ix_payment_iban ON payment (municipality_id, creditor_iban, amount_cents)

CREATE INDEX ix_payment_reference ON payment (municipality_id, reference)

CREATE INDEX ix_payment_run ON payment (municipality_id, run_id, file, id)

CREATE TABLE settlement_line (
  municipality_id TEXT NOT NULL,
  entry_id UUID NOT NULL,
  settlement_id UUID NOT NULL,
  cents BIGINT NOT NULL,
  CONSTRAINT pk_settlement_line PRIMARY KEY (municipality_id, entry_id),
  CONSTRAINT fk_settlement_line_municipality_id_settlement_id FOREIGN KEY(municipality_id, settlement_id) REFERENCES settlement (municipality_id, id),
  CONSTRAINT fk_settlement_line_municipality_id_entry_id FOREIGN KEY(municipality_id, entry_id) REFERENCES entry (municipality_id, id)
)

CREATE INDEX ix_settlement_line_settlement ON settlement_line (municipality_id, settlement_id)

CREATE TABLE term_amount (
  municipality_id TEXT NOT NULL,
  id UUID NOT NULL,
  contract_id UUID NOT NULL,
  version BIGINT NOT NULL,
  number BIGINT NOT NULL,
  kind TEXT NOT NULL,
  first DATE NOT NULL,
  last DATE NOT NULL,
  budget_id UUID,
  result_cents BIGINT NOT NULL,
  actor_id UUID NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_term_amount PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_term_amount_municipality_id_contract_id FOREIGN KEY(municipality_id, contract_id) REFERENCES contract (municipality_id, id),
  CONSTRAINT fk_term_amount_municipality_id_budget_id FOREIGN KEY(municipality_id, budget_id) REFERENCES budget (municipality_id, id)
)

CREATE INDEX ix_term_amount_contract ON term_amount (municipality_id, contract_id)

CREATE TABLE term_evidence (
  municipality_id TEXT NOT NULL,
  id UUID NOT NULL,
  contract_id UUID NOT NULL,
  number BIGINT NOT NULL,
  first DATE NOT NULL,
  last DATE NOT NULL,
  available BIGINT NOT NULL,
  actor_id UUID NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_term_evidence PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_term_evidence_municipality_id_contract_id FOREIGN KEY(municipality_id, contract_id) REFERENCES contract (municipality_id, id),
  CONSTRAINT ck_term_evidence_not_negative CHECK (available >= 0)
)

CREATE INDEX ix_term_evidence_contract ON term_evidence (municipality_id, contract_id)

CREATE TABLE term_notice (
  municipality_id TEXT NOT NULL,
  id UUID NOT NULL,
  contract_id UUID NOT NULL,
  number BIGINT NOT NULL,
  first DATE NOT NULL,
  last DATE NOT NULL,
  kind TEXT NOT NULL,
  refusal TEXT,
  missing JSONB NOT NULL,
  at_basis_points BIGINT NOT NULL,
  cents BIGINT NOT NULL,
  most_cents BIGINT NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_term_notice PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_term_notice_municipality_id_contract_id FOREIGN KEY(municipality_id, contract_id) REFERENCES contract (municipality_id, id)
)

CREATE INDEX ix_term_notice_contract ON term_notice (municipality_id, contract_id)

CREATE TABLE care_agreement (
  municipality_id TEXT NOT NULL,
  id UUID NOT NULL,
  entitlement_id UUID NOT NULL,
  provider_id UUID NOT NULL,
  service TEXT NOT NULL,
  rate_class TEXT NOT NULL,
  rate_cents BIGINT NOT NULL,
  ceiling_cents BIGINT NOT NULL,
  valid_from DATE NOT NULL,
  valid_until DATE,
  fingerprint BYTEA NOT NULL,
  actor_id UUID NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_care_agreement PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_care_agreement_municipality_id_entitlement_id FOREIGN KEY(municipality_id, entitlement_id) REFERENCES entitlement (municipality_id, id),
  CONSTRAINT fk_care_agreement_municipality_id_provider_id FOREIGN KEY(municipality_id, provider_id) REFERENCES provider (municipality_id, id)
)

CREATE INDEX ix_care_agreement_entitlement ON care_agreement (municipality_id, entitlement_id)

CREATE INDEX ix_care_agreement_provider ON care_agreement (municipality_id, provider_id, id)

CREATE TABLE code (
  municipality_id TEXT NOT NULL,
  id UUID NOT NULL,
  entitlement_id UUID NOT NULL,
  token_id BYTEA NOT NULL,
  manual_digest BYTEA NOT NULL,
  sealed_manual BYTEA NOT NULL,
  key_id BYTEA NOT NULL,
  issued_at TIMESTAMP WITH TIME ZONE NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  revoked_at TIMESTAMP WITH TIME ZONE,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_code PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_code_municipality_id_entitlement_id FOREIGN KEY(municipality_id, entitlement_id) REFERENCES entitlement (municipality_id, id),
  CONSTRAINT uq_code_municipality_id_token_id UNIQUE (municipality_id, token_id),
  CONSTRAINT uq_code_municipality_id_manual_digest UNIQUE (municipality_id, manual_digest)
)

CREATE INDEX ix_code_entitlement ON code (municipality_id, entitlement_id)

CREATE INDEX ix_code_expiry ON code (municipality_id, expires_at, entitlement_id)

CREATE INDEX ix_code_revoked ON code (municipality_id, entitlement_id) WHERE revoked_at IS NOT NULL

CREATE TABLE code_request (
  municipality_id TEXT NOT NULL,
  id UUID NOT NULL,
  entitlement_id UUID NOT NULL,
  actor_id UUID NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_code_request PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_code_request_municipality_id_entitlement_id FOREIGN KEY(municipality_id, entitlement_id) REFERENCES entitlement (municipality_id, id)
)

CREATE INDEX ix_code_request_entitlement ON code_request (municipality_id, entitlement_id)

CREATE TABLE entitlement_change (
  municipality_id TEXT NOT NULL,
  id UUID NOT NULL,
  entitlement_id UUID NOT NULL,
  version BIGINT NOT NULL,
  kind TEXT NOT NULL,
  content JSONB NOT NULL,
  fingerprint BYTEA NOT NULL,
  reason TEXT NOT NULL,
  actor_id UUID NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_entitlement_change PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_entitlement_change_municipality_id_entitlement_id FOREIGN KEY(municipality_id, entitlement_id) REFERENCES entitlement (municipality_id, id),
  CONSTRAINT uq_entitlement_change_municipality_id_entitlement_id_version UNIQUE (municipality_id, entitlement_id, version)
)

CREATE TABLE notice_delivery (
  municipality_id TEXT NOT NULL,
  notice_id UUID NOT NULL,
  number BIGINT NOT NULL,
  outcome TEXT NOT NULL,
  detail TEXT NOT NULL,
  actor_id UUID NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_notice_delivery PRIMARY KEY (municipality_id, notice_id, number),
  CONSTRAINT fk_notice_delivery_municipality_id_notice_id FOREIGN KEY(municipality_id, notice_id) REFERENCES notice (municipality_id, id)
)

CREATE TABLE payment_event (
  municipality_id TEXT NOT NULL,
  payment_id UUID NOT NULL,
  number BIGINT NOT NULL,
  id UUID NOT NULL,
  state TEXT NOT NULL,
  code TEXT NOT NULL,
  statement_id UUID NOT NULL,
  line BIGINT NOT NULL,
  servicer_reference TEXT,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_payment_event PRIMARY KEY (municipality_id, payment_id, number),
  CONSTRAINT fk_payment_event_municipality_id_payment_id FOREIGN KEY(municipality_id, payment_id) REFERENCES payment (municipality_id, id)
)

CREATE INDEX ix_payment_event_cause ON payment_event (municipality_id, id)

CREATE INDEX ix_payment_event_servicer ON payment_event (municipality_id, servicer_reference) WHERE servicer_reference IS NOT NULL

CREATE TABLE term_line (
  municipality_id TEXT NOT NULL,
  amount_id UUID NOT NULL,
  line BIGINT NOT NULL,
  formula TEXT NOT NULL,
  inputs JSONB NOT NULL,
  result_cents BIGINT NOT NULL,
  CONSTRAINT pk_term_line PRIMARY KEY (municipality_id, amount_id, line),
  CONSTRAINT fk_term_line_municipality_id_amount_id FOREIGN KEY(municipality_id, amount_id) REFERENCES term_amount (municipality_id, id)
)

CREATE TABLE care_approval (
  municipality_id TEXT NOT NULL,
  agreement_id UUID NOT NULL,
  approver TEXT NOT NULL,
  actor_id UUID NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_care_approval PRIMARY KEY (municipality_id, agreement_id, approver),
  CONSTRAINT fk_care_approval_municipality_id_agreement_id FOREIGN KEY(municipality_id, agreement_id) REFERENCES care_agreement (municipality_id, id),
  CONSTRAINT uq_care_approval_municipality_id_agreement_id_actor_id UNIQUE (municipality_id, agreement_id, actor_id)
)

CREATE TABLE care_decline (
  municipality_id TEXT NOT NULL,
  agreement_id UUID NOT NULL,
  approver TEXT NOT NULL,
  reason TEXT NOT NULL,
  actor_id UUID NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_care_decline PRIMARY KEY (municipality_id, agreement_id),
  CONSTRAINT fk_care_decline_municipality_id_agreement_id FOREIGN KEY(municipality_id, agreement_id) REFERENCES care_agreement (municipality_id, id)
)

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: history is never edited', TG_TABLE_NAME;
END $$

CREATE TRIGGER entry_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON entry
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER entitlement_change_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON entitlement_change
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER redemption_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON redemption
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER redemption_line_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON redemption_line
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER follow_up_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON follow_up
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER taken_back_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON taken_back
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER claim_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON claim
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER resident_word_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON resident_word
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER settlement_run_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON settlement_run
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER run_step_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON run_step
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER line_mark_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON line_mark
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER left_out_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON left_out
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER unsettled_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON unsettled
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER run_release_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON run_release
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER settlement_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON settlement
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER settlement_line_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON settlement_line
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER payment_file_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON payment_file
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER payment_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON payment
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER payment_event_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON payment_event
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER contact_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON contact
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER notice_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON notice
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER notice_delivery_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON notice_delivery
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER account_change_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON account_change
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER account_decision_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON account_decision
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER payee_check_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON payee_check
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER payee_override_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON payee_override
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER statutory_rates_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON statutory_rates
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER demand_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON demand
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER demand_debt_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON demand_debt
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER demand_step_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON demand_step
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER demand_interest_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON demand_interest
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER bank_message_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON bank_message
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER bank_statement_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON bank_statement
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER bank_line_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON bank_line
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER care_approval_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON care_approval
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER care_decline_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON care_decline
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER refusal_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON refusal
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER approval_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON approval
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER approval_decision_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON approval_decision
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER term_amount_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON term_amount
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER term_line_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON term_line
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER term_notice_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON term_notice
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER term_evidence_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON term_evidence
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER population_figure_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON population_figure
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER historical_cost_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON historical_cost
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER access_log_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON access_log
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER contract_version_frozen BEFORE UPDATE OR DELETE ON contract_version
FOR EACH ROW WHEN (OLD.published_at IS NOT NULL OR OLD.withdrawn_at IS NOT NULL) EXECUTE FUNCTION refuse_change()

CREATE TRIGGER programme_version_frozen BEFORE UPDATE OR DELETE ON programme_version
FOR EACH ROW WHEN (OLD.published_at IS NOT NULL) EXECUTE FUNCTION refuse_change()

CREATE FUNCTION refuse_published_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' AND EXISTS (SELECT 1 FROM contract_version AS v WHERE v.municipality_id = OLD.municipality_id AND v.contract_id = OLD.contract_id AND v.version = OLD.version AND (v.published_at IS NOT NULL OR v.withdrawn_at IS NOT NULL)) THEN
    RAISE EXCEPTION 'contract_line is published: a change is a new version';
  END IF;
  IF TG_OP <> 'DELETE' THEN
    IF EXISTS (SELECT 1 FROM contract_version AS v WHERE v.municipality_id = NEW.municipality_id AND v.contract_id = NEW.contract_id AND v.version = NEW.version AND (v.published_at IS NOT NULL OR v.withdrawn_at IS NOT NULL)) THEN
      RAISE EXCEPTION 'contract_line is published: a change is a new version';
    END IF;
    RETURN NEW;
  END IF;
  RETURN OLD;
END $$

CREATE TRIGGER contract_line_frozen BEFORE INSERT OR UPDATE OR DELETE ON contract_line
FOR EACH ROW EXECUTE FUNCTION refuse_published_line()

CREATE FUNCTION new_edition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO edition (municipality_id, edition)
  SELECT municipality_id, gen_random_uuid() FROM (SELECT DISTINCT municipality_id FROM changed) AS touched
  ORDER BY municipality_id
  ON CONFLICT (municipality_id) DO UPDATE SET edition = excluded.edition;
  RETURN NULL;
END $$

CREATE TRIGGER provider_edition_insert AFTER INSERT ON provider REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION new_edition()

CREATE TRIGGER provider_edition_update AFTER UPDATE ON provider REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION new_edition()

CREATE TRIGGER provider_edition_delete AFTER DELETE ON provider REFERENCING OLD TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION new_edition()

CREATE TRIGGER contract_edition_insert AFTER INSERT ON contract REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION new_edition()

CREATE TRIGGER contract_edition_update AFTER UPDATE ON contract REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION new_edition()

CREATE TRIGGER contract_edition_delete AFTER DELETE ON contract REFERENCING OLD TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION new_edition()

CREATE TRIGGER contract_version_edition_insert AFTER INSERT ON contract_version REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION new_edition()

CREATE TRIGGER contract_version_edition_update AFTER UPDATE ON contract_version REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION new_edition()

CREATE TRIGGER contract_version_edition_delete AFTER DELETE ON contract_version REFERENCING OLD TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION new_edition()

CREATE TRIGGER contract_line_edition_insert AFTER INSERT ON contract_line REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION new_edition()

CREATE TRIGGER contract_line_edition_update AFTER UPDATE ON contract_line REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION new_edition()

CREATE TRIGGER contract_line_edition_delete AFTER DELETE ON contract_line REFERENCING OLD TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION new_edition()

CREATE TRIGGER programme_edition_insert AFTER INSERT ON programme REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION new_edition()

CREATE TRIGGER programme_edition_update AFTER UPDATE ON programme REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION new_edition()

CREATE TRIGGER programme_edition_delete AFTER DELETE ON programme REFERENCING OLD TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION new_edition()

CREATE TRIGGER programme_version_edition_insert AFTER INSERT ON programme_version REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION new_edition()

CREATE TRIGGER programme_version_edition_update AFTER UPDATE ON programme_version REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION new_edition()

CREATE TRIGGER programme_version_edition_delete AFTER DELETE ON programme_version REFERENCING OLD TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION new_edition()

CREATE TRIGGER service_edition_insert AFTER INSERT ON service REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION new_edition()

CREATE TRIGGER service_edition_update AFTER UPDATE ON service REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION new_edition()

CREATE TRIGGER service_edition_delete AFTER DELETE ON service REFERENCING OLD TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION new_edition()

CREATE TRIGGER actor_edition_insert AFTER INSERT ON actor REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION new_edition()

CREATE TRIGGER actor_edition_update AFTER UPDATE ON actor REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION new_edition()

CREATE TRIGGER actor_edition_delete AFTER DELETE ON actor REFERENCING OLD TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION new_edition()

CREATE TRIGGER actor_role_edition_insert AFTER INSERT ON actor_role REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION new_edition()

CREATE TRIGGER actor_role_edition_update AFTER UPDATE ON actor_role REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION new_edition()

CREATE TRIGGER actor_role_edition_delete AFTER DELETE ON actor_role REFERENCING OLD TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION new_edition()

CREATE TRIGGER api_key_edition_insert AFTER INSERT ON api_key REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION new_edition()

CREATE TRIGGER api_key_edition_update AFTER UPDATE ON api_key REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION new_edition()

CREATE TRIGGER api_key_edition_delete AFTER DELETE ON api_key REFERENCING OLD TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION new_edition()

ALTER TABLE access_log ENABLE ROW LEVEL SECURITY

ALTER TABLE access_log FORCE ROW LEVEL SECURITY

CREATE POLICY own ON access_log USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE entry ENABLE ROW LEVEL SECURITY

ALTER TABLE entry FORCE ROW LEVEL SECURITY

CREATE POLICY own ON entry USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE municipality ENABLE ROW LEVEL SECURITY

ALTER TABLE municipality FORCE ROW LEVEL SECURITY

CREATE POLICY own ON municipality USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

CREATE POLICY seen ON municipality FOR SELECT USING (true)

ALTER TABLE open_item ENABLE ROW LEVEL SECURITY

ALTER TABLE open_item FORCE ROW LEVEL SECURITY

CREATE POLICY own ON open_item USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE redemption ENABLE ROW LEVEL SECURITY

ALTER TABLE redemption FORCE ROW LEVEL SECURITY

CREATE POLICY own ON redemption USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE redemption_line ENABLE ROW LEVEL SECURITY

ALTER TABLE redemption_line FORCE ROW LEVEL SECURITY

CREATE POLICY own ON redemption_line USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE account ENABLE ROW LEVEL SECURITY

ALTER TABLE account FORCE ROW LEVEL SECURITY

CREATE POLICY own ON account USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE actor ENABLE ROW LEVEL SECURITY

ALTER TABLE actor FORCE ROW LEVEL SECURITY

CREATE POLICY own ON actor USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE approval ENABLE ROW LEVEL SECURITY

ALTER TABLE approval FORCE ROW LEVEL SECURITY

CREATE POLICY own ON approval USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE bank_message ENABLE ROW LEVEL SECURITY

ALTER TABLE bank_message FORCE ROW LEVEL SECURITY

CREATE POLICY own ON bank_message USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE code_key ENABLE ROW LEVEL SECURITY

ALTER TABLE code_key FORCE ROW LEVEL SECURITY

CREATE POLICY own ON code_key USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE edition ENABLE ROW LEVEL SECURITY

ALTER TABLE edition FORCE ROW LEVEL SECURITY

CREATE POLICY own ON edition USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE follow_up ENABLE ROW LEVEL SECURITY

ALTER TABLE follow_up FORCE ROW LEVEL SECURITY

CREATE POLICY own ON follow_up USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE gathered ENABLE ROW LEVEL SECURITY

ALTER TABLE gathered FORCE ROW LEVEL SECURITY

CREATE POLICY own ON gathered USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE job ENABLE ROW LEVEL SECURITY

ALTER TABLE job FORCE ROW LEVEL SECURITY

CREATE POLICY own ON job USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE person ENABLE ROW LEVEL SECURITY

ALTER TABLE person FORCE ROW LEVEL SECURITY

CREATE POLICY own ON person USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE population_figure ENABLE ROW LEVEL SECURITY

ALTER TABLE population_figure FORCE ROW LEVEL SECURITY

CREATE POLICY own ON population_figure USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE programme ENABLE ROW LEVEL SECURITY

ALTER TABLE programme FORCE ROW LEVEL SECURITY

CREATE POLICY own ON programme USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE provider ENABLE ROW LEVEL SECURITY

ALTER TABLE provider FORCE ROW LEVEL SECURITY

CREATE POLICY own ON provider USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE service ENABLE ROW LEVEL SECURITY

ALTER TABLE service FORCE ROW LEVEL SECURITY

CREATE POLICY own ON service USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE settlement_run ENABLE ROW LEVEL SECURITY

ALTER TABLE settlement_run FORCE ROW LEVEL SECURITY

CREATE POLICY own ON settlement_run USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE statutory_rates ENABLE ROW LEVEL SECURITY

ALTER TABLE statutory_rates FORCE ROW LEVEL SECURITY

CREATE POLICY own ON statutory_rates USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE terms_computed ENABLE ROW LEVEL SECURITY

ALTER TABLE terms_computed FORCE ROW LEVEL SECURITY

CREATE POLICY own ON terms_computed USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE account_change ENABLE ROW LEVEL SECURITY

ALTER TABLE account_change FORCE ROW LEVEL SECURITY

CREATE POLICY own ON account_change USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE actor_role ENABLE ROW LEVEL SECURITY

ALTER TABLE actor_role FORCE ROW LEVEL SECURITY

CREATE POLICY own ON actor_role USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE api_key ENABLE ROW LEVEL SECURITY

ALTER TABLE api_key FORCE ROW LEVEL SECURITY

CREATE POLICY own ON api_key USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

CREATE POLICY seen ON api_key FOR SELECT USING (municipality_id = current_setting('tegoed.municipality', true) OR digest = decode(current_setting('tegoed.key', true), 'hex'))

ALTER TABLE approval_decision ENABLE ROW LEVEL SECURITY

ALTER TABLE approval_decision FORCE ROW LEVEL SECURITY

CREATE POLICY own ON approval_decision USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE bank_statement ENABLE ROW LEVEL SECURITY

ALTER TABLE bank_statement FORCE ROW LEVEL SECURITY

CREATE POLICY own ON bank_statement USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE budget ENABLE ROW LEVEL SECURITY

ALTER TABLE budget FORCE ROW LEVEL SECURITY

CREATE POLICY own ON budget USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE claim ENABLE ROW LEVEL SECURITY

ALTER TABLE claim FORCE ROW LEVEL SECURITY

CREATE POLICY own ON claim USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE contact ENABLE ROW LEVEL SECURITY

ALTER TABLE contact FORCE ROW LEVEL SECURITY

CREATE POLICY own ON contact USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE contract ENABLE ROW LEVEL SECURITY

ALTER TABLE contract FORCE ROW LEVEL SECURITY

CREATE POLICY own ON contract USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE demand ENABLE ROW LEVEL SECURITY

ALTER TABLE demand FORCE ROW LEVEL SECURITY

CREATE POLICY own ON demand USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE device ENABLE ROW LEVEL SECURITY

ALTER TABLE device FORCE ROW LEVEL SECURITY

CREATE POLICY own ON device USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE device_rule ENABLE ROW LEVEL SECURITY

ALTER TABLE device_rule FORCE ROW LEVEL SECURITY

CREATE POLICY own ON device_rule USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE identity_link ENABLE ROW LEVEL SECURITY

ALTER TABLE identity_link FORCE ROW LEVEL SECURITY

CREATE POLICY own ON identity_link USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE job_file ENABLE ROW LEVEL SECURITY

ALTER TABLE job_file FORCE ROW LEVEL SECURITY

CREATE POLICY own ON job_file USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE left_out ENABLE ROW LEVEL SECURITY

ALTER TABLE left_out FORCE ROW LEVEL SECURITY

CREATE POLICY own ON left_out USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE letter_login ENABLE ROW LEVEL SECURITY

ALTER TABLE letter_login FORCE ROW LEVEL SECURITY

CREATE POLICY own ON letter_login USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE line_mark ENABLE ROW LEVEL SECURITY

ALTER TABLE line_mark FORCE ROW LEVEL SECURITY

CREATE POLICY own ON line_mark USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE link_try ENABLE ROW LEVEL SECURITY

ALTER TABLE link_try FORCE ROW LEVEL SECURITY

CREATE POLICY own ON link_try USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE login_invitation ENABLE ROW LEVEL SECURITY

ALTER TABLE login_invitation FORCE ROW LEVEL SECURITY

CREATE POLICY own ON login_invitation USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

CREATE POLICY seen ON login_invitation FOR SELECT USING (municipality_id = current_setting('tegoed.municipality', true) OR digest = decode(current_setting('tegoed.key', true), 'hex'))

ALTER TABLE mandate ENABLE ROW LEVEL SECURITY

ALTER TABLE mandate FORCE ROW LEVEL SECURITY

CREATE POLICY own ON mandate USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE payee_check ENABLE ROW LEVEL SECURITY

ALTER TABLE payee_check FORCE ROW LEVEL SECURITY

CREATE POLICY own ON payee_check USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE payment_file ENABLE ROW LEVEL SECURITY

ALTER TABLE payment_file FORCE ROW LEVEL SECURITY

CREATE POLICY own ON payment_file USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE programme_version ENABLE ROW LEVEL SECURITY

ALTER TABLE programme_version FORCE ROW LEVEL SECURITY

CREATE POLICY own ON programme_version USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE refusal ENABLE ROW LEVEL SECURITY

ALTER TABLE refusal FORCE ROW LEVEL SECURITY

CREATE POLICY own ON refusal USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE resident_word ENABLE ROW LEVEL SECURITY

ALTER TABLE resident_word FORCE ROW LEVEL SECURITY

CREATE POLICY own ON resident_word USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE run_release ENABLE ROW LEVEL SECURITY

ALTER TABLE run_release FORCE ROW LEVEL SECURITY

CREATE POLICY own ON run_release USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE run_step ENABLE ROW LEVEL SECURITY

ALTER TABLE run_step FORCE ROW LEVEL SECURITY

CREATE POLICY own ON run_step USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE settlement ENABLE ROW LEVEL SECURITY

ALTER TABLE settlement FORCE ROW LEVEL SECURITY

CREATE POLICY own ON settlement USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE taken_back ENABLE ROW LEVEL SECURITY

ALTER TABLE taken_back FORCE ROW LEVEL SECURITY

CREATE POLICY own ON taken_back USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE unsettled ENABLE ROW LEVEL SECURITY

ALTER TABLE unsettled FORCE ROW LEVEL SECURITY

CREATE POLICY own ON unsettled USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE vault_index ENABLE ROW LEVEL SECURITY

ALTER TABLE vault_index FORCE ROW LEVEL SECURITY

CREATE POLICY own ON vault_index USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE vault_record ENABLE ROW LEVEL SECURITY

ALTER TABLE vault_record FORCE ROW LEVEL SECURITY

CREATE POLICY own ON vault_record USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE account_decision ENABLE ROW LEVEL SECURITY

ALTER TABLE account_decision FORCE ROW LEVEL SECURITY

CREATE POLICY own ON account_decision USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE bank_line ENABLE ROW LEVEL SECURITY

ALTER TABLE bank_line FORCE ROW LEVEL SECURITY

CREATE POLICY own ON bank_line USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE contract_line ENABLE ROW LEVEL SECURITY

ALTER TABLE contract_line FORCE ROW LEVEL SECURITY

CREATE POLICY own ON contract_line USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE contract_version ENABLE ROW LEVEL SECURITY

ALTER TABLE contract_version FORCE ROW LEVEL SECURITY

CREATE POLICY own ON contract_version USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE demand_debt ENABLE ROW LEVEL SECURITY

ALTER TABLE demand_debt FORCE ROW LEVEL SECURITY

CREATE POLICY own ON demand_debt USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE demand_interest ENABLE ROW LEVEL SECURITY

ALTER TABLE demand_interest FORCE ROW LEVEL SECURITY

CREATE POLICY own ON demand_interest USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE demand_step ENABLE ROW LEVEL SECURITY

ALTER TABLE demand_step FORCE ROW LEVEL SECURITY

CREATE POLICY own ON demand_step USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE entitlement ENABLE ROW LEVEL SECURITY

ALTER TABLE entitlement FORCE ROW LEVEL SECURITY

CREATE POLICY own ON entitlement USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE historical_cost ENABLE ROW LEVEL SECURITY

ALTER TABLE historical_cost FORCE ROW LEVEL SECURITY

CREATE POLICY own ON historical_cost USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE link_code ENABLE ROW LEVEL SECURITY

ALTER TABLE link_code FORCE ROW LEVEL SECURITY

CREATE POLICY own ON link_code USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE local_login ENABLE ROW LEVEL SECURITY

ALTER TABLE local_login FORCE ROW LEVEL SECURITY

CREATE POLICY own ON local_login USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

CREATE POLICY seen ON local_login FOR SELECT USING (municipality_id = current_setting('tegoed.municipality', true) OR digest = decode(current_setting('tegoed.key', true), 'hex'))

ALTER TABLE login_session ENABLE ROW LEVEL SECURITY

ALTER TABLE login_session FORCE ROW LEVEL SECURITY

CREATE POLICY own ON login_session USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

CREATE POLICY seen ON login_session FOR SELECT USING (municipality_id = current_setting('tegoed.municipality', true) OR digest = decode(current_setting('tegoed.key', true), 'hex'))

ALTER TABLE notice ENABLE ROW LEVEL SECURITY

ALTER TABLE notice FORCE ROW LEVEL SECURITY

CREATE POLICY own ON notice USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE payee_override ENABLE ROW LEVEL SECURITY

ALTER TABLE payee_override FORCE ROW LEVEL SECURITY

CREATE POLICY own ON payee_override USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE payment ENABLE ROW LEVEL SECURITY

ALTER TABLE payment FORCE ROW LEVEL SECURITY

CREATE POLICY own ON payment USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE settlement_line ENABLE ROW LEVEL SECURITY

ALTER TABLE settlement_line FORCE ROW LEVEL SECURITY

CREATE POLICY own ON settlement_line USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE term_amount ENABLE ROW LEVEL SECURITY

ALTER TABLE term_amount FORCE ROW LEVEL SECURITY

CREATE POLICY own ON term_amount USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE term_evidence ENABLE ROW LEVEL SECURITY

ALTER TABLE term_evidence FORCE ROW LEVEL SECURITY

CREATE POLICY own ON term_evidence USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE term_notice ENABLE ROW LEVEL SECURITY

ALTER TABLE term_notice FORCE ROW LEVEL SECURITY

CREATE POLICY own ON term_notice USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE care_agreement ENABLE ROW LEVEL SECURITY

ALTER TABLE care_agreement FORCE ROW LEVEL SECURITY

CREATE POLICY own ON care_agreement USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE code ENABLE ROW LEVEL SECURITY

ALTER TABLE code FORCE ROW LEVEL SECURITY

CREATE POLICY own ON code USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE code_request ENABLE ROW LEVEL SECURITY

ALTER TABLE code_request FORCE ROW LEVEL SECURITY

CREATE POLICY own ON code_request USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE entitlement_change ENABLE ROW LEVEL SECURITY

ALTER TABLE entitlement_change FORCE ROW LEVEL SECURITY

CREATE POLICY own ON entitlement_change USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE notice_delivery ENABLE ROW LEVEL SECURITY

ALTER TABLE notice_delivery FORCE ROW LEVEL SECURITY

CREATE POLICY own ON notice_delivery USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE payment_event ENABLE ROW LEVEL SECURITY

ALTER TABLE payment_event FORCE ROW LEVEL SECURITY

CREATE POLICY own ON payment_event USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE term_line ENABLE ROW LEVEL SECURITY

ALTER TABLE term_line FORCE ROW LEVEL SECURITY

CREATE POLICY own ON term_line USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE care_approval ENABLE ROW LEVEL SECURITY

ALTER TABLE care_approval FORCE ROW LEVEL SECURITY

CREATE POLICY own ON care_approval USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))

ALTER TABLE care_decline ENABLE ROW LEVEL SECURITY

ALTER TABLE care_decline FORCE ROW LEVEL SECURITY

CREATE POLICY own ON care_decline USING (municipality_id = current_setting('tegoed.municipality', true)) WITH CHECK (municipality_id = current_setting('tegoed.municipality', true))
