CREATE TABLE access_log (
  municipality_id TEXT NOT NULL,
  id BLOB NOT NULL,
  actor_id BLOB NOT NULL,
  action TEXT NOT NULL,
  person_id BLOB,
  purpose TEXT NOT NULL,
  at INTEGER NOT NULL,
  CONSTRAINT pk_access_log PRIMARY KEY (municipality_id, id)
)
 STRICT

CREATE INDEX ix_access_log_person ON access_log (municipality_id, person_id)

CREATE TABLE entry (
  municipality_id TEXT NOT NULL,
  id BLOB NOT NULL,
  kind TEXT NOT NULL,
  debit_account_id BLOB NOT NULL,
  credit_account_id BLOB NOT NULL,
  unit TEXT NOT NULL,
  amount INTEGER NOT NULL,
  cause_id BLOB NOT NULL,
  line INTEGER NOT NULL,
  reverses_id BLOB,
  at INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  actor_id BLOB NOT NULL,
  CONSTRAINT pk_entry PRIMARY KEY (municipality_id, id),
  CONSTRAINT ck_entry_amount_positive CHECK (amount > 0),
  CONSTRAINT ck_entry_two_accounts CHECK (debit_account_id <> credit_account_id)
)
 WITHOUT ROWID,
 STRICT

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
  sample_bps INTEGER NOT NULL,
  account_wait_days INTEGER NOT NULL,
  payments_per_file INTEGER NOT NULL,
  payment_file_version TEXT NOT NULL,
  run_plan TEXT NOT NULL,
  grant_alone_cents INTEGER,
  letter_address TEXT NOT NULL,
  letter_web TEXT NOT NULL,
  letter_phone TEXT NOT NULL,
  pages_address TEXT NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_municipality PRIMARY KEY (municipality_id),
  CONSTRAINT ck_municipality_cbs_code CHECK (length(municipality_id) = 4)
)
 STRICT

CREATE TABLE open_item (
  municipality_id TEXT NOT NULL,
  entry_id BLOB NOT NULL,
  origin_id BLOB NOT NULL,
  provider_id BLOB NOT NULL,
  account_id BLOB NOT NULL,
  cents INTEGER NOT NULL,
  at INTEGER NOT NULL,
  run_id BLOB,
  CONSTRAINT pk_open_item PRIMARY KEY (municipality_id, entry_id)
)
 WITHOUT ROWID,
 STRICT

CREATE INDEX ix_open_item_origin ON open_item (municipality_id, origin_id)

CREATE INDEX ix_open_item_provider ON open_item (municipality_id, provider_id)

CREATE INDEX ix_open_item_run ON open_item (municipality_id, run_id, provider_id)

CREATE TABLE redemption (
  municipality_id TEXT NOT NULL,
  id BLOB NOT NULL,
  entitlement_id BLOB NOT NULL,
  entitlement_version INTEGER NOT NULL,
  programme_version INTEGER NOT NULL,
  provider_id BLOB NOT NULL,
  code_id BLOB,
  claim_id BLOB,
  claim_line INTEGER,
  reserved INTEGER NOT NULL,
  service_day TEXT NOT NULL,
  price_cents INTEGER NOT NULL,
  remaining_cents INTEGER,
  remaining_quantity INTEGER,
  fingerprint BLOB NOT NULL,
  actor_id BLOB NOT NULL,
  at INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_redemption PRIMARY KEY (municipality_id, id)
)
 WITHOUT ROWID,
 STRICT

CREATE INDEX ix_redemption_claim ON redemption (municipality_id, claim_id) WHERE claim_id IS NOT NULL

CREATE INDEX ix_redemption_provider ON redemption (municipality_id, provider_id, id)

CREATE INDEX ix_redemption_use ON redemption (municipality_id, entitlement_id, service_day)

CREATE TABLE redemption_line (
  municipality_id TEXT NOT NULL,
  redemption_id BLOB NOT NULL,
  line INTEGER NOT NULL,
  service TEXT NOT NULL,
  unit TEXT NOT NULL,
  quantity INTEGER NOT NULL,
  price_cents INTEGER NOT NULL,
  agreement_id BLOB NOT NULL,
  agreement_version INTEGER NOT NULL,
  CONSTRAINT pk_redemption_line PRIMARY KEY (municipality_id, redemption_id, line)
)
 WITHOUT ROWID,
 STRICT

CREATE TABLE account (
  municipality_id TEXT NOT NULL,
  id BLOB NOT NULL,
  kind TEXT NOT NULL,
  owner_id BLOB NOT NULL,
  unit TEXT NOT NULL,
  stripe INTEGER NOT NULL,
  bound TEXT NOT NULL,
  debits INTEGER NOT NULL,
  credits INTEGER NOT NULL,
  CONSTRAINT pk_account PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_account_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (municipality_id),
  CONSTRAINT uq_account_municipality_id_owner_id_kind_unit_stripe UNIQUE (municipality_id, owner_id, kind, unit, stripe),
  CONSTRAINT ck_account_counters_grow CHECK (debits >= 0 AND credits >= 0),
  CONSTRAINT ck_account_not_below_zero CHECK (bound <> 'at_least_zero' OR debits <= credits),
  CONSTRAINT ck_account_not_above_zero CHECK (bound <> 'at_most_zero' OR credits <= debits)
)
 WITHOUT ROWID,
 STRICT

CREATE TABLE actor (
  municipality_id TEXT NOT NULL,
  id BLOB NOT NULL,
  name TEXT NOT NULL,
  provider_id BLOB,
  person_id BLOB,
  identity TEXT,
  disabled_at INTEGER,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_actor PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_actor_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (municipality_id)
)
 STRICT

CREATE INDEX ix_actor_identity ON actor (municipality_id, identity)

CREATE TABLE approval (
  municipality_id TEXT NOT NULL,
  id BLOB NOT NULL,
  kind TEXT NOT NULL,
  entitlement_id BLOB NOT NULL,
  content TEXT NOT NULL,
  fingerprint BLOB NOT NULL,
  cents INTEGER NOT NULL,
  limit_cents INTEGER NOT NULL,
  allocation_number INTEGER,
  actor_id BLOB NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_approval PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_approval_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (municipality_id)
)
 STRICT

CREATE INDEX ix_approval_allocation ON approval (municipality_id, allocation_number)

CREATE TABLE bank_message (
  municipality_id TEXT NOT NULL,
  id BLOB NOT NULL,
  kind TEXT NOT NULL,
  message_id TEXT NOT NULL,
  sha256 BLOB NOT NULL,
  actor_id BLOB NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_bank_message PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_bank_message_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (municipality_id),
  CONSTRAINT uq_bank_message_municipality_id_sha256 UNIQUE (municipality_id, sha256)
)
 STRICT

CREATE TABLE code_key (
  municipality_id TEXT NOT NULL,
  key_id BLOB NOT NULL,
  public_key BLOB NOT NULL,
  recorded_at INTEGER NOT NULL,
  retired_at INTEGER,
  CONSTRAINT pk_code_key PRIMARY KEY (municipality_id, key_id),
  CONSTRAINT fk_code_key_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (municipality_id)
)
 STRICT

CREATE TABLE edition (
  municipality_id TEXT NOT NULL,
  edition BLOB NOT NULL,
  CONSTRAINT pk_edition PRIMARY KEY (municipality_id),
  CONSTRAINT fk_edition_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (municipality_id)
)
 STRICT

CREATE TABLE follow_up (
  municipality_id TEXT NOT NULL,
  id BLOB NOT NULL,
  redemption_id BLOB NOT NULL,
  kind TEXT NOT NULL,
  taken_back_cents INTEGER NOT NULL,
  standing_cents INTEGER NOT NULL,
  reason TEXT NOT NULL,
  fingerprint BLOB NOT NULL,
  actor_id BLOB NOT NULL,
  at INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_follow_up PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_follow_up_municipality_id_redemption_id FOREIGN KEY(municipality_id, redemption_id) REFERENCES redemption (municipality_id, id)
)
 STRICT

CREATE INDEX ix_follow_up_redemption ON follow_up (municipality_id, redemption_id)

CREATE TABLE gathered (
  municipality_id TEXT NOT NULL,
  through BLOB NOT NULL,
  CONSTRAINT pk_gathered PRIMARY KEY (municipality_id),
  CONSTRAINT fk_gathered_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (municipality_id)
)
 STRICT

CREATE TABLE job (
  municipality_id TEXT NOT NULL,
  id BLOB NOT NULL,
  kind TEXT NOT NULL,
  subject_id BLOB NOT NULL,
  asked TEXT NOT NULL,
  is_trial INTEGER NOT NULL,
  fingerprint BLOB NOT NULL,
  actor_id BLOB NOT NULL,
  recorded_at INTEGER NOT NULL,
  tries INTEGER NOT NULL,
  started_at INTEGER,
  done_count INTEGER NOT NULL,
  total_count INTEGER NOT NULL,
  finished_at INTEGER,
  refusal TEXT,
  outcome TEXT NOT NULL,
  CONSTRAINT pk_job PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_job_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (municipality_id)
)
 STRICT

CREATE INDEX ix_job_actor ON job (municipality_id, actor_id, kind, id)

CREATE INDEX ix_job_open ON job (municipality_id, id) WHERE finished_at IS NULL

CREATE INDEX ix_job_subject ON job (municipality_id, subject_id, id)

CREATE TABLE person (
  municipality_id TEXT NOT NULL,
  id BLOB NOT NULL,
  area TEXT,
  neighbourhood TEXT,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_person PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_person_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (municipality_id)
)
 STRICT

CREATE TABLE population_figure (
  municipality_id TEXT NOT NULL,
  id BLOB NOT NULL,
  "group" TEXT NOT NULL,
  year INTEGER NOT NULL,
  persons INTEGER NOT NULL,
  actor_id BLOB NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_population_figure PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_population_figure_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (municipality_id),
  CONSTRAINT ck_population_figure_not_negative CHECK (persons >= 0)
)
 STRICT

CREATE TABLE programme (
  municipality_id TEXT NOT NULL,
  id BLOB NOT NULL,
  law TEXT NOT NULL,
  name TEXT NOT NULL,
  product_group TEXT,
  mode TEXT NOT NULL,
  published_version INTEGER,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_programme PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_programme_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (municipality_id),
  CONSTRAINT uq_programme_municipality_id_name UNIQUE (municipality_id, name)
)
 STRICT

CREATE TABLE provider (
  municipality_id TEXT NOT NULL,
  id BLOB NOT NULL,
  kind TEXT NOT NULL,
  agb TEXT,
  kvk TEXT,
  trade_name TEXT NOT NULL,
  account_holder_name TEXT NOT NULL,
  iban TEXT NOT NULL,
  entered_by BLOB NOT NULL,
  version INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_provider PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_provider_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (municipality_id),
  CONSTRAINT uq_provider_municipality_id_agb UNIQUE (municipality_id, agb),
  CONSTRAINT ck_provider_agb_of_organisation CHECK (kind = 'helper' OR agb IS NOT NULL)
)
 STRICT

CREATE TABLE service (
  municipality_id TEXT NOT NULL,
  id BLOB NOT NULL,
  law TEXT NOT NULL,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  measure TEXT NOT NULL,
  segment TEXT,
  product_group TEXT,
  version INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_service PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_service_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (municipality_id),
  CONSTRAINT uq_service_municipality_id_law_code UNIQUE (municipality_id, law, code)
)
 STRICT

CREATE TABLE settlement_run (
  municipality_id TEXT NOT NULL,
  id BLOB NOT NULL,
  until TEXT NOT NULL,
  requested_on TEXT NOT NULL,
  sample_bps INTEGER NOT NULL,
  sample_seed TEXT NOT NULL,
  fingerprint BLOB NOT NULL,
  actor_id BLOB NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_settlement_run PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_settlement_run_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (municipality_id)
)
 STRICT

CREATE TABLE statutory_rates (
  municipality_id TEXT NOT NULL,
  id BLOB NOT NULL,
  steps TEXT NOT NULL,
  known_until TEXT NOT NULL,
  source TEXT NOT NULL,
  actor_id BLOB NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_statutory_rates PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_statutory_rates_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (municipality_id)
)
 STRICT

CREATE TABLE terms_computed (
  municipality_id TEXT NOT NULL,
  until TEXT NOT NULL,
  through BLOB NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_terms_computed PRIMARY KEY (municipality_id),
  CONSTRAINT fk_terms_computed_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (municipality_id)
)
 STRICT

CREATE TABLE account_change (
  municipality_id TEXT NOT NULL,
  id BLOB NOT NULL,
  provider_id BLOB NOT NULL,
  account_holder_name TEXT NOT NULL,
  iban TEXT NOT NULL,
  asked_by TEXT NOT NULL,
  asked_by_contact_id BLOB,
  actor_id BLOB NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_account_change PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_account_change_municipality_id_provider_id FOREIGN KEY(municipality_id, provider_id) REFERENCES provider (municipality_id, id)
)
 STRICT

CREATE INDEX ix_account_change_provider ON account_change (municipality_id, provider_id, id)

CREATE TABLE actor_role (
  municipality_id TEXT NOT NULL,
  actor_id BLOB NOT NULL,
  role TEXT NOT NULL,
  CONSTRAINT pk_actor_role PRIMARY KEY (municipality_id, actor_id, role),
  CONSTRAINT fk_actor_role_municipality_id_actor_id FOREIGN KEY(municipality_id, actor_id) REFERENCES actor (municipality_id, id)
)
 STRICT

CREATE TABLE api_key (
  municipality_id TEXT NOT NULL,
  id BLOB NOT NULL,
  actor_id BLOB NOT NULL,
  digest BLOB NOT NULL,
  revoked_at INTEGER,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_api_key PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_api_key_municipality_id_actor_id FOREIGN KEY(municipality_id, actor_id) REFERENCES actor (municipality_id, id),
  CONSTRAINT uq_api_key_digest UNIQUE (digest)
)
 STRICT

CREATE INDEX ix_api_key_actor ON api_key (municipality_id, actor_id)

CREATE TABLE approval_decision (
  municipality_id TEXT NOT NULL,
  approval_id BLOB NOT NULL,
  approved INTEGER NOT NULL,
  reason TEXT NOT NULL,
  actor_id BLOB NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_approval_decision PRIMARY KEY (municipality_id, approval_id),
  CONSTRAINT fk_approval_decision_municipality_id_approval_id FOREIGN KEY(municipality_id, approval_id) REFERENCES approval (municipality_id, id)
)
 STRICT

CREATE TABLE bank_statement (
  municipality_id TEXT NOT NULL,
  id BLOB NOT NULL,
  message_id BLOB NOT NULL,
  kind TEXT NOT NULL,
  account_iban TEXT NOT NULL,
  statement_id TEXT NOT NULL,
  opening_cents INTEGER,
  closing_cents INTEGER,
  closed_on TEXT,
  lines INTEGER NOT NULL,
  content_sha256 BLOB NOT NULL,
  gap_accepted INTEGER NOT NULL,
  CONSTRAINT pk_bank_statement PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_bank_statement_municipality_id_message_id FOREIGN KEY(municipality_id, message_id) REFERENCES bank_message (municipality_id, id),
  CONSTRAINT uq_bank_statement_municipality_id_kind_account_iban_statement_id UNIQUE (municipality_id, kind, account_iban, statement_id)
)
 STRICT

CREATE INDEX ix_bank_statement_closed ON bank_statement (municipality_id, account_iban, closed_on)

CREATE INDEX ix_bank_statement_message ON bank_statement (municipality_id, message_id)

CREATE TABLE budget (
  municipality_id TEXT NOT NULL,
  id BLOB NOT NULL,
  programme_id BLOB NOT NULL,
  year INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_budget PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_budget_municipality_id_programme_id FOREIGN KEY(municipality_id, programme_id) REFERENCES programme (municipality_id, id),
  CONSTRAINT uq_budget_municipality_id_programme_id_year UNIQUE (municipality_id, programme_id, year)
)
 STRICT

CREATE TABLE claim (
  municipality_id TEXT NOT NULL,
  id BLOB NOT NULL,
  provider_id BLOB NOT NULL,
  sha256 BLOB NOT NULL,
  lines INTEGER NOT NULL,
  price_cents INTEGER NOT NULL,
  actor_id BLOB NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_claim PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_claim_municipality_id_provider_id FOREIGN KEY(municipality_id, provider_id) REFERENCES provider (municipality_id, id),
  CONSTRAINT uq_claim_municipality_id_provider_id_sha256 UNIQUE (municipality_id, provider_id, sha256)
)
 STRICT

CREATE INDEX ix_claim_actor ON claim (municipality_id, actor_id, id)

CREATE TABLE contact (
  municipality_id TEXT NOT NULL,
  id BLOB NOT NULL,
  version INTEGER NOT NULL,
  provider_id BLOB NOT NULL,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  purposes TEXT NOT NULL,
  language TEXT NOT NULL,
  ended_at INTEGER,
  actor_id BLOB NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_contact PRIMARY KEY (municipality_id, id, version),
  CONSTRAINT fk_contact_municipality_id_provider_id FOREIGN KEY(municipality_id, provider_id) REFERENCES provider (municipality_id, id),
  CONSTRAINT ck_contact_language CHECK (language IN ('nl', 'en'))
)
 STRICT

CREATE INDEX ix_contact_provider ON contact (municipality_id, provider_id, id)

CREATE TABLE contract (
  municipality_id TEXT NOT NULL,
  id BLOB NOT NULL,
  provider_id BLOB NOT NULL,
  law TEXT NOT NULL,
  number TEXT NOT NULL,
  published_version INTEGER,
  withdrawn_at INTEGER,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_contract PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_contract_municipality_id_provider_id FOREIGN KEY(municipality_id, provider_id) REFERENCES provider (municipality_id, id)
)
 STRICT

CREATE INDEX ix_contract_provider_id ON contract (provider_id)

CREATE UNIQUE INDEX uq_contract_number ON contract (municipality_id, number) WHERE withdrawn_at IS NULL

CREATE TABLE demand (
  municipality_id TEXT NOT NULL,
  id BLOB NOT NULL,
  provider_id BLOB NOT NULL,
  cents INTEGER NOT NULL,
  reference TEXT NOT NULL,
  sent_on TEXT NOT NULL,
  due_on TEXT NOT NULL,
  reason TEXT NOT NULL,
  budget_id BLOB NOT NULL,
  fingerprint BLOB NOT NULL,
  actor_id BLOB NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_demand PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_demand_municipality_id_provider_id FOREIGN KEY(municipality_id, provider_id) REFERENCES provider (municipality_id, id),
  CONSTRAINT uq_demand_municipality_id_reference UNIQUE (municipality_id, reference),
  CONSTRAINT ck_demand_cents_positive CHECK (cents > 0)
)
 STRICT

CREATE INDEX ix_demand_provider ON demand (municipality_id, provider_id, id)

CREATE TABLE device (
  municipality_id TEXT NOT NULL,
  id BLOB NOT NULL,
  provider_id BLOB NOT NULL,
  name TEXT NOT NULL,
  digest BLOB NOT NULL,
  recorded_by BLOB NOT NULL,
  recorded_at INTEGER NOT NULL,
  approved_by BLOB,
  approved_at INTEGER,
  revoked_by BLOB,
  revoked_at INTEGER,
  used_at INTEGER,
  CONSTRAINT pk_device PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_device_municipality_id_provider_id FOREIGN KEY(municipality_id, provider_id) REFERENCES provider (municipality_id, id),
  CONSTRAINT uq_device_municipality_id_digest UNIQUE (municipality_id, digest)
)
 STRICT

CREATE INDEX ix_device_provider ON device (municipality_id, provider_id)

CREATE TABLE device_rule (
  municipality_id TEXT NOT NULL,
  provider_id BLOB NOT NULL,
  is_needed INTEGER NOT NULL,
  recorded_by BLOB NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_device_rule PRIMARY KEY (municipality_id, provider_id),
  CONSTRAINT fk_device_rule_municipality_id_provider_id FOREIGN KEY(municipality_id, provider_id) REFERENCES provider (municipality_id, id)
)
 STRICT

CREATE TABLE identity_link (
  municipality_id TEXT NOT NULL,
  digest BLOB NOT NULL,
  actor_id BLOB NOT NULL,
  issuer TEXT NOT NULL,
  recorded_by BLOB NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_identity_link PRIMARY KEY (municipality_id, digest),
  CONSTRAINT fk_identity_link_municipality_id_actor_id FOREIGN KEY(municipality_id, actor_id) REFERENCES actor (municipality_id, id)
)
 STRICT

CREATE INDEX ix_identity_link_actor ON identity_link (municipality_id, actor_id)

CREATE TABLE job_file (
  municipality_id TEXT NOT NULL,
  job_id BLOB NOT NULL,
  number INTEGER NOT NULL,
  sealed BLOB NOT NULL,
  CONSTRAINT pk_job_file PRIMARY KEY (municipality_id, job_id, number),
  CONSTRAINT fk_job_file_municipality_id_job_id FOREIGN KEY(municipality_id, job_id) REFERENCES job (municipality_id, id)
)
 STRICT

CREATE TABLE left_out (
  municipality_id TEXT NOT NULL,
  run_id BLOB NOT NULL,
  entry_id BLOB NOT NULL,
  provider_id BLOB NOT NULL,
  cents INTEGER NOT NULL,
  reason TEXT NOT NULL,
  CONSTRAINT pk_left_out PRIMARY KEY (municipality_id, run_id, entry_id),
  CONSTRAINT fk_left_out_municipality_id_run_id FOREIGN KEY(municipality_id, run_id) REFERENCES settlement_run (municipality_id, id)
)
 WITHOUT ROWID,
 STRICT

CREATE INDEX ix_left_out_provider ON left_out (municipality_id, provider_id, run_id)

CREATE TABLE letter_login (
  municipality_id TEXT NOT NULL,
  id BLOB NOT NULL,
  person_id BLOB NOT NULL,
  digest BLOB NOT NULL,
  recorded_by BLOB NOT NULL,
  recorded_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  revoked_at INTEGER,
  one_time_digest BLOB,
  one_time_until INTEGER,
  asks INTEGER NOT NULL,
  ask_from INTEGER,
  failures INTEGER NOT NULL,
  blocked_until INTEGER,
  used_at INTEGER,
  CONSTRAINT pk_letter_login PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_letter_login_municipality_id_person_id FOREIGN KEY(municipality_id, person_id) REFERENCES person (municipality_id, id),
  CONSTRAINT uq_letter_login_municipality_id_digest UNIQUE (municipality_id, digest)
)
 STRICT

CREATE INDEX ix_letter_login_person ON letter_login (municipality_id, person_id)

CREATE TABLE line_mark (
  municipality_id TEXT NOT NULL,
  entry_id BLOB NOT NULL,
  number INTEGER NOT NULL,
  run_id BLOB NOT NULL,
  kind TEXT NOT NULL,
  reason TEXT,
  note TEXT NOT NULL,
  word INTEGER,
  actor_id BLOB NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_line_mark PRIMARY KEY (municipality_id, entry_id, number),
  CONSTRAINT fk_line_mark_municipality_id_run_id FOREIGN KEY(municipality_id, run_id) REFERENCES settlement_run (municipality_id, id)
)
 STRICT

CREATE INDEX ix_line_mark_run ON line_mark (municipality_id, run_id)

CREATE TABLE link_try (
  municipality_id TEXT NOT NULL,
  person_id BLOB NOT NULL,
  failures INTEGER NOT NULL,
  blocked_until INTEGER,
  CONSTRAINT pk_link_try PRIMARY KEY (municipality_id, person_id),
  CONSTRAINT fk_link_try_municipality_id_person_id FOREIGN KEY(municipality_id, person_id) REFERENCES person (municipality_id, id)
)
 STRICT

CREATE TABLE login_invitation (
  municipality_id TEXT NOT NULL,
  id BLOB NOT NULL,
  digest BLOB NOT NULL,
  actor_id BLOB NOT NULL,
  login_name TEXT NOT NULL,
  recorded_by BLOB NOT NULL,
  recorded_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER,
  CONSTRAINT pk_login_invitation PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_login_invitation_municipality_id_actor_id FOREIGN KEY(municipality_id, actor_id) REFERENCES actor (municipality_id, id),
  CONSTRAINT uq_login_invitation_digest UNIQUE (digest)
)
 STRICT

CREATE INDEX ix_login_invitation_actor ON login_invitation (municipality_id, actor_id)

CREATE TABLE mandate (
  municipality_id TEXT NOT NULL,
  id BLOB NOT NULL,
  holder_id BLOB NOT NULL,
  representative_id BLOB NOT NULL,
  kind TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_until TEXT,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_mandate PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_mandate_municipality_id_holder_id FOREIGN KEY(municipality_id, holder_id) REFERENCES person (municipality_id, id),
  CONSTRAINT fk_mandate_municipality_id_representative_id FOREIGN KEY(municipality_id, representative_id) REFERENCES person (municipality_id, id)
)
 STRICT

CREATE INDEX ix_mandate_holder ON mandate (municipality_id, holder_id)

CREATE INDEX ix_mandate_representative ON mandate (municipality_id, representative_id)

CREATE TABLE payee_check (
  municipality_id TEXT NOT NULL,
  id BLOB NOT NULL,
  provider_id BLOB NOT NULL,
  account_holder_name TEXT NOT NULL,
  iban TEXT NOT NULL,
  outcome TEXT NOT NULL,
  name_at_bank TEXT,
  source TEXT NOT NULL,
  actor_id BLOB NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_payee_check PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_payee_check_municipality_id_provider_id FOREIGN KEY(municipality_id, provider_id) REFERENCES provider (municipality_id, id)
)
 STRICT

CREATE INDEX ix_payee_check_blocking ON payee_check (municipality_id, provider_id) WHERE outcome IN ('no_match', 'not_payable')

CREATE INDEX ix_payee_check_provider ON payee_check (municipality_id, provider_id, id)

CREATE TABLE payment_file (
  municipality_id TEXT NOT NULL,
  run_id BLOB NOT NULL,
  number INTEGER NOT NULL,
  message_id TEXT NOT NULL,
  count INTEGER NOT NULL,
  total_cents INTEGER NOT NULL,
  sha256 BLOB NOT NULL,
  CONSTRAINT pk_payment_file PRIMARY KEY (municipality_id, run_id, number),
  CONSTRAINT fk_payment_file_municipality_id_run_id FOREIGN KEY(municipality_id, run_id) REFERENCES settlement_run (municipality_id, id),
  CONSTRAINT uq_payment_file_municipality_id_message_id UNIQUE (municipality_id, message_id)
)
 STRICT

CREATE TABLE programme_version (
  municipality_id TEXT NOT NULL,
  programme_id BLOB NOT NULL,
  version INTEGER NOT NULL,
  restrictions TEXT NOT NULL,
  funding TEXT NOT NULL,
  confirmation TEXT NOT NULL,
  rate_ceilings TEXT NOT NULL,
  drafted_by BLOB NOT NULL,
  published_at INTEGER,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_programme_version PRIMARY KEY (municipality_id, programme_id, version),
  CONSTRAINT fk_programme_version_municipality_id_programme_id FOREIGN KEY(municipality_id, programme_id) REFERENCES programme (municipality_id, id)
)
 STRICT

CREATE TABLE refusal (
  municipality_id TEXT NOT NULL,
  id BLOB NOT NULL,
  holder_id BLOB NOT NULL,
  law TEXT NOT NULL,
  reference TEXT,
  asked TEXT NOT NULL,
  reason TEXT NOT NULL,
  decided_on TEXT NOT NULL,
  actor_id BLOB NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_refusal PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_refusal_municipality_id_holder_id FOREIGN KEY(municipality_id, holder_id) REFERENCES person (municipality_id, id)
)
 STRICT

CREATE INDEX ix_refusal_holder ON refusal (municipality_id, holder_id)

CREATE TABLE resident_word (
  municipality_id TEXT NOT NULL,
  entry_id BLOB NOT NULL,
  number INTEGER NOT NULL,
  redemption_id BLOB NOT NULL,
  line INTEGER NOT NULL,
  id BLOB NOT NULL,
  kind TEXT NOT NULL,
  note TEXT NOT NULL,
  person_id BLOB NOT NULL,
  told_by TEXT NOT NULL,
  was_settled INTEGER NOT NULL,
  fingerprint BLOB NOT NULL,
  actor_id BLOB NOT NULL,
  at INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_resident_word PRIMARY KEY (municipality_id, entry_id, number),
  CONSTRAINT fk_resident_word_municipality_id_redemption_id FOREIGN KEY(municipality_id, redemption_id) REFERENCES redemption (municipality_id, id),
  CONSTRAINT fk_resident_word_municipality_id_person_id FOREIGN KEY(municipality_id, person_id) REFERENCES person (municipality_id, id),
  CONSTRAINT uq_resident_word_municipality_id_id_line UNIQUE (municipality_id, id, line)
)
 STRICT

CREATE INDEX ix_resident_word_disputed ON resident_word (municipality_id, entry_id) WHERE kind = 'disputed'

CREATE INDEX ix_resident_word_redemption ON resident_word (municipality_id, redemption_id)

CREATE TABLE run_release (
  municipality_id TEXT NOT NULL,
  run_id BLOB NOT NULL,
  debtor_name TEXT NOT NULL,
  debtor_iban TEXT NOT NULL,
  count INTEGER NOT NULL,
  total_cents INTEGER NOT NULL,
  files INTEGER NOT NULL,
  file_version TEXT NOT NULL,
  actor_id BLOB NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_run_release PRIMARY KEY (municipality_id, run_id),
  CONSTRAINT fk_run_release_municipality_id_run_id FOREIGN KEY(municipality_id, run_id) REFERENCES settlement_run (municipality_id, id)
)
 STRICT

CREATE TABLE run_step (
  municipality_id TEXT NOT NULL,
  run_id BLOB NOT NULL,
  number INTEGER NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  actor_id BLOB NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_run_step PRIMARY KEY (municipality_id, run_id, number),
  CONSTRAINT fk_run_step_municipality_id_run_id FOREIGN KEY(municipality_id, run_id) REFERENCES settlement_run (municipality_id, id)
)
 STRICT

CREATE TABLE settlement (
  municipality_id TEXT NOT NULL,
  id BLOB NOT NULL,
  run_id BLOB NOT NULL,
  provider_id BLOB NOT NULL,
  owed_before_cents INTEGER NOT NULL,
  gross_cents INTEGER NOT NULL,
  set_off_cents INTEGER NOT NULL,
  net_cents INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_settlement PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_settlement_municipality_id_run_id FOREIGN KEY(municipality_id, run_id) REFERENCES settlement_run (municipality_id, id),
  CONSTRAINT fk_settlement_municipality_id_provider_id FOREIGN KEY(municipality_id, provider_id) REFERENCES provider (municipality_id, id),
  CONSTRAINT uq_settlement_municipality_id_run_id_provider_id UNIQUE (municipality_id, run_id, provider_id)
)
 STRICT

CREATE INDEX ix_settlement_provider ON settlement (municipality_id, provider_id, id)

CREATE TABLE taken_back (
  municipality_id TEXT NOT NULL,
  follow_up_id BLOB NOT NULL,
  line INTEGER NOT NULL,
  redemption_id BLOB NOT NULL,
  kind TEXT NOT NULL,
  turn INTEGER NOT NULL,
  quantity INTEGER NOT NULL,
  price_cents INTEGER NOT NULL,
  CONSTRAINT pk_taken_back PRIMARY KEY (municipality_id, follow_up_id, line),
  CONSTRAINT fk_taken_back_municipality_id_follow_up_id FOREIGN KEY(municipality_id, follow_up_id) REFERENCES follow_up (municipality_id, id),
  CONSTRAINT uq_taken_back_municipality_id_redemption_id_line_kind_turn UNIQUE (municipality_id, redemption_id, line, kind, turn),
  CONSTRAINT ck_taken_back_not_negative CHECK (quantity >= 0 AND price_cents >= 0)
)
 STRICT

CREATE TABLE unsettled (
  municipality_id TEXT NOT NULL,
  run_id BLOB NOT NULL,
  provider_id BLOB NOT NULL,
  lines INTEGER NOT NULL,
  cents INTEGER NOT NULL,
  owed_cents INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_unsettled PRIMARY KEY (municipality_id, run_id, provider_id),
  CONSTRAINT fk_unsettled_municipality_id_run_id FOREIGN KEY(municipality_id, run_id) REFERENCES settlement_run (municipality_id, id),
  CONSTRAINT fk_unsettled_municipality_id_provider_id FOREIGN KEY(municipality_id, provider_id) REFERENCES provider (municipality_id, id)
)
 STRICT

CREATE INDEX ix_unsettled_provider ON unsettled (municipality_id, provider_id, run_id)

CREATE TABLE vault_index (
  municipality_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  digest BLOB NOT NULL,
  person_id BLOB NOT NULL,
  CONSTRAINT pk_vault_index PRIMARY KEY (municipality_id, kind, digest, person_id),
  CONSTRAINT fk_vault_index_municipality_id_person_id FOREIGN KEY(municipality_id, person_id) REFERENCES person (municipality_id, id)
)
 STRICT

CREATE INDEX ix_vault_index_person ON vault_index (municipality_id, person_id)

CREATE UNIQUE INDEX uq_vault_index_bsn ON vault_index (municipality_id, digest) WHERE kind = 'bsn'

CREATE TABLE vault_record (
  municipality_id TEXT NOT NULL,
  person_id BLOB NOT NULL,
  wrapped_key BLOB NOT NULL,
  sealed BLOB NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_vault_record PRIMARY KEY (municipality_id, person_id),
  CONSTRAINT fk_vault_record_municipality_id_person_id FOREIGN KEY(municipality_id, person_id) REFERENCES person (municipality_id, id)
)
 STRICT

CREATE TABLE account_decision (
  municipality_id TEXT NOT NULL,
  change_id BLOB NOT NULL,
  approved INTEGER NOT NULL,
  effective_on TEXT,
  reason TEXT NOT NULL,
  told_otherwise TEXT,
  actor_id BLOB NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_account_decision PRIMARY KEY (municipality_id, change_id),
  CONSTRAINT fk_account_decision_municipality_id_change_id FOREIGN KEY(municipality_id, change_id) REFERENCES account_change (municipality_id, id)
)
 STRICT

CREATE INDEX ix_account_decision_effective ON account_decision (municipality_id, effective_on)

CREATE TABLE bank_line (
  municipality_id TEXT NOT NULL,
  statement_id BLOB NOT NULL,
  number INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  payment_id BLOB,
  file TEXT,
  cents INTEGER NOT NULL,
  booked_on TEXT,
  code TEXT NOT NULL,
  end_to_end_id TEXT,
  servicer_reference TEXT,
  counterparty_iban TEXT,
  counterparty_name TEXT,
  remittance TEXT,
  CONSTRAINT pk_bank_line PRIMARY KEY (municipality_id, statement_id, number),
  CONSTRAINT fk_bank_line_municipality_id_statement_id FOREIGN KEY(municipality_id, statement_id) REFERENCES bank_statement (municipality_id, id)
)
 WITHOUT ROWID,
 STRICT

CREATE INDEX ix_bank_line_file ON bank_line (municipality_id, file) WHERE file IS NOT NULL

CREATE INDEX ix_bank_line_look_at ON bank_line (municipality_id, statement_id, number) WHERE outcome IN ('unmatched', 'amount_differs', 'contradicts', 'ambiguous', 'overpaid')

CREATE INDEX ix_bank_line_payment ON bank_line (municipality_id, payment_id)

CREATE TABLE contract_line (
  municipality_id TEXT NOT NULL,
  contract_id BLOB NOT NULL,
  version INTEGER NOT NULL,
  line INTEGER NOT NULL,
  service TEXT NOT NULL,
  tariff TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_until TEXT,
  CONSTRAINT pk_contract_line PRIMARY KEY (municipality_id, contract_id, version, line),
  CONSTRAINT fk_contract_line_municipality_id_contract_id FOREIGN KEY(municipality_id, contract_id) REFERENCES contract (municipality_id, id)
)
 STRICT

CREATE TABLE contract_version (
  municipality_id TEXT NOT NULL,
  contract_id BLOB NOT NULL,
  version INTEGER NOT NULL,
  valid_from TEXT NOT NULL,
  valid_until TEXT,
  areas TEXT NOT NULL,
  acceptance_duty INTEGER NOT NULL,
  ceiling_cents INTEGER,
  terms TEXT NOT NULL,
  drafted_by BLOB NOT NULL,
  published_at INTEGER,
  published_by BLOB,
  withdrawn_at INTEGER,
  withdrawn_by BLOB,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_contract_version PRIMARY KEY (municipality_id, contract_id, version),
  CONSTRAINT fk_contract_version_municipality_id_contract_id FOREIGN KEY(municipality_id, contract_id) REFERENCES contract (municipality_id, id)
)
 STRICT

CREATE TABLE demand_debt (
  municipality_id TEXT NOT NULL,
  demand_id BLOB NOT NULL,
  entry_id BLOB NOT NULL,
  cents INTEGER NOT NULL,
  CONSTRAINT pk_demand_debt PRIMARY KEY (municipality_id, demand_id, entry_id),
  CONSTRAINT fk_demand_debt_municipality_id_demand_id FOREIGN KEY(municipality_id, demand_id) REFERENCES demand (municipality_id, id)
)
 STRICT

CREATE TABLE demand_interest (
  municipality_id TEXT NOT NULL,
  demand_id BLOB NOT NULL,
  number INTEGER NOT NULL,
  line INTEGER NOT NULL,
  first TEXT NOT NULL,
  last TEXT NOT NULL,
  principal_cents INTEGER NOT NULL,
  basis_points INTEGER NOT NULL,
  days INTEGER NOT NULL,
  days_of_year INTEGER NOT NULL,
  cents INTEGER NOT NULL,
  CONSTRAINT pk_demand_interest PRIMARY KEY (municipality_id, demand_id, number, line),
  CONSTRAINT fk_demand_interest_municipality_id_demand_id FOREIGN KEY(municipality_id, demand_id) REFERENCES demand (municipality_id, id)
)
 STRICT

CREATE TABLE demand_step (
  municipality_id TEXT NOT NULL,
  demand_id BLOB NOT NULL,
  number INTEGER NOT NULL,
  id BLOB NOT NULL,
  kind TEXT NOT NULL,
  cents INTEGER NOT NULL,
  day TEXT NOT NULL,
  rates_id BLOB,
  statement_id BLOB,
  line INTEGER,
  reason TEXT NOT NULL,
  actor_id BLOB NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_demand_step PRIMARY KEY (municipality_id, demand_id, number),
  CONSTRAINT fk_demand_step_municipality_id_demand_id FOREIGN KEY(municipality_id, demand_id) REFERENCES demand (municipality_id, id),
  CONSTRAINT uq_demand_step_municipality_id_id UNIQUE (municipality_id, id),
  CONSTRAINT ck_demand_step_cents_positive CHECK (cents > 0 OR kind = 'withdrawn'),
  CONSTRAINT ck_demand_step_repaid_by_statement CHECK ((kind = 'repaid') = (statement_id IS NOT NULL))
)
 STRICT

CREATE INDEX ix_demand_step_line ON demand_step (municipality_id, statement_id, line) WHERE statement_id IS NOT NULL

CREATE TABLE entitlement (
  municipality_id TEXT NOT NULL,
  id BLOB NOT NULL,
  kind TEXT NOT NULL,
  law TEXT NOT NULL,
  programme_id BLOB NOT NULL,
  budget_id BLOB NOT NULL,
  holder_id BLOB NOT NULL,
  valid_from TEXT NOT NULL,
  valid_until TEXT,
  amount_cents INTEGER,
  committed_cents INTEGER NOT NULL,
  quantity INTEGER,
  quantity_unit TEXT,
  expected_quantity INTEGER,
  restrictions TEXT NOT NULL,
  area TEXT,
  suspensions TEXT NOT NULL,
  reference TEXT,
  reference_folded TEXT,
  note TEXT,
  allocation_number INTEGER,
  decided_at INTEGER,
  closed_at INTEGER,
  version INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_entitlement PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_entitlement_municipality_id_programme_id FOREIGN KEY(municipality_id, programme_id) REFERENCES programme (municipality_id, id),
  CONSTRAINT fk_entitlement_municipality_id_holder_id FOREIGN KEY(municipality_id, holder_id) REFERENCES person (municipality_id, id),
  CONSTRAINT fk_entitlement_municipality_id_budget_id FOREIGN KEY(municipality_id, budget_id) REFERENCES budget (municipality_id, id),
  CONSTRAINT uq_entitlement_municipality_id_law_allocation_number UNIQUE (municipality_id, law, allocation_number),
  CONSTRAINT ck_entitlement_validity CHECK (valid_until IS NULL OR valid_until >= valid_from)
)
 STRICT

CREATE INDEX ix_entitlement_budget ON entitlement (municipality_id, budget_id)

CREATE INDEX ix_entitlement_ending ON entitlement (municipality_id, valid_until, id) WHERE closed_at IS NULL

CREATE INDEX ix_entitlement_holder ON entitlement (municipality_id, holder_id)

CREATE INDEX ix_entitlement_reference ON entitlement (municipality_id, reference_folded)

CREATE TABLE historical_cost (
  municipality_id TEXT NOT NULL,
  id BLOB NOT NULL,
  contract_id BLOB NOT NULL,
  year INTEGER NOT NULL,
  cents INTEGER NOT NULL,
  actor_id BLOB NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_historical_cost PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_historical_cost_municipality_id_contract_id FOREIGN KEY(municipality_id, contract_id) REFERENCES contract (municipality_id, id),
  CONSTRAINT ck_historical_cost_not_negative CHECK (cents >= 0)
)
 STRICT

CREATE INDEX ix_historical_cost_contract ON historical_cost (municipality_id, contract_id)

CREATE TABLE link_code (
  municipality_id TEXT NOT NULL,
  id BLOB NOT NULL,
  person_id BLOB NOT NULL,
  digest BLOB NOT NULL,
  recorded_by BLOB NOT NULL,
  recorded_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  closed_at INTEGER,
  mandate_id BLOB,
  CONSTRAINT pk_link_code PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_link_code_municipality_id_person_id FOREIGN KEY(municipality_id, person_id) REFERENCES person (municipality_id, id),
  CONSTRAINT fk_link_code_municipality_id_mandate_id FOREIGN KEY(municipality_id, mandate_id) REFERENCES mandate (municipality_id, id),
  CONSTRAINT uq_link_code_municipality_id_digest UNIQUE (municipality_id, digest)
)
 STRICT

CREATE INDEX ix_link_code_mandate ON link_code (municipality_id, mandate_id)

CREATE INDEX ix_link_code_person ON link_code (municipality_id, person_id)

CREATE TABLE local_login (
  municipality_id TEXT NOT NULL,
  actor_id BLOB NOT NULL,
  digest BLOB NOT NULL,
  password TEXT NOT NULL,
  invitation_id BLOB NOT NULL,
  last_step INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  blocked_until INTEGER,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_local_login PRIMARY KEY (municipality_id, actor_id),
  CONSTRAINT fk_local_login_municipality_id_actor_id FOREIGN KEY(municipality_id, actor_id) REFERENCES actor (municipality_id, id),
  CONSTRAINT fk_local_login_municipality_id_invitation_id FOREIGN KEY(municipality_id, invitation_id) REFERENCES login_invitation (municipality_id, id),
  CONSTRAINT uq_local_login_digest UNIQUE (digest)
)
 STRICT

CREATE TABLE login_session (
  municipality_id TEXT NOT NULL,
  id BLOB NOT NULL,
  digest BLOB NOT NULL,
  actor_id BLOB NOT NULL,
  proof TEXT NOT NULL,
  key_id BLOB,
  proven_at INTEGER NOT NULL,
  agent TEXT,
  recorded_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  ended_at INTEGER,
  CONSTRAINT pk_login_session PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_login_session_municipality_id_actor_id FOREIGN KEY(municipality_id, actor_id) REFERENCES actor (municipality_id, id),
  CONSTRAINT fk_login_session_municipality_id_key_id FOREIGN KEY(municipality_id, key_id) REFERENCES api_key (municipality_id, id),
  CONSTRAINT ck_login_session_key_for_key CHECK ((proof = 'key') = (key_id IS NOT NULL)),
  CONSTRAINT uq_login_session_digest UNIQUE (digest)
)
 STRICT

CREATE INDEX ix_login_session_actor ON login_session (municipality_id, actor_id)

CREATE INDEX ix_login_session_over ON login_session (municipality_id, expires_at)

CREATE TABLE notice (
  municipality_id TEXT NOT NULL,
  id BLOB NOT NULL,
  provider_id BLOB NOT NULL,
  contact_id BLOB NOT NULL,
  contact_version INTEGER NOT NULL,
  about TEXT NOT NULL,
  cause_id BLOB NOT NULL,
  language TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_notice PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_notice_municipality_id_provider_id FOREIGN KEY(municipality_id, provider_id) REFERENCES provider (municipality_id, id),
  CONSTRAINT fk_notice_municipality_id_contact_id_contact_version FOREIGN KEY(municipality_id, contact_id, contact_version) REFERENCES contact (municipality_id, id, version)
)
 STRICT

CREATE INDEX ix_notice_cause ON notice (municipality_id, cause_id, about)

CREATE INDEX ix_notice_provider ON notice (municipality_id, provider_id, id)

CREATE TABLE payee_override (
  municipality_id TEXT NOT NULL,
  check_id BLOB NOT NULL,
  actor_id BLOB NOT NULL,
  reason TEXT NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_payee_override PRIMARY KEY (municipality_id, check_id, actor_id),
  CONSTRAINT fk_payee_override_municipality_id_check_id FOREIGN KEY(municipality_id, check_id) REFERENCES payee_check (municipality_id, id)
)
 STRICT

CREATE TABLE payment (
  municipality_id TEXT NOT NULL,
  id BLOB NOT NULL,
  run_id BLOB NOT NULL,
  file INTEGER NOT NULL,
  settlement_id BLOB NOT NULL,
  end_to_end_id TEXT NOT NULL,
  reference TEXT NOT NULL,
  creditor_name TEXT NOT NULL,
  creditor_iban TEXT NOT NULL,
  amount_cents INTEGER NOT NULL,
  CONSTRAINT pk_payment PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_payment_municipality_id_settlement_id FOREIGN KEY(municipality_id, settlement_id) REFERENCES settlement (municipality_id, id),
  CONSTRAINT uq_payment_municipality_id_settlement_id UNIQUE (municipality_id, settlement_id),
  CONSTRAINT uq_payment_municipality_id_end_to_end_id UNIQUE (municipality_id, end_to_end_id),
  CONSTRAINT ck_payment_amount_positive CHECK (amount_cents > 0)
)
 STRICT

CREATE INDEX ix_payment_iban ON payment (municipality_id, creditor_iban, amount_cents)

CREATE INDEX ix_payment_reference ON payment (municipality_id, reference)

CREATE INDEX ix_payment_run ON payment (municipality_id, run_id, file, id)

CREATE TABLE settlement_line (
  municipality_id TEXT NOT NULL,
  entry_id BLOB NOT NULL,
  settlement_id BLOB NOT NULL,
  cents INTEGER NOT NULL,
  CONSTRAINT pk_settlement_line PRIMARY KEY (municipality_id, entry_id),
  CONSTRAINT fk_settlement_line_municipality_id_settlement_id FOREIGN KEY(municipality_id, settlement_id) REFERENCES settlement (municipality_id, id),
  CONSTRAINT fk_settlement_line_municipality_id_entry_id FOREIGN KEY(municipality_id, entry_id) REFERENCES entry (municipality_id, id)
)
 STRICT

CREATE INDEX ix_settlement_line_settlement ON settlement_line (municipality_id, settlement_id)

CREATE TABLE term_amount (
  municipality_id TEXT NOT NULL,
  id BLOB NOT NULL,
  contract_id BLOB NOT NULL,
  version INTEGER NOT NULL,
  number INTEGER NOT NULL,
  kind TEXT NOT NULL,
  first TEXT NOT NULL,
  last TEXT NOT NULL,
  budget_id BLOB,
  result_cents INTEGER NOT NULL,
  actor_id BLOB NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_term_amount PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_term_amount_municipality_id_contract_id FOREIGN KEY(municipality_id, contract_id) REFERENCES contract (municipality_id, id),
  CONSTRAINT fk_term_amount_municipality_id_budget_id FOREIGN KEY(municipality_id, budget_id) REFERENCES budget (municipality_id, id)
)
 STRICT

CREATE INDEX ix_term_amount_contract ON term_amount (municipality_id, contract_id)

CREATE TABLE term_evidence (
  municipality_id TEXT NOT NULL,
  id BLOB NOT NULL,
  contract_id BLOB NOT NULL,
  number INTEGER NOT NULL,
  first TEXT NOT NULL,
  last TEXT NOT NULL,
  available INTEGER NOT NULL,
  actor_id BLOB NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_term_evidence PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_term_evidence_municipality_id_contract_id FOREIGN KEY(municipality_id, contract_id) REFERENCES contract (municipality_id, id),
  CONSTRAINT ck_term_evidence_not_negative CHECK (available >= 0)
)
 STRICT

CREATE INDEX ix_term_evidence_contract ON term_evidence (municipality_id, contract_id)

CREATE TABLE term_notice (
  municipality_id TEXT NOT NULL,
  id BLOB NOT NULL,
  contract_id BLOB NOT NULL,
  number INTEGER NOT NULL,
  first TEXT NOT NULL,
  last TEXT NOT NULL,
  kind TEXT NOT NULL,
  refusal TEXT,
  missing TEXT NOT NULL,
  at_basis_points INTEGER NOT NULL,
  cents INTEGER NOT NULL,
  most_cents INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_term_notice PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_term_notice_municipality_id_contract_id FOREIGN KEY(municipality_id, contract_id) REFERENCES contract (municipality_id, id)
)
 STRICT

CREATE INDEX ix_term_notice_contract ON term_notice (municipality_id, contract_id)

CREATE TABLE care_agreement (
  municipality_id TEXT NOT NULL,
  id BLOB NOT NULL,
  entitlement_id BLOB NOT NULL,
  provider_id BLOB NOT NULL,
  service TEXT NOT NULL,
  rate_class TEXT NOT NULL,
  rate_cents INTEGER NOT NULL,
  ceiling_cents INTEGER NOT NULL,
  valid_from TEXT NOT NULL,
  valid_until TEXT,
  fingerprint BLOB NOT NULL,
  actor_id BLOB NOT NULL,
  at INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_care_agreement PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_care_agreement_municipality_id_entitlement_id FOREIGN KEY(municipality_id, entitlement_id) REFERENCES entitlement (municipality_id, id),
  CONSTRAINT fk_care_agreement_municipality_id_provider_id FOREIGN KEY(municipality_id, provider_id) REFERENCES provider (municipality_id, id)
)
 STRICT

CREATE INDEX ix_care_agreement_entitlement ON care_agreement (municipality_id, entitlement_id)

CREATE INDEX ix_care_agreement_provider ON care_agreement (municipality_id, provider_id, id)

CREATE TABLE code (
  municipality_id TEXT NOT NULL,
  id BLOB NOT NULL,
  entitlement_id BLOB NOT NULL,
  token_id BLOB NOT NULL,
  manual_digest BLOB NOT NULL,
  sealed_manual BLOB NOT NULL,
  key_id BLOB NOT NULL,
  issued_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  revoked_at INTEGER,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_code PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_code_municipality_id_entitlement_id FOREIGN KEY(municipality_id, entitlement_id) REFERENCES entitlement (municipality_id, id),
  CONSTRAINT uq_code_municipality_id_token_id UNIQUE (municipality_id, token_id),
  CONSTRAINT uq_code_municipality_id_manual_digest UNIQUE (municipality_id, manual_digest)
)
 STRICT

CREATE INDEX ix_code_entitlement ON code (municipality_id, entitlement_id)

CREATE INDEX ix_code_expiry ON code (municipality_id, expires_at, entitlement_id)

CREATE INDEX ix_code_revoked ON code (municipality_id, entitlement_id) WHERE revoked_at IS NOT NULL

CREATE TABLE code_request (
  municipality_id TEXT NOT NULL,
  id BLOB NOT NULL,
  entitlement_id BLOB NOT NULL,
  actor_id BLOB NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_code_request PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_code_request_municipality_id_entitlement_id FOREIGN KEY(municipality_id, entitlement_id) REFERENCES entitlement (municipality_id, id)
)
 STRICT

CREATE INDEX ix_code_request_entitlement ON code_request (municipality_id, entitlement_id)

CREATE TABLE entitlement_change (
  municipality_id TEXT NOT NULL,
  id BLOB NOT NULL,
  entitlement_id BLOB NOT NULL,
  version INTEGER NOT NULL,
  kind TEXT NOT NULL,
  content TEXT NOT NULL,
  fingerprint BLOB NOT NULL,
  reason TEXT NOT NULL,
  actor_id BLOB NOT NULL,
  at INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_entitlement_change PRIMARY KEY (municipality_id, id),
  CONSTRAINT fk_entitlement_change_municipality_id_entitlement_id FOREIGN KEY(municipality_id, entitlement_id) REFERENCES entitlement (municipality_id, id),
  CONSTRAINT uq_entitlement_change_municipality_id_entitlement_id_version UNIQUE (municipality_id, entitlement_id, version)
)
 STRICT

CREATE TABLE notice_delivery (
  municipality_id TEXT NOT NULL,
  notice_id BLOB NOT NULL,
  number INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  detail TEXT NOT NULL,
  actor_id BLOB NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_notice_delivery PRIMARY KEY (municipality_id, notice_id, number),
  CONSTRAINT fk_notice_delivery_municipality_id_notice_id FOREIGN KEY(municipality_id, notice_id) REFERENCES notice (municipality_id, id)
)
 STRICT

CREATE TABLE payment_event (
  municipality_id TEXT NOT NULL,
  payment_id BLOB NOT NULL,
  number INTEGER NOT NULL,
  id BLOB NOT NULL,
  state TEXT NOT NULL,
  code TEXT NOT NULL,
  statement_id BLOB NOT NULL,
  line INTEGER NOT NULL,
  servicer_reference TEXT,
  at INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_payment_event PRIMARY KEY (municipality_id, payment_id, number),
  CONSTRAINT fk_payment_event_municipality_id_payment_id FOREIGN KEY(municipality_id, payment_id) REFERENCES payment (municipality_id, id)
)
 WITHOUT ROWID,
 STRICT

CREATE INDEX ix_payment_event_cause ON payment_event (municipality_id, id)

CREATE INDEX ix_payment_event_servicer ON payment_event (municipality_id, servicer_reference) WHERE servicer_reference IS NOT NULL

CREATE TABLE term_line (
  municipality_id TEXT NOT NULL,
  amount_id BLOB NOT NULL,
  line INTEGER NOT NULL,
  formula TEXT NOT NULL,
  inputs TEXT NOT NULL,
  result_cents INTEGER NOT NULL,
  CONSTRAINT pk_term_line PRIMARY KEY (municipality_id, amount_id, line),
  CONSTRAINT fk_term_line_municipality_id_amount_id FOREIGN KEY(municipality_id, amount_id) REFERENCES term_amount (municipality_id, id)
)
 STRICT

CREATE TABLE care_approval (
  municipality_id TEXT NOT NULL,
  agreement_id BLOB NOT NULL,
  approver TEXT NOT NULL,
  actor_id BLOB NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_care_approval PRIMARY KEY (municipality_id, agreement_id, approver),
  CONSTRAINT fk_care_approval_municipality_id_agreement_id FOREIGN KEY(municipality_id, agreement_id) REFERENCES care_agreement (municipality_id, id),
  CONSTRAINT uq_care_approval_municipality_id_agreement_id_actor_id UNIQUE (municipality_id, agreement_id, actor_id)
)
 STRICT

CREATE TABLE care_decline (
  municipality_id TEXT NOT NULL,
  agreement_id BLOB NOT NULL,
  approver TEXT NOT NULL,
  reason TEXT NOT NULL,
  actor_id BLOB NOT NULL,
  recorded_at INTEGER NOT NULL,
  CONSTRAINT pk_care_decline PRIMARY KEY (municipality_id, agreement_id),
  CONSTRAINT fk_care_decline_municipality_id_agreement_id FOREIGN KEY(municipality_id, agreement_id) REFERENCES care_agreement (municipality_id, id)
)
 STRICT

CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'entry is append-only: history is never edited'); END

CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'entry is append-only: history is never edited'); END

CREATE TRIGGER entitlement_change_no_update BEFORE UPDATE ON entitlement_change
BEGIN SELECT RAISE(ABORT, 'entitlement_change is append-only: history is never edited'); END

CREATE TRIGGER entitlement_change_no_delete BEFORE DELETE ON entitlement_change
BEGIN SELECT RAISE(ABORT, 'entitlement_change is append-only: history is never edited'); END

CREATE TRIGGER redemption_no_update BEFORE UPDATE ON redemption
BEGIN SELECT RAISE(ABORT, 'redemption is append-only: history is never edited'); END

CREATE TRIGGER redemption_no_delete BEFORE DELETE ON redemption
BEGIN SELECT RAISE(ABORT, 'redemption is append-only: history is never edited'); END

CREATE TRIGGER redemption_line_no_update BEFORE UPDATE ON redemption_line
BEGIN SELECT RAISE(ABORT, 'redemption_line is append-only: history is never edited'); END

CREATE TRIGGER redemption_line_no_delete BEFORE DELETE ON redemption_line
BEGIN SELECT RAISE(ABORT, 'redemption_line is append-only: history is never edited'); END

CREATE TRIGGER follow_up_no_update BEFORE UPDATE ON follow_up
BEGIN SELECT RAISE(ABORT, 'follow_up is append-only: history is never edited'); END

CREATE TRIGGER follow_up_no_delete BEFORE DELETE ON follow_up
BEGIN SELECT RAISE(ABORT, 'follow_up is append-only: history is never edited'); END

CREATE TRIGGER taken_back_no_update BEFORE UPDATE ON taken_back
BEGIN SELECT RAISE(ABORT, 'taken_back is append-only: history is never edited'); END

CREATE TRIGGER taken_back_no_delete BEFORE DELETE ON taken_back
BEGIN SELECT RAISE(ABORT, 'taken_back is append-only: history is never edited'); END

CREATE TRIGGER claim_no_update BEFORE UPDATE ON claim
BEGIN SELECT RAISE(ABORT, 'claim is append-only: history is never edited'); END

CREATE TRIGGER claim_no_delete BEFORE DELETE ON claim
BEGIN SELECT RAISE(ABORT, 'claim is append-only: history is never edited'); END

CREATE TRIGGER resident_word_no_update BEFORE UPDATE ON resident_word
BEGIN SELECT RAISE(ABORT, 'resident_word is append-only: history is never edited'); END

CREATE TRIGGER resident_word_no_delete BEFORE DELETE ON resident_word
BEGIN SELECT RAISE(ABORT, 'resident_word is append-only: history is never edited'); END

CREATE TRIGGER settlement_run_no_update BEFORE UPDATE ON settlement_run
BEGIN SELECT RAISE(ABORT, 'settlement_run is append-only: history is never edited'); END

CREATE TRIGGER settlement_run_no_delete BEFORE DELETE ON settlement_run
BEGIN SELECT RAISE(ABORT, 'settlement_run is append-only: history is never edited'); END

CREATE TRIGGER run_step_no_update BEFORE UPDATE ON run_step
BEGIN SELECT RAISE(ABORT, 'run_step is append-only: history is never edited'); END

CREATE TRIGGER run_step_no_delete BEFORE DELETE ON run_step
BEGIN SELECT RAISE(ABORT, 'run_step is append-only: history is never edited'); END

CREATE TRIGGER line_mark_no_update BEFORE UPDATE ON line_mark
BEGIN SELECT RAISE(ABORT, 'line_mark is append-only: history is never edited'); END

CREATE TRIGGER line_mark_no_delete BEFORE DELETE ON line_mark
BEGIN SELECT RAISE(ABORT, 'line_mark is append-only: history is never edited'); END

CREATE TRIGGER left_out_no_update BEFORE UPDATE ON left_out
BEGIN SELECT RAISE(ABORT, 'left_out is append-only: history is never edited'); END

CREATE TRIGGER left_out_no_delete BEFORE DELETE ON left_out
BEGIN SELECT RAISE(ABORT, 'left_out is append-only: history is never edited'); END

CREATE TRIGGER unsettled_no_update BEFORE UPDATE ON unsettled
BEGIN SELECT RAISE(ABORT, 'unsettled is append-only: history is never edited'); END

CREATE TRIGGER unsettled_no_delete BEFORE DELETE ON unsettled
BEGIN SELECT RAISE(ABORT, 'unsettled is append-only: history is never edited'); END

CREATE TRIGGER run_release_no_update BEFORE UPDATE ON run_release
BEGIN SELECT RAISE(ABORT, 'run_release is append-only: history is never edited'); END

CREATE TRIGGER run_release_no_delete BEFORE DELETE ON run_release
BEGIN SELECT RAISE(ABORT, 'run_release is append-only: history is never edited'); END

CREATE TRIGGER settlement_no_update BEFORE UPDATE ON settlement
BEGIN SELECT RAISE(ABORT, 'settlement is append-only: history is never edited'); END

CREATE TRIGGER settlement_no_delete BEFORE DELETE ON settlement
BEGIN SELECT RAISE(ABORT, 'settlement is append-only: history is never edited'); END

CREATE TRIGGER settlement_line_no_update BEFORE UPDATE ON settlement_line
BEGIN SELECT RAISE(ABORT, 'settlement_line is append-only: history is never edited'); END

CREATE TRIGGER settlement_line_no_delete BEFORE DELETE ON settlement_line
BEGIN SELECT RAISE(ABORT, 'settlement_line is append-only: history is never edited'); END

CREATE TRIGGER payment_file_no_update BEFORE UPDATE ON payment_file
BEGIN SELECT RAISE(ABORT, 'payment_file is append-only: history is never edited'); END

CREATE TRIGGER payment_file_no_delete BEFORE DELETE ON payment_file
BEGIN SELECT RAISE(ABORT, 'payment_file is append-only: history is never edited'); END

CREATE TRIGGER payment_no_update BEFORE UPDATE ON payment
BEGIN SELECT RAISE(ABORT, 'payment is append-only: history is never edited'); END

CREATE TRIGGER payment_no_delete BEFORE DELETE ON payment
BEGIN SELECT RAISE(ABORT, 'payment is append-only: history is never edited'); END

CREATE TRIGGER payment_event_no_update BEFORE UPDATE ON payment_event
BEGIN SELECT RAISE(ABORT, 'payment_event is append-only: history is never edited'); END

CREATE TRIGGER payment_event_no_delete BEFORE DELETE ON payment_event
BEGIN SELECT RAISE(ABORT, 'payment_event is append-only: history is never edited'); END

CREATE TRIGGER contact_no_update BEFORE UPDATE ON contact
BEGIN SELECT RAISE(ABORT, 'contact is append-only: history is never edited'); END

CREATE TRIGGER contact_no_delete BEFORE DELETE ON contact
BEGIN SELECT RAISE(ABORT, 'contact is append-only: history is never edited'); END

CREATE TRIGGER notice_no_update BEFORE UPDATE ON notice
BEGIN SELECT RAISE(ABORT, 'notice is append-only: history is never edited'); END

CREATE TRIGGER notice_no_delete BEFORE DELETE ON notice
BEGIN SELECT RAISE(ABORT, 'notice is append-only: history is never edited'); END

CREATE TRIGGER notice_delivery_no_update BEFORE UPDATE ON notice_delivery
BEGIN SELECT RAISE(ABORT, 'notice_delivery is append-only: history is never edited'); END

CREATE TRIGGER notice_delivery_no_delete BEFORE DELETE ON notice_delivery
BEGIN SELECT RAISE(ABORT, 'notice_delivery is append-only: history is never edited'); END

CREATE TRIGGER account_change_no_update BEFORE UPDATE ON account_change
BEGIN SELECT RAISE(ABORT, 'account_change is append-only: history is never edited'); END

CREATE TRIGGER account_change_no_delete BEFORE DELETE ON account_change
BEGIN SELECT RAISE(ABORT, 'account_change is append-only: history is never edited'); END

CREATE TRIGGER account_decision_no_update BEFORE UPDATE ON account_decision
BEGIN SELECT RAISE(ABORT, 'account_decision is append-only: history is never edited'); END

CREATE TRIGGER account_decision_no_delete BEFORE DELETE ON account_decision
BEGIN SELECT RAISE(ABORT, 'account_decision is append-only: history is never edited'); END

CREATE TRIGGER payee_check_no_update BEFORE UPDATE ON payee_check
BEGIN SELECT RAISE(ABORT, 'payee_check is append-only: history is never edited'); END

CREATE TRIGGER payee_check_no_delete BEFORE DELETE ON payee_check
BEGIN SELECT RAISE(ABORT, 'payee_check is append-only: history is never edited'); END

CREATE TRIGGER payee_override_no_update BEFORE UPDATE ON payee_override
BEGIN SELECT RAISE(ABORT, 'payee_override is append-only: history is never edited'); END

CREATE TRIGGER payee_override_no_delete BEFORE DELETE ON payee_override
BEGIN SELECT RAISE(ABORT, 'payee_override is append-only: history is never edited'); END

CREATE TRIGGER statutory_rates_no_update BEFORE UPDATE ON statutory_rates
BEGIN SELECT RAISE(ABORT, 'statutory_rates is append-only: history is never edited'); END

CREATE TRIGGER statutory_rates_no_delete BEFORE DELETE ON statutory_rates
BEGIN SELECT RAISE(ABORT, 'statutory_rates is append-only: history is never edited'); END

CREATE TRIGGER demand_no_update BEFORE UPDATE ON demand
BEGIN SELECT RAISE(ABORT, 'demand is append-only: history is never edited'); END

CREATE TRIGGER demand_no_delete BEFORE DELETE ON demand
BEGIN SELECT RAISE(ABORT, 'demand is append-only: history is never edited'); END

CREATE TRIGGER demand_debt_no_update BEFORE UPDATE ON demand_debt
BEGIN SELECT RAISE(ABORT, 'demand_debt is append-only: history is never edited'); END

CREATE TRIGGER demand_debt_no_delete BEFORE DELETE ON demand_debt
BEGIN SELECT RAISE(ABORT, 'demand_debt is append-only: history is never edited'); END

CREATE TRIGGER demand_step_no_update BEFORE UPDATE ON demand_step
BEGIN SELECT RAISE(ABORT, 'demand_step is append-only: history is never edited'); END

CREATE TRIGGER demand_step_no_delete BEFORE DELETE ON demand_step
BEGIN SELECT RAISE(ABORT, 'demand_step is append-only: history is never edited'); END

CREATE TRIGGER demand_interest_no_update BEFORE UPDATE ON demand_interest
BEGIN SELECT RAISE(ABORT, 'demand_interest is append-only: history is never edited'); END

CREATE TRIGGER demand_interest_no_delete BEFORE DELETE ON demand_interest
BEGIN SELECT RAISE(ABORT, 'demand_interest is append-only: history is never edited'); END

CREATE TRIGGER bank_message_no_update BEFORE UPDATE ON bank_message
BEGIN SELECT RAISE(ABORT, 'bank_message is append-only: history is never edited'); END

CREATE TRIGGER bank_message_no_delete BEFORE DELETE ON bank_message
BEGIN SELECT RAISE(ABORT, 'bank_message is append-only: history is never edited'); END

CREATE TRIGGER bank_statement_no_update BEFORE UPDATE ON bank_statement
BEGIN SELECT RAISE(ABORT, 'bank_statement is append-only: history is never edited'); END

CREATE TRIGGER bank_statement_no_delete BEFORE DELETE ON bank_statement
BEGIN SELECT RAISE(ABORT, 'bank_statement is append-only: history is never edited'); END

CREATE TRIGGER bank_line_no_update BEFORE UPDATE ON bank_line
BEGIN SELECT RAISE(ABORT, 'bank_line is append-only: history is never edited'); END

CREATE TRIGGER bank_line_no_delete BEFORE DELETE ON bank_line
BEGIN SELECT RAISE(ABORT, 'bank_line is append-only: history is never edited'); END

CREATE TRIGGER care_approval_no_update BEFORE UPDATE ON care_approval
BEGIN SELECT RAISE(ABORT, 'care_approval is append-only: history is never edited'); END

CREATE TRIGGER care_approval_no_delete BEFORE DELETE ON care_approval
BEGIN SELECT RAISE(ABORT, 'care_approval is append-only: history is never edited'); END

CREATE TRIGGER care_decline_no_update BEFORE UPDATE ON care_decline
BEGIN SELECT RAISE(ABORT, 'care_decline is append-only: history is never edited'); END

CREATE TRIGGER care_decline_no_delete BEFORE DELETE ON care_decline
BEGIN SELECT RAISE(ABORT, 'care_decline is append-only: history is never edited'); END

CREATE TRIGGER refusal_no_update BEFORE UPDATE ON refusal
BEGIN SELECT RAISE(ABORT, 'refusal is append-only: history is never edited'); END

CREATE TRIGGER refusal_no_delete BEFORE DELETE ON refusal
BEGIN SELECT RAISE(ABORT, 'refusal is append-only: history is never edited'); END

CREATE TRIGGER approval_no_update BEFORE UPDATE ON approval
BEGIN SELECT RAISE(ABORT, 'approval is append-only: history is never edited'); END

CREATE TRIGGER approval_no_delete BEFORE DELETE ON approval
BEGIN SELECT RAISE(ABORT, 'approval is append-only: history is never edited'); END

CREATE TRIGGER approval_decision_no_update BEFORE UPDATE ON approval_decision
BEGIN SELECT RAISE(ABORT, 'approval_decision is append-only: history is never edited'); END

CREATE TRIGGER approval_decision_no_delete BEFORE DELETE ON approval_decision
BEGIN SELECT RAISE(ABORT, 'approval_decision is append-only: history is never edited'); END

CREATE TRIGGER term_amount_no_update BEFORE UPDATE ON term_amount
BEGIN SELECT RAISE(ABORT, 'term_amount is append-only: history is never edited'); END

CREATE TRIGGER term_amount_no_delete BEFORE DELETE ON term_amount
BEGIN SELECT RAISE(ABORT, 'term_amount is append-only: history is never edited'); END

CREATE TRIGGER term_line_no_update BEFORE UPDATE ON term_line
BEGIN SELECT RAISE(ABORT, 'term_line is append-only: history is never edited'); END

CREATE TRIGGER term_line_no_delete BEFORE DELETE ON term_line
BEGIN SELECT RAISE(ABORT, 'term_line is append-only: history is never edited'); END

CREATE TRIGGER term_notice_no_update BEFORE UPDATE ON term_notice
BEGIN SELECT RAISE(ABORT, 'term_notice is append-only: history is never edited'); END

CREATE TRIGGER term_notice_no_delete BEFORE DELETE ON term_notice
BEGIN SELECT RAISE(ABORT, 'term_notice is append-only: history is never edited'); END

CREATE TRIGGER term_evidence_no_update BEFORE UPDATE ON term_evidence
BEGIN SELECT RAISE(ABORT, 'term_evidence is append-only: history is never edited'); END

CREATE TRIGGER term_evidence_no_delete BEFORE DELETE ON term_evidence
BEGIN SELECT RAISE(ABORT, 'term_evidence is append-only: history is never edited'); END

CREATE TRIGGER population_figure_no_update BEFORE UPDATE ON population_figure
BEGIN SELECT RAISE(ABORT, 'population_figure is append-only: history is never edited'); END

CREATE TRIGGER population_figure_no_delete BEFORE DELETE ON population_figure
BEGIN SELECT RAISE(ABORT, 'population_figure is append-only: history is never edited'); END

CREATE TRIGGER historical_cost_no_update BEFORE UPDATE ON historical_cost
BEGIN SELECT RAISE(ABORT, 'historical_cost is append-only: history is never edited'); END

CREATE TRIGGER historical_cost_no_delete BEFORE DELETE ON historical_cost
BEGIN SELECT RAISE(ABORT, 'historical_cost is append-only: history is never edited'); END

CREATE TRIGGER access_log_no_update BEFORE UPDATE ON access_log
BEGIN SELECT RAISE(ABORT, 'access_log is append-only: history is never edited'); END

CREATE TRIGGER access_log_no_delete BEFORE DELETE ON access_log
BEGIN SELECT RAISE(ABORT, 'access_log is append-only: history is never edited'); END

CREATE TRIGGER contract_version_frozen_update BEFORE UPDATE ON contract_version WHEN OLD.published_at IS NOT NULL OR OLD.withdrawn_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'contract_version is published: a change is a new version'); END

CREATE TRIGGER contract_version_frozen_delete BEFORE DELETE ON contract_version WHEN OLD.published_at IS NOT NULL OR OLD.withdrawn_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'contract_version is published: a change is a new version'); END

CREATE TRIGGER programme_version_frozen_update BEFORE UPDATE ON programme_version WHEN OLD.published_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'programme_version is published: a change is a new version'); END

CREATE TRIGGER programme_version_frozen_delete BEFORE DELETE ON programme_version WHEN OLD.published_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'programme_version is published: a change is a new version'); END

CREATE TRIGGER contract_line_frozen_insert BEFORE INSERT ON contract_line WHEN EXISTS (SELECT 1 FROM contract_version AS v WHERE v.municipality_id = NEW.municipality_id AND v.contract_id = NEW.contract_id AND v.version = NEW.version AND (v.published_at IS NOT NULL OR v.withdrawn_at IS NOT NULL))
BEGIN SELECT RAISE(ABORT, 'contract_line is published: a change is a new version'); END

CREATE TRIGGER contract_line_frozen_update BEFORE UPDATE ON contract_line WHEN EXISTS (SELECT 1 FROM contract_version AS v WHERE v.municipality_id = OLD.municipality_id AND v.contract_id = OLD.contract_id AND v.version = OLD.version AND (v.published_at IS NOT NULL OR v.withdrawn_at IS NOT NULL))
BEGIN SELECT RAISE(ABORT, 'contract_line is published: a change is a new version'); END

CREATE TRIGGER contract_line_frozen_delete BEFORE DELETE ON contract_line WHEN EXISTS (SELECT 1 FROM contract_version AS v WHERE v.municipality_id = OLD.municipality_id AND v.contract_id = OLD.contract_id AND v.version = OLD.version AND (v.published_at IS NOT NULL OR v.withdrawn_at IS NOT NULL))
BEGIN SELECT RAISE(ABORT, 'contract_line is published: a change is a new version'); END

CREATE TRIGGER provider_edition_insert AFTER INSERT ON provider BEGIN
INSERT INTO edition (municipality_id, edition) VALUES (NEW.municipality_id, randomblob(16))
ON CONFLICT (municipality_id) DO UPDATE SET edition = excluded.edition; END

CREATE TRIGGER provider_edition_update AFTER UPDATE ON provider BEGIN
INSERT INTO edition (municipality_id, edition) VALUES (NEW.municipality_id, randomblob(16))
ON CONFLICT (municipality_id) DO UPDATE SET edition = excluded.edition; END

CREATE TRIGGER provider_edition_delete AFTER DELETE ON provider BEGIN
INSERT INTO edition (municipality_id, edition) VALUES (OLD.municipality_id, randomblob(16))
ON CONFLICT (municipality_id) DO UPDATE SET edition = excluded.edition; END

CREATE TRIGGER contract_edition_insert AFTER INSERT ON contract BEGIN
INSERT INTO edition (municipality_id, edition) VALUES (NEW.municipality_id, randomblob(16))
ON CONFLICT (municipality_id) DO UPDATE SET edition = excluded.edition; END

CREATE TRIGGER contract_edition_update AFTER UPDATE ON contract BEGIN
INSERT INTO edition (municipality_id, edition) VALUES (NEW.municipality_id, randomblob(16))
ON CONFLICT (municipality_id) DO UPDATE SET edition = excluded.edition; END

CREATE TRIGGER contract_edition_delete AFTER DELETE ON contract BEGIN
INSERT INTO edition (municipality_id, edition) VALUES (OLD.municipality_id, randomblob(16))
ON CONFLICT (municipality_id) DO UPDATE SET edition = excluded.edition; END

CREATE TRIGGER contract_version_edition_insert AFTER INSERT ON contract_version BEGIN
INSERT INTO edition (municipality_id, edition) VALUES (NEW.municipality_id, randomblob(16))
ON CONFLICT (municipality_id) DO UPDATE SET edition = excluded.edition; END

CREATE TRIGGER contract_version_edition_update AFTER UPDATE ON contract_version BEGIN
INSERT INTO edition (municipality_id, edition) VALUES (NEW.municipality_id, randomblob(16))
ON CONFLICT (municipality_id) DO UPDATE SET edition = excluded.edition; END

CREATE TRIGGER contract_version_edition_delete AFTER DELETE ON contract_version BEGIN
INSERT INTO edition (municipality_id, edition) VALUES (OLD.municipality_id, randomblob(16))
ON CONFLICT (municipality_id) DO UPDATE SET edition = excluded.edition; END

CREATE TRIGGER contract_line_edition_insert AFTER INSERT ON contract_line BEGIN
INSERT INTO edition (municipality_id, edition) VALUES (NEW.municipality_id, randomblob(16))
ON CONFLICT (municipality_id) DO UPDATE SET edition = excluded.edition; END

CREATE TRIGGER contract_line_edition_update AFTER UPDATE ON contract_line BEGIN
INSERT INTO edition (municipality_id, edition) VALUES (NEW.municipality_id, randomblob(16))
ON CONFLICT (municipality_id) DO UPDATE SET edition = excluded.edition; END

CREATE TRIGGER contract_line_edition_delete AFTER DELETE ON contract_line BEGIN
INSERT INTO edition (municipality_id, edition) VALUES (OLD.municipality_id, randomblob(16))
ON CONFLICT (municipality_id) DO UPDATE SET edition = excluded.edition; END

CREATE TRIGGER programme_edition_insert AFTER INSERT ON programme BEGIN
INSERT INTO edition (municipality_id, edition) VALUES (NEW.municipality_id, randomblob(16))
ON CONFLICT (municipality_id) DO UPDATE SET edition = excluded.edition; END

CREATE TRIGGER programme_edition_update AFTER UPDATE ON programme BEGIN
INSERT INTO edition (municipality_id, edition) VALUES (NEW.municipality_id, randomblob(16))
ON CONFLICT (municipality_id) DO UPDATE SET edition = excluded.edition; END

CREATE TRIGGER programme_edition_delete AFTER DELETE ON programme BEGIN
INSERT INTO edition (municipality_id, edition) VALUES (OLD.municipality_id, randomblob(16))
ON CONFLICT (municipality_id) DO UPDATE SET edition = excluded.edition; END

CREATE TRIGGER programme_version_edition_insert AFTER INSERT ON programme_version BEGIN
INSERT INTO edition (municipality_id, edition) VALUES (NEW.municipality_id, randomblob(16))
ON CONFLICT (municipality_id) DO UPDATE SET edition = excluded.edition; END

CREATE TRIGGER programme_version_edition_update AFTER UPDATE ON programme_version BEGIN
INSERT INTO edition (municipality_id, edition) VALUES (NEW.municipality_id, randomblob(16))
ON CONFLICT (municipality_id) DO UPDATE SET edition = excluded.edition; END

CREATE TRIGGER programme_version_edition_delete AFTER DELETE ON programme_version BEGIN
INSERT INTO edition (municipality_id, edition) VALUES (OLD.municipality_id, randomblob(16))
ON CONFLICT (municipality_id) DO UPDATE SET edition = excluded.edition; END

CREATE TRIGGER service_edition_insert AFTER INSERT ON service BEGIN
INSERT INTO edition (municipality_id, edition) VALUES (NEW.municipality_id, randomblob(16))
ON CONFLICT (municipality_id) DO UPDATE SET edition = excluded.edition; END

CREATE TRIGGER service_edition_update AFTER UPDATE ON service BEGIN
INSERT INTO edition (municipality_id, edition) VALUES (NEW.municipality_id, randomblob(16))
ON CONFLICT (municipality_id) DO UPDATE SET edition = excluded.edition; END

CREATE TRIGGER service_edition_delete AFTER DELETE ON service BEGIN
INSERT INTO edition (municipality_id, edition) VALUES (OLD.municipality_id, randomblob(16))
ON CONFLICT (municipality_id) DO UPDATE SET edition = excluded.edition; END

CREATE TRIGGER actor_edition_insert AFTER INSERT ON actor BEGIN
INSERT INTO edition (municipality_id, edition) VALUES (NEW.municipality_id, randomblob(16))
ON CONFLICT (municipality_id) DO UPDATE SET edition = excluded.edition; END

CREATE TRIGGER actor_edition_update AFTER UPDATE ON actor BEGIN
INSERT INTO edition (municipality_id, edition) VALUES (NEW.municipality_id, randomblob(16))
ON CONFLICT (municipality_id) DO UPDATE SET edition = excluded.edition; END

CREATE TRIGGER actor_edition_delete AFTER DELETE ON actor BEGIN
INSERT INTO edition (municipality_id, edition) VALUES (OLD.municipality_id, randomblob(16))
ON CONFLICT (municipality_id) DO UPDATE SET edition = excluded.edition; END

CREATE TRIGGER actor_role_edition_insert AFTER INSERT ON actor_role BEGIN
INSERT INTO edition (municipality_id, edition) VALUES (NEW.municipality_id, randomblob(16))
ON CONFLICT (municipality_id) DO UPDATE SET edition = excluded.edition; END

CREATE TRIGGER actor_role_edition_update AFTER UPDATE ON actor_role BEGIN
INSERT INTO edition (municipality_id, edition) VALUES (NEW.municipality_id, randomblob(16))
ON CONFLICT (municipality_id) DO UPDATE SET edition = excluded.edition; END

CREATE TRIGGER actor_role_edition_delete AFTER DELETE ON actor_role BEGIN
INSERT INTO edition (municipality_id, edition) VALUES (OLD.municipality_id, randomblob(16))
ON CONFLICT (municipality_id) DO UPDATE SET edition = excluded.edition; END

CREATE TRIGGER api_key_edition_insert AFTER INSERT ON api_key BEGIN
INSERT INTO edition (municipality_id, edition) VALUES (NEW.municipality_id, randomblob(16))
ON CONFLICT (municipality_id) DO UPDATE SET edition = excluded.edition; END

CREATE TRIGGER api_key_edition_update AFTER UPDATE ON api_key BEGIN
INSERT INTO edition (municipality_id, edition) VALUES (NEW.municipality_id, randomblob(16))
ON CONFLICT (municipality_id) DO UPDATE SET edition = excluded.edition; END

CREATE TRIGGER api_key_edition_delete AFTER DELETE ON api_key BEGIN
INSERT INTO edition (municipality_id, edition) VALUES (OLD.municipality_id, randomblob(16))
ON CONFLICT (municipality_id) DO UPDATE SET edition = excluded.edition; END

ANALYZE

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('access_log', 'ix_access_log_person', '1000000 1000000 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('access_log', 'sqlite_autoindex_access_log_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('entry', 'uq_entry_reverses', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('entry', 'ix_entry_taken_back', '1000000 1000000 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('entry', 'ix_entry_reverses', '1000000 1000000 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('entry', 'ix_entry_owed', '1000000 1000000 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('entry', 'ix_entry_funded', '1000000 1000000 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('entry', 'ix_entry_cause', '1000000 1000000 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('entry', 'entry', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('municipality', 'sqlite_autoindex_municipality_1', '1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('open_item', 'ix_open_item_run', '1000000 1000000 20 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('open_item', 'ix_open_item_provider', '1000000 1000000 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('open_item', 'ix_open_item_origin', '1000000 1000000 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('open_item', 'open_item', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('redemption', 'ix_redemption_use', '1000000 1000000 20 2')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('redemption', 'ix_redemption_provider', '1000000 1000000 20 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('redemption', 'ix_redemption_claim', '1000000 1000000 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('redemption', 'redemption', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('redemption_line', 'redemption_line', '1000000 1000000 20 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('account', 'sqlite_autoindex_account_2', '1000000 1000000 20 2 1 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('account', 'account', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('actor', 'ix_actor_identity', '1000000 1000000 100000')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('actor', 'sqlite_autoindex_actor_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('approval', 'ix_approval_allocation', '1000000 1000000 100000')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('approval', 'sqlite_autoindex_approval_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('bank_message', 'sqlite_autoindex_bank_message_2', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('bank_message', 'sqlite_autoindex_bank_message_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('code_key', 'sqlite_autoindex_code_key_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('edition', 'sqlite_autoindex_edition_1', '1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('follow_up', 'ix_follow_up_redemption', '1000000 1000000 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('follow_up', 'sqlite_autoindex_follow_up_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('gathered', 'sqlite_autoindex_gathered_1', '1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('job', 'ix_job_subject', '1000000 1000000 20 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('job', 'ix_job_open', '1000000 1000000 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('job', 'ix_job_actor', '1000000 1000000 20 2 2')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('job', 'sqlite_autoindex_job_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('person', 'sqlite_autoindex_person_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('population_figure', 'sqlite_autoindex_population_figure_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('programme', 'sqlite_autoindex_programme_2', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('programme', 'sqlite_autoindex_programme_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('provider', 'sqlite_autoindex_provider_2', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('provider', 'sqlite_autoindex_provider_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('service', 'sqlite_autoindex_service_2', '1000000 1000000 100000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('service', 'sqlite_autoindex_service_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('settlement_run', 'sqlite_autoindex_settlement_run_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('statutory_rates', 'sqlite_autoindex_statutory_rates_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('terms_computed', 'sqlite_autoindex_terms_computed_1', '1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('account_change', 'ix_account_change_provider', '1000000 1000000 20 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('account_change', 'sqlite_autoindex_account_change_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('actor_role', 'sqlite_autoindex_actor_role_1', '1000000 1000000 20 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('api_key', 'ix_api_key_actor', '1000000 1000000 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('api_key', 'sqlite_autoindex_api_key_2', '1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('api_key', 'sqlite_autoindex_api_key_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('approval_decision', 'sqlite_autoindex_approval_decision_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('bank_statement', 'ix_bank_statement_message', '1000000 1000000 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('bank_statement', 'ix_bank_statement_closed', '1000000 1000000 100000 10000')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('bank_statement', 'sqlite_autoindex_bank_statement_2', '1000000 1000000 100000 10000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('bank_statement', 'sqlite_autoindex_bank_statement_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('budget', 'sqlite_autoindex_budget_2', '1000000 1000000 20 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('budget', 'sqlite_autoindex_budget_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('claim', 'ix_claim_actor', '1000000 1000000 20 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('claim', 'sqlite_autoindex_claim_2', '1000000 1000000 20 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('claim', 'sqlite_autoindex_claim_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('contact', 'ix_contact_provider', '1000000 1000000 20 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('contact', 'sqlite_autoindex_contact_1', '1000000 1000000 20 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('contract', 'uq_contract_number', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('contract', 'ix_contract_provider_id', '1000000 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('contract', 'sqlite_autoindex_contract_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('demand', 'ix_demand_provider', '1000000 1000000 20 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('demand', 'sqlite_autoindex_demand_2', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('demand', 'sqlite_autoindex_demand_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('device', 'ix_device_provider', '1000000 1000000 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('device', 'sqlite_autoindex_device_2', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('device', 'sqlite_autoindex_device_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('device_rule', 'sqlite_autoindex_device_rule_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('identity_link', 'ix_identity_link_actor', '1000000 1000000 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('identity_link', 'sqlite_autoindex_identity_link_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('job_file', 'sqlite_autoindex_job_file_1', '1000000 1000000 20 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('left_out', 'ix_left_out_provider', '1000000 1000000 20 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('left_out', 'left_out', '1000000 1000000 20 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('letter_login', 'ix_letter_login_person', '1000000 1000000 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('letter_login', 'sqlite_autoindex_letter_login_2', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('letter_login', 'sqlite_autoindex_letter_login_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('line_mark', 'ix_line_mark_run', '1000000 1000000 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('line_mark', 'sqlite_autoindex_line_mark_1', '1000000 1000000 20 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('link_try', 'sqlite_autoindex_link_try_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('login_invitation', 'ix_login_invitation_actor', '1000000 1000000 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('login_invitation', 'sqlite_autoindex_login_invitation_2', '1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('login_invitation', 'sqlite_autoindex_login_invitation_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('mandate', 'ix_mandate_representative', '1000000 1000000 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('mandate', 'ix_mandate_holder', '1000000 1000000 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('mandate', 'sqlite_autoindex_mandate_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('payee_check', 'ix_payee_check_provider', '1000000 1000000 20 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('payee_check', 'ix_payee_check_blocking', '1000 1000 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('payee_check', 'sqlite_autoindex_payee_check_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('payment_file', 'sqlite_autoindex_payment_file_2', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('payment_file', 'sqlite_autoindex_payment_file_1', '1000000 1000000 20 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('programme_version', 'sqlite_autoindex_programme_version_1', '1000000 1000000 20 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('refusal', 'ix_refusal_holder', '1000000 1000000 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('refusal', 'sqlite_autoindex_refusal_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('resident_word', 'ix_resident_word_redemption', '1000000 1000000 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('resident_word', 'ix_resident_word_disputed', '1000 1000 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('resident_word', 'sqlite_autoindex_resident_word_2', '1000000 1000000 20 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('resident_word', 'sqlite_autoindex_resident_word_1', '1000000 1000000 20 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('run_release', 'sqlite_autoindex_run_release_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('run_step', 'sqlite_autoindex_run_step_1', '1000000 1000000 20 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('settlement', 'ix_settlement_provider', '1000000 1000000 20 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('settlement', 'sqlite_autoindex_settlement_2', '1000000 1000000 20 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('settlement', 'sqlite_autoindex_settlement_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('taken_back', 'sqlite_autoindex_taken_back_2', '1000000 1000000 20 2 1 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('taken_back', 'sqlite_autoindex_taken_back_1', '1000000 1000000 20 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('unsettled', 'ix_unsettled_provider', '1000000 1000000 20 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('unsettled', 'sqlite_autoindex_unsettled_1', '1000000 1000000 20 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('vault_index', 'uq_vault_index_bsn', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('vault_index', 'ix_vault_index_person', '1000000 1000000 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('vault_index', 'sqlite_autoindex_vault_index_1', '1000000 1000000 100000 20 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('vault_record', 'sqlite_autoindex_vault_record_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('account_decision', 'ix_account_decision_effective', '1000000 1000000 100000')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('account_decision', 'sqlite_autoindex_account_decision_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('bank_line', 'ix_bank_line_payment', '1000000 1000000 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('bank_line', 'ix_bank_line_look_at', '1000 1000 20 2')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('bank_line', 'ix_bank_line_file', '1000000 1000000 100000')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('bank_line', 'bank_line', '1000000 1000000 20 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('contract_line', 'sqlite_autoindex_contract_line_1', '1000000 1000000 20 2 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('contract_version', 'sqlite_autoindex_contract_version_1', '1000000 1000000 20 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('demand_debt', 'sqlite_autoindex_demand_debt_1', '1000000 1000000 20 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('demand_interest', 'sqlite_autoindex_demand_interest_1', '1000000 1000000 20 2 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('demand_step', 'ix_demand_step_line', '1000000 1000000 20 2')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('demand_step', 'sqlite_autoindex_demand_step_2', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('demand_step', 'sqlite_autoindex_demand_step_1', '1000000 1000000 20 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('entitlement', 'ix_entitlement_reference', '1000000 1000000 100000')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('entitlement', 'ix_entitlement_holder', '1000000 1000000 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('entitlement', 'ix_entitlement_ending', '1000000 1000000 100000 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('entitlement', 'ix_entitlement_budget', '1000000 1000000 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('entitlement', 'sqlite_autoindex_entitlement_2', '1000000 1000000 100000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('entitlement', 'sqlite_autoindex_entitlement_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('historical_cost', 'ix_historical_cost_contract', '1000000 1000000 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('historical_cost', 'sqlite_autoindex_historical_cost_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('link_code', 'ix_link_code_person', '1000000 1000000 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('link_code', 'ix_link_code_mandate', '1000000 1000000 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('link_code', 'sqlite_autoindex_link_code_2', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('link_code', 'sqlite_autoindex_link_code_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('local_login', 'sqlite_autoindex_local_login_2', '1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('local_login', 'sqlite_autoindex_local_login_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('login_session', 'ix_login_session_over', '1000000 1000000 100000')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('login_session', 'ix_login_session_actor', '1000000 1000000 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('login_session', 'sqlite_autoindex_login_session_2', '1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('login_session', 'sqlite_autoindex_login_session_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('notice', 'ix_notice_provider', '1000000 1000000 20 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('notice', 'ix_notice_cause', '1000000 1000000 20 2')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('notice', 'sqlite_autoindex_notice_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('payee_override', 'sqlite_autoindex_payee_override_1', '1000000 1000000 20 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('payment', 'ix_payment_run', '1000000 1000000 20 2 2')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('payment', 'ix_payment_reference', '1000000 1000000 100000')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('payment', 'ix_payment_iban', '1000000 1000000 100000 10000')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('payment', 'sqlite_autoindex_payment_3', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('payment', 'sqlite_autoindex_payment_2', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('payment', 'sqlite_autoindex_payment_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('settlement_line', 'ix_settlement_line_settlement', '1000000 1000000 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('settlement_line', 'sqlite_autoindex_settlement_line_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('term_amount', 'ix_term_amount_contract', '1000000 1000000 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('term_amount', 'sqlite_autoindex_term_amount_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('term_evidence', 'ix_term_evidence_contract', '1000000 1000000 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('term_evidence', 'sqlite_autoindex_term_evidence_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('term_notice', 'ix_term_notice_contract', '1000000 1000000 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('term_notice', 'sqlite_autoindex_term_notice_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('care_agreement', 'ix_care_agreement_provider', '1000000 1000000 20 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('care_agreement', 'ix_care_agreement_entitlement', '1000000 1000000 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('care_agreement', 'sqlite_autoindex_care_agreement_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('code', 'ix_code_revoked', '1000 1000 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('code', 'ix_code_expiry', '1000000 1000000 100000 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('code', 'ix_code_entitlement', '1000000 1000000 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('code', 'sqlite_autoindex_code_3', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('code', 'sqlite_autoindex_code_2', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('code', 'sqlite_autoindex_code_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('code_request', 'ix_code_request_entitlement', '1000000 1000000 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('code_request', 'sqlite_autoindex_code_request_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('entitlement_change', 'sqlite_autoindex_entitlement_change_2', '1000000 1000000 20 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('entitlement_change', 'sqlite_autoindex_entitlement_change_1', '1000000 1000000 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('notice_delivery', 'sqlite_autoindex_notice_delivery_1', '1000000 1000000 20 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('payment_event', 'ix_payment_event_servicer', '1000000 1000000 100000')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('payment_event', 'ix_payment_event_cause', '1000000 1000000 20')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('payment_event', 'payment_event', '1000000 1000000 20 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('term_line', 'sqlite_autoindex_term_line_1', '1000000 1000000 20 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('care_approval', 'sqlite_autoindex_care_approval_2', '1000000 1000000 20 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('care_approval', 'sqlite_autoindex_care_approval_1', '1000000 1000000 20 1')

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('care_decline', 'sqlite_autoindex_care_decline_1', '1000000 1000000 1')

ANALYZE sqlite_schema
