BEGIN TRANSACTION;
CREATE TABLE account (
	id INTEGER NOT NULL, 
	workspace_id INTEGER NOT NULL, 
	portfolio_id INTEGER, 
	slug VARCHAR(80) NOT NULL, 
	name TEXT NOT NULL, 
	external_id VARCHAR(120), 
	status VARCHAR(40) DEFAULT 'customer' NOT NULL, 
	arr_minor INTEGER, 
	currency VARCHAR(3), 
	tier VARCHAR(40) DEFAULT 'high_touch' NOT NULL, 
	tier_reason TEXT, 
	stage VARCHAR(40) DEFAULT 'setup' NOT NULL, 
	stage_since DATE, 
	stage_reason TEXT, 
	contract_start DATE, 
	renewal_date DATE, 
	owner_id INTEGER, 
	deputy_id INTEGER, 
	relationship VARCHAR(40), 
	first_win_on DATE, 
	first_win TEXT, 
	packet_accepted_on DATE, 
	created_at DATETIME NOT NULL, packet_accepted_by INTEGER, 
	CONSTRAINT pk_account PRIMARY KEY (id), 
	CONSTRAINT fk_account_deputy_id_member FOREIGN KEY(deputy_id) REFERENCES member (id), 
	CONSTRAINT fk_account_owner_id_member FOREIGN KEY(owner_id) REFERENCES member (id), 
	CONSTRAINT fk_account_portfolio_id_portfolio FOREIGN KEY(portfolio_id) REFERENCES portfolio (id), 
	CONSTRAINT fk_account_workspace_id_workspace FOREIGN KEY(workspace_id) REFERENCES workspace (id), 
	CONSTRAINT uq_account_workspace_id_external_id UNIQUE (workspace_id, external_id), 
	CONSTRAINT uq_account_workspace_id_slug UNIQUE (workspace_id, slug)
);
INSERT INTO "account" VALUES(1,1,1,'acme-gmbh','Acme GmbH',NULL,'customer',4800000,'EUR','high_touch',NULL,'activation','2026-03-03',NULL,NULL,'2026-06-01',3,NULL,NULL,NULL,NULL,NULL,'2026-03-03 09:00:00.700732',NULL);
CREATE TABLE account_due (
	account_id INTEGER NOT NULL, 
	look_at DATETIME NOT NULL, brief_until DATETIME, 
	CONSTRAINT pk_account_due PRIMARY KEY (account_id), 
	CONSTRAINT fk_account_due_account_id_account FOREIGN KEY(account_id) REFERENCES account (id)
);
INSERT INTO "account_due" VALUES(1,'2026-03-11 06:00:00.000000','2026-03-11 00:00:00.000000');
CREATE TABLE account_word (
	id INTEGER NOT NULL, 
	account_id INTEGER NOT NULL, 
	workspace_id INTEGER NOT NULL, 
	word VARCHAR(80) NOT NULL, 
	is_alias BOOLEAN DEFAULT (false) NOT NULL, 
	CONSTRAINT pk_account_word PRIMARY KEY (id), 
	CONSTRAINT fk_account_word_account_id_account FOREIGN KEY(account_id) REFERENCES account (id), 
	CONSTRAINT fk_account_word_workspace_id_workspace FOREIGN KEY(workspace_id) REFERENCES workspace (id)
);
INSERT INTO "account_word" VALUES(1,1,1,'acme',0);
INSERT INTO "account_word" VALUES(2,1,1,'gmbh',0);
CREATE TABLE action (
	id INTEGER NOT NULL, 
	account_id INTEGER NOT NULL, 
	text TEXT NOT NULL, 
	loop VARCHAR(40) DEFAULT 'ourselves' NOT NULL, 
	gap_id INTEGER, 
	owner_id INTEGER, 
	due_on DATE, 
	theme TEXT, 
	answer_id INTEGER, 
	opened_at DATETIME, 
	loop_answered_on DATE, 
	loop_answer TEXT, 
	told_on DATE, 
	told_words TEXT, 
	dropped_on DATE, 
	dropped_why TEXT, 
	CONSTRAINT pk_action PRIMARY KEY (id), 
	CONSTRAINT fk_action_account_id_account FOREIGN KEY(account_id) REFERENCES account (id), 
	CONSTRAINT fk_action_answer_id_answer FOREIGN KEY(answer_id) REFERENCES answer (id), 
	CONSTRAINT fk_action_gap_id_gap FOREIGN KEY(gap_id) REFERENCES gap (id), 
	CONSTRAINT fk_action_owner_id_member FOREIGN KEY(owner_id) REFERENCES member (id)
);
INSERT INTO "action" VALUES(1,1,'Build the connector','product',NULL,3,NULL,NULL,1,'2026-03-03 10:01:01.201130',NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0006');
CREATE TABLE answer (
	id INTEGER NOT NULL, 
	account_id INTEGER NOT NULL, 
	meeting_id INTEGER, 
	submission VARCHAR(120) NOT NULL, 
	member_id INTEGER NOT NULL, 
	change VARCHAR(40) NOT NULL, 
	what_changed TEXT, 
	unproven TEXT, 
	next_action TEXT, 
	moved_evidence BOOLEAN DEFAULT (false) NOT NULL, 
	answered_at DATETIME NOT NULL, 
	edited_at DATETIME, 
	CONSTRAINT pk_answer PRIMARY KEY (id), 
	CONSTRAINT fk_answer_account_id_account FOREIGN KEY(account_id) REFERENCES account (id), 
	CONSTRAINT fk_answer_meeting_id_meeting FOREIGN KEY(meeting_id) REFERENCES meeting (id), 
	CONSTRAINT fk_answer_member_id_member FOREIGN KEY(member_id) REFERENCES member (id), 
	CONSTRAINT uq_answer_meeting_id UNIQUE (meeting_id), 
	CONSTRAINT uq_answer_submission UNIQUE (submission)
);
INSERT INTO "answer" VALUES(1,1,1,'V49EWTWG0F1:answer',3,'behaviour','Legal signs alone','Whether finance agrees','Build the connector',1,'2026-03-03 10:01:01.201130',NULL);
CREATE TABLE brief (
	account_id INTEGER NOT NULL, 
	rules VARCHAR(32) NOT NULL, 
	figures TEXT NOT NULL, 
	told TEXT NOT NULL, 
	CONSTRAINT pk_brief PRIMARY KEY (account_id), 
	CONSTRAINT fk_brief_account_id_account FOREIGN KEY(account_id) REFERENCES account (id)
);
INSERT INTO "brief" VALUES(1,'82ff7f8da9118608a21c043659d16de5','{"coverage":"0.6","outcomes":1,"credits":[[1,"0.6"]],"dangers":[["renewal_unproven","",2,"Renews on 1 Jun 2026: 60% proven (0 of 1 outcome)","2026-02-01"]],"theatre":[],"forgotten":[]}','[[1,"\u201cContracts signed within 5 days\u201d at 9 days, confirmed: it stands in the customer''s own system"]]');
CREATE TABLE cadence (
	id INTEGER NOT NULL, 
	account_id INTEGER NOT NULL, 
	kind VARCHAR(40) NOT NULL, 
	rrule VARCHAR(200) NOT NULL, 
	local_start VARCHAR(16) NOT NULL, 
	tz VARCHAR(64) NOT NULL, 
	lead_hours INTEGER DEFAULT '24' NOT NULL, 
	active BOOLEAN DEFAULT (true) NOT NULL, 
	next_meeting_at DATETIME, 
	next_prompt_at DATETIME, 
	CONSTRAINT pk_cadence PRIMARY KEY (id), 
	CONSTRAINT fk_cadence_account_id_account FOREIGN KEY(account_id) REFERENCES account (id)
);
INSERT INTO "cadence" VALUES(1,1,'weekly_sync','FREQ=WEEKLY','2026-03-18T10:00','Europe/Lisbon',24,1,'2026-03-18 10:00:00.000000','2026-03-17 10:00:00.000000');
CREATE TABLE channel_gate (
	workspace_id INTEGER NOT NULL, 
	channel VARCHAR(40) NOT NULL, 
	next_free_at DATETIME, 
	CONSTRAINT pk_channel_gate PRIMARY KEY (workspace_id, channel), 
	CONSTRAINT fk_channel_gate_workspace_id_workspace FOREIGN KEY(workspace_id) REFERENCES workspace (id)
);
INSERT INTO "channel_gate" VALUES(1,'CUWCOZI996Y',NULL);
INSERT INTO "channel_gate" VALUES(1,'UACK5430B2H',NULL);
INSERT INTO "channel_gate" VALUES(1,'CYNV7N47EFS',NULL);
INSERT INTO "channel_gate" VALUES(1,'UC9BRPGAR4A',NULL);
CREATE TABLE digest (
	id INTEGER NOT NULL, 
	portfolio_id INTEGER NOT NULL, 
	due_at DATETIME NOT NULL, 
	figures JSON NOT NULL, 
	CONSTRAINT pk_digest PRIMARY KEY (id), 
	CONSTRAINT fk_digest_portfolio_id_portfolio FOREIGN KEY(portfolio_id) REFERENCES portfolio (id), 
	CONSTRAINT uq_digest_portfolio_id_due_at UNIQUE (portfolio_id, due_at)
);
INSERT INTO "digest" VALUES(1,1,'2026-03-09 08:00:00.000000','{"kept": {"by_arr": {"EUR": "0.6"}, "by_count": "0.6", "credits": {"1": "0.6000"}, "dangers": "19ffe27fdc8d20adf3c0a546a02415e09e9abe29ac558c139728e0092b47c820"}, "said": {"at": "2026-03-09T09:01:00.136705+00:00", "since": null, "summary": {"accounts": 1, "outcomes": 1, "proven": 0, "by_arr": [{"percent": "60%", "of": "48,000 EUR", "change": ""}], "by_count": {"percent": "60%", "of": "", "change": ""}, "unknown_arr": 0, "in_danger": 1, "first": true, "unchanged": false, "head": [{"mark": "medium", "label": "", "names": ["Acme GmbH"], "more": 0, "text": "Renews on 1 Jun 2026: 60% proven (0 of 1 outcome) \u00b7 In\u00eas Duarte"}, {"mark": "renewal", "label": "Renewals within 120 days, unproven (1)", "names": ["Acme GmbH, 1 Jun 2026"], "more": 0, "text": ""}], "pages": [], "left": 0}}}');
CREATE TABLE draft (
	id INTEGER NOT NULL, 
	member_id INTEGER NOT NULL, 
	account_id INTEGER NOT NULL, 
	kind VARCHAR(40) NOT NULL, 
	payload JSON NOT NULL, 
	created_at DATETIME NOT NULL, 
	used_at DATETIME, 
	CONSTRAINT pk_draft PRIMARY KEY (id), 
	CONSTRAINT fk_draft_account_id_account FOREIGN KEY(account_id) REFERENCES account (id), 
	CONSTRAINT fk_draft_member_id_member FOREIGN KEY(member_id) REFERENCES member (id)
);
CREATE TABLE evidence (
	id INTEGER NOT NULL, 
	account_id INTEGER NOT NULL, 
	outcome_id INTEGER NOT NULL, 
	source VARCHAR(40) NOT NULL, 
	as_of DATE NOT NULL, 
	recorded_at DATETIME NOT NULL, 
	value VARCHAR(64), 
	statement TEXT, 
	oral BOOLEAN DEFAULT (false) NOT NULL, 
	link TEXT, 
	measured_by TEXT, 
	attested_by INTEGER, 
	method VARCHAR(40), 
	method_note TEXT, 
	money_minor INTEGER, 
	currency VARCHAR(3), 
	accepted_by INTEGER, 
	accepted_on DATE, 
	recorded_by INTEGER, 
	answer_id INTEGER, 
	superseded_by INTEGER, 
	superseded_on DATE, 
	disputed_on DATE, 
	disputed_by INTEGER, 
	disputed_why TEXT, 
	withdrawn_on DATE, 
	withdrawn_why TEXT, 
	submission VARCHAR(120), 
	CONSTRAINT pk_evidence PRIMARY KEY (id), 
	CONSTRAINT fk_evidence_accepted_by_person FOREIGN KEY(accepted_by) REFERENCES person (id), 
	CONSTRAINT fk_evidence_account_id_account FOREIGN KEY(account_id) REFERENCES account (id), 
	CONSTRAINT fk_evidence_answer_id_answer FOREIGN KEY(answer_id) REFERENCES answer (id), 
	CONSTRAINT fk_evidence_attested_by_person FOREIGN KEY(attested_by) REFERENCES person (id), 
	CONSTRAINT fk_evidence_disputed_by_person FOREIGN KEY(disputed_by) REFERENCES person (id), 
	CONSTRAINT fk_evidence_outcome_id_outcome FOREIGN KEY(outcome_id) REFERENCES outcome (id), 
	CONSTRAINT fk_evidence_recorded_by_member FOREIGN KEY(recorded_by) REFERENCES member (id), 
	CONSTRAINT uq_evidence_submission UNIQUE (submission)
);
INSERT INTO "evidence" VALUES(1,1,1,'customer_system','2026-03-02','2026-03-03 10:01:02.024548','9',NULL,0,NULL,NULL,1,NULL,NULL,NULL,NULL,NULL,NULL,3,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'V6JDLNCWWQL:evidence');
CREATE TABLE gap (
	id INTEGER NOT NULL, 
	account_id INTEGER NOT NULL, 
	title TEXT NOT NULL, 
	outcome_id INTEGER, 
	owner_id INTEGER, 
	next_action TEXT, 
	due_on DATE, 
	risk_if_never TEXT, 
	opened_at DATETIME, 
	closed_on DATE, 
	closed_how TEXT, 
	CONSTRAINT pk_gap PRIMARY KEY (id), 
	CONSTRAINT fk_gap_account_id_account FOREIGN KEY(account_id) REFERENCES account (id), 
	CONSTRAINT fk_gap_outcome_id_outcome FOREIGN KEY(outcome_id) REFERENCES outcome (id), 
	CONSTRAINT fk_gap_owner_id_member FOREIGN KEY(owner_id) REFERENCES member (id)
);
INSERT INTO "gap" VALUES(1,1,'Whether finance agrees',NULL,3,'Build the connector',NULL,NULL,'2026-03-03 10:01:01.201130',NULL,NULL);
CREATE TABLE health (
	id INTEGER NOT NULL, 
	account_id INTEGER NOT NULL, 
	on_date DATE NOT NULL, 
	score VARCHAR(64) NOT NULL, 
	source TEXT, 
	CONSTRAINT pk_health PRIMARY KEY (id), 
	CONSTRAINT fk_health_account_id_account FOREIGN KEY(account_id) REFERENCES account (id), 
	CONSTRAINT uq_health_account_id_on_date_source UNIQUE (account_id, on_date, source)
);
CREATE TABLE history (
	id INTEGER NOT NULL, 
	workspace_id INTEGER NOT NULL, 
	account_id INTEGER, 
	at DATETIME NOT NULL, 
	member_id INTEGER, 
	surface VARCHAR(40) NOT NULL, 
	entity VARCHAR(40) NOT NULL, 
	entity_id INTEGER NOT NULL, 
	"before" JSON, 
	"after" JSON NOT NULL, 
	why TEXT, 
	CONSTRAINT pk_history PRIMARY KEY (id), 
	CONSTRAINT fk_history_workspace_id_workspace FOREIGN KEY(workspace_id) REFERENCES workspace (id)
);
INSERT INTO "history" VALUES(1,1,NULL,'2026-03-03 09:00:00.700732',NULL,'clock','portfolio',1,'null','{"workspace_id": 1, "name": "North", "channel": "CUWCOZI996Y", "product_channel": "CYNV7N47EFS", "manager_id": 1, "tz": "Europe/Stockholm"}',NULL);
INSERT INTO "history" VALUES(2,1,1,'2026-03-03 09:00:00.700732',1,'test','account',1,'null','{"workspace_id": 1, "slug": "acme-gmbh", "name": "Acme GmbH", "created_at": "2026-03-03T09:00:00.700732+00:00", "owner_id": 3, "portfolio_id": 1, "arr_minor": 4800000, "currency": "EUR", "tier": "high_touch", "renewal_date": "2026-06-01", "stage_since": "2026-03-03"}',NULL);
INSERT INTO "history" VALUES(3,1,1,'2026-03-03 09:00:00.700732',3,'test','person',1,'null','{"account_id": 1, "name": "Ana Ruiz", "part": "champion", "title": "Head of Legal"}',NULL);
INSERT INTO "history" VALUES(4,1,1,'2026-03-03 09:00:00.700732',3,'test','outcome',1,'null','{"account_id": 1, "title": "Contracts signed within 5 days", "kind": "numeric", "metric": "days to sign", "unit": "days", "direction": "down", "baseline_on": "2026-01-15", "baseline_agreed_by": 1, "due_on": "2026-06-30", "owner_person_id": 1, "shelf_life_days": 90, "risk_if_never": "Legal goes back to e-mail", "baseline": "15", "target": "5"}',NULL);
INSERT INTO "history" VALUES(5,1,1,'2026-03-03 09:00:00.700732',3,'test','cadence',1,'null','{"account_id": 1, "kind": "weekly_sync", "rrule": "FREQ=WEEKLY", "tz": "Europe/Lisbon", "lead_hours": 24, "active": true, "local_start": "2026-03-04T10:00", "next_meeting_at": "2026-03-04T10:00:00+00:00", "next_prompt_at": "2026-03-03T10:00:00+00:00"}',NULL);
INSERT INTO "history" VALUES(6,1,1,'2026-03-03 09:00:00.705338',NULL,'clock','account',1,'{"stage": "setup"}','{"stage": "activation"}',NULL);
INSERT INTO "history" VALUES(7,1,1,'2026-03-03 09:00:00.705338',NULL,'clock','stage_entry',1,'null','{"account_id": 1, "stage": "activation", "entered_on": "2026-03-03"}',NULL);
INSERT INTO "history" VALUES(8,1,1,'2026-03-03 09:00:00.705338',NULL,'clock','risk',1,'null','{"account_id": 1, "kind": "renewal_unproven", "subject": "", "severity": 2, "fact": "Renews on 1 Jun 2026: 0% proven (0 of 1 outcome)", "opened_at": "2026-03-03T09:00:00.705338+00:00", "remind_manager_at": "2026-03-04T09:00:00.705338+00:00"}',NULL);
INSERT INTO "history" VALUES(9,1,NULL,'2026-03-03 09:00:01.264043',1,'modal','portfolio',1,'{"next_digest_at": null}','{"next_digest_at": "2026-03-09T08:00:00+00:00"}',NULL);
INSERT INTO "history" VALUES(10,1,1,'2026-03-03 10:01:00.238316',NULL,'clock','cadence',1,'{"local_start": "2026-03-04T10:00", "next_meeting_at": "2026-03-04T10:00:00+00:00", "next_prompt_at": "2026-03-03T10:00:00+00:00"}','{"local_start": "2026-03-11T10:00", "next_meeting_at": "2026-03-11T10:00:00+00:00", "next_prompt_at": "2026-03-10T10:00:00+00:00"}',NULL);
INSERT INTO "history" VALUES(11,1,1,'2026-03-03 10:01:00.238316',NULL,'clock','prompt',1,'null','{"account_id": 1, "workspace_id": 1, "meeting_id": 1, "member_id": 3, "state": "open", "asked_at": "2026-03-03T10:01:00.238316+00:00", "remind_at": "2026-03-03T18:00:00+00:00", "closes_at": "2026-03-04T10:00:00+00:00"}',NULL);
INSERT INTO "history" VALUES(12,1,1,'2026-03-03 10:01:01.201130',3,'modal','answer',1,'null','{"account_id": 1, "meeting_id": 1, "submission": "V49EWTWG0F1:answer", "member_id": 3, "answered_at": "2026-03-03T10:01:01.201130+00:00", "change": "behaviour", "what_changed": "Legal signs alone", "unproven": "Whether finance agrees", "next_action": "Build the connector"}',NULL);
INSERT INTO "history" VALUES(13,1,1,'2026-03-03 10:01:01.201130',3,'modal','gap',1,'null','{"account_id": 1, "title": "Whether finance agrees", "owner_id": 3, "next_action": "Build the connector", "opened_at": "2026-03-03T10:01:01.201130+00:00"}',NULL);
INSERT INTO "history" VALUES(14,1,1,'2026-03-03 10:01:01.201130',3,'modal','action',1,'null','{"account_id": 1, "answer_id": 1, "opened_at": "2026-03-03T10:01:01.201130+00:00", "text": "Build the connector", "owner_id": 3, "loop": "product"}',NULL);
INSERT INTO "history" VALUES(15,1,1,'2026-03-03 10:01:01.201130',3,'modal','prompt',1,'{"state": "open", "closed_at": null}','{"state": "answered", "closed_at": "2026-03-03T10:01:01.201130+00:00"}',NULL);
INSERT INTO "history" VALUES(16,1,1,'2026-03-03 10:01:02.024548',3,'modal','evidence',1,'null','{"account_id": 1, "outcome_id": 1, "submission": "V6JDLNCWWQL:evidence", "source": "customer_system", "as_of": "2026-03-02", "value": "9", "oral": false, "attested_by": 1, "recorded_at": "2026-03-03T10:01:02.024548+00:00", "recorded_by": 3}',NULL);
INSERT INTO "history" VALUES(17,1,1,'2026-03-03 10:01:02.024548',3,'modal','evidence',1,'{"answer_id": null}','{"answer_id": 1}',NULL);
INSERT INTO "history" VALUES(18,1,1,'2026-03-03 10:01:02.024548',3,'modal','answer',1,'{"moved_evidence": false}','{"moved_evidence": true}',NULL);
INSERT INTO "history" VALUES(19,1,1,'2026-03-03 10:01:02.185386',NULL,'clock','risk',1,'{"fact": "Renews on 1 Jun 2026: 0% proven (0 of 1 outcome)"}','{"fact": "Renews on 1 Jun 2026: 60% proven (0 of 1 outcome)"}',NULL);
INSERT INTO "history" VALUES(20,1,1,'2026-03-04 12:00:00.050415',NULL,'clock','risk',1,'{"remind_manager_at": "2026-03-04T09:00:00.705338+00:00"}','{"remind_manager_at": null}',NULL);
INSERT INTO "history" VALUES(21,1,1,'2026-03-10 10:01:00.002983',NULL,'clock','cadence',1,'{"local_start": "2026-03-11T10:00", "next_meeting_at": "2026-03-11T10:00:00+00:00", "next_prompt_at": "2026-03-10T10:00:00+00:00"}','{"local_start": "2026-03-18T10:00", "next_meeting_at": "2026-03-18T10:00:00+00:00", "next_prompt_at": "2026-03-17T10:00:00+00:00"}',NULL);
INSERT INTO "history" VALUES(22,1,1,'2026-03-10 10:01:00.002983',NULL,'clock','prompt',2,'null','{"account_id": 1, "workspace_id": 1, "meeting_id": 2, "member_id": 3, "state": "open", "asked_at": "2026-03-10T10:01:00.002983+00:00", "remind_at": "2026-03-10T18:00:00+00:00", "closes_at": "2026-03-11T10:00:00+00:00"}',NULL);
CREATE TABLE judgement (
	id INTEGER NOT NULL, 
	account_id INTEGER NOT NULL, 
	verdict VARCHAR(40) NOT NULL, 
	why TEXT NOT NULL, 
	would_change TEXT, 
	judged_by INTEGER NOT NULL, 
	judged_at DATETIME NOT NULL, 
	CONSTRAINT pk_judgement PRIMARY KEY (id), 
	CONSTRAINT fk_judgement_account_id_account FOREIGN KEY(account_id) REFERENCES account (id), 
	CONSTRAINT fk_judgement_judged_by_member FOREIGN KEY(judged_by) REFERENCES member (id)
);
CREATE TABLE meeting (
	id INTEGER NOT NULL, 
	account_id INTEGER NOT NULL, 
	cadence_id INTEGER NOT NULL, 
	kind VARCHAR(40) NOT NULL, 
	starts_at DATETIME NOT NULL, 
	CONSTRAINT pk_meeting PRIMARY KEY (id), 
	CONSTRAINT fk_meeting_account_id_account FOREIGN KEY(account_id) REFERENCES account (id), 
	CONSTRAINT fk_meeting_cadence_id_cadence FOREIGN KEY(cadence_id) REFERENCES cadence (id), 
	CONSTRAINT uq_meeting_cadence_id_starts_at UNIQUE (cadence_id, starts_at)
);
INSERT INTO "meeting" VALUES(1,1,1,'weekly_sync','2026-03-04 10:00:00.000000');
INSERT INTO "meeting" VALUES(2,1,1,'weekly_sync','2026-03-11 10:00:00.000000');
CREATE TABLE member (
	id INTEGER NOT NULL, 
	workspace_id INTEGER NOT NULL, 
	slack_id VARCHAR(20), 
	name TEXT NOT NULL, 
	email TEXT, 
	tz VARCHAR(64) DEFAULT 'UTC' NOT NULL, 
	is_admin BOOLEAN DEFAULT (false) NOT NULL, 
	is_guest BOOLEAN DEFAULT (false) NOT NULL, 
	is_deactivated BOOLEAN DEFAULT (false) NOT NULL, 
	CONSTRAINT pk_member PRIMARY KEY (id), 
	CONSTRAINT fk_member_workspace_id_workspace FOREIGN KEY(workspace_id) REFERENCES workspace (id), 
	CONSTRAINT uq_member_workspace_id_slack_id UNIQUE (workspace_id, slack_id)
);
INSERT INTO "member" VALUES(1,1,'UC9BRPGAR4A','Maya Lindqvist','maya@example.com','Europe/Stockholm',1,0,0);
INSERT INTO "member" VALUES(2,1,'UX8NOQMEYH2','Tom Okafor','tom@example.com','America/New_York',0,0,0);
INSERT INTO "member" VALUES(3,1,'UACK5430B2H','Inês Duarte','ines@example.com','Europe/Lisbon',0,0,0);
INSERT INTO "member" VALUES(4,1,'U2CF3B47PA2','Kenji Sato','kenji@example.com','Asia/Tokyo',0,0,0);
INSERT INTO "member" VALUES(5,1,'U01ILWXL4FN','Gus Guest','gus@example.com','Etc/UTC',0,1,0);
INSERT INTO "member" VALUES(6,1,'UQ8JV1LI22O','Dora Departed','dora@example.com','Etc/UTC',0,0,1);
CREATE TABLE obstacle (
	id INTEGER NOT NULL, 
	account_id INTEGER NOT NULL, 
	kind VARCHAR(40) NOT NULL, 
	text TEXT NOT NULL, 
	owner_id INTEGER, 
	owner_person_id INTEGER, 
	due_on DATE, 
	cleared_on DATE, 
	CONSTRAINT pk_obstacle PRIMARY KEY (id), 
	CONSTRAINT fk_obstacle_account_id_account FOREIGN KEY(account_id) REFERENCES account (id), 
	CONSTRAINT fk_obstacle_owner_id_member FOREIGN KEY(owner_id) REFERENCES member (id), 
	CONSTRAINT fk_obstacle_owner_person_id_person FOREIGN KEY(owner_person_id) REFERENCES person (id)
);
CREATE TABLE outbox (
	id INTEGER NOT NULL, 
	workspace_id INTEGER NOT NULL, 
	"key" VARCHAR(200) NOT NULL, 
	uuid VARCHAR(32) NOT NULL, 
	channel VARCHAR(40) NOT NULL, 
	destination VARCHAR(10) NOT NULL, 
	kind VARCHAR(40) NOT NULL, 
	args JSON NOT NULL, 
	op VARCHAR(10) NOT NULL, 
	thread_id INTEGER, 
	target_id INTEGER, 
	due_at DATETIME NOT NULL, 
	created_at DATETIME NOT NULL, 
	trace VARCHAR(64), 
	state VARCHAR(10) NOT NULL, 
	ready_at DATETIME, 
	lease_until DATETIME, 
	owner VARCHAR(80), 
	claimed_at DATETIME, 
	attempts INTEGER DEFAULT '0' NOT NULL, 
	failures INTEGER DEFAULT '0' NOT NULL, 
	in_doubt BOOLEAN DEFAULT (false) NOT NULL, 
	blind INTEGER DEFAULT '0' NOT NULL, 
	sent_channel VARCHAR(40), 
	sent_ts VARCHAR(32), 
	code VARCHAR(80), 
	note TEXT, 
	finished_at DATETIME, 
	CONSTRAINT pk_outbox PRIMARY KEY (id), 
	CONSTRAINT fk_outbox_target_id_outbox FOREIGN KEY(target_id) REFERENCES outbox (id), 
	CONSTRAINT fk_outbox_thread_id_outbox FOREIGN KEY(thread_id) REFERENCES outbox (id), 
	CONSTRAINT fk_outbox_workspace_id_workspace FOREIGN KEY(workspace_id) REFERENCES workspace (id), 
	CONSTRAINT uq_outbox_workspace_id_key UNIQUE (workspace_id, "key")
);
INSERT INTO "outbox" VALUES(1,1,'risk:1','c5dd53a9bc584558bd2cb6418e77afd3','CUWCOZI996Y','channel','risk','{"risk_id": 1, "first": true}','post',NULL,NULL,'2026-03-03 09:00:00.705338','2026-03-03 09:00:00.705338','63f93d','sent',NULL,NULL,NULL,'2026-11-28 21:04:47.543000',1,0,0,0,'CUWCOZI996Y','1772532060.286720',NULL,'effectively once','2026-03-03 10:01:00.288124');
INSERT INTO "outbox" VALUES(2,1,'prompt:1','6efb2ab2f91a467c84d3ea625ce72366','UACK5430B2H','user','prompt','{"prompt_id": 1, "to": "UACK5430B2H", "first": true}','post',NULL,NULL,'2026-03-03 10:00:00.000000','2026-03-03 10:01:00.238316','a99ce9','sent',NULL,NULL,NULL,'2026-11-28 21:04:48.031000',1,0,0,0,'DJYHPGDFHQ6','1772532060.741125',NULL,'effectively once','2026-03-03 10:01:00.747616');
INSERT INTO "outbox" VALUES(3,1,'loop:1','9927677cd2a64da3aef247588bf2a623','CYNV7N47EFS','channel','loop','{"action_id": 1}','post',NULL,NULL,'2026-03-03 10:01:01.201130','2026-03-03 10:01:01.201130','ef84e9','sent',NULL,NULL,NULL,'2026-11-28 21:04:48.995000',1,0,0,0,'CYNV7N47EFS','1772532061.859915',NULL,'effectively once','2026-03-03 10:01:01.863902');
INSERT INTO "outbox" VALUES(4,1,'prompt:1@1772532061.201130','447e8f50bc0b42489d5d007b638ae03e','UACK5430B2H','user','prompt','{"prompt_id": 1, "to": "UACK5430B2H", "first": false}','update',NULL,2,'2026-03-03 10:01:01.201130','2026-03-03 10:01:01.201130','ef84e9','sent',NULL,NULL,NULL,'2026-11-28 21:04:48.995000',1,0,0,0,'DJYHPGDFHQ6','1772532060.741125',NULL,'effectively once','2026-03-03 10:01:01.863902');
INSERT INTO "outbox" VALUES(5,1,'risk:1@19','e840d61524f94e08bedb2e00f02dce2f','CUWCOZI996Y','channel','risk','{"risk_id": 1, "first": false}','update',NULL,1,'2026-03-03 10:01:02.185386','2026-03-03 10:01:02.185386','a434b7','sent',NULL,NULL,NULL,'2026-11-28 21:04:49.980000',1,0,0,0,'CUWCOZI996Y','1772532060.286720',NULL,'effectively once','2026-03-03 10:01:02.489401');
INSERT INTO "outbox" VALUES(6,1,'risk-note:1:19','35abfe6db4fa42fdb16d30d6b2072f94','CUWCOZI996Y','channel','risk-note','{"risk_id": 1, "note_id": 19}','post',1,NULL,'2026-03-03 10:01:02.185386','2026-03-03 10:01:02.185386','a434b7','sent',NULL,NULL,NULL,'2026-11-28 21:04:50.126000',1,0,0,0,'CUWCOZI996Y','1772532062.785833',NULL,'effectively once','2026-03-03 10:01:02.787116');
INSERT INTO "outbox" VALUES(7,1,'risk:1@20','fcd563c3fcdc4a5ca9d662fca13411f5','CUWCOZI996Y','channel','risk','{"risk_id": 1, "first": false}','update',NULL,1,'2026-03-04 12:00:00.050415','2026-03-04 12:00:00.050415','320854','sent',NULL,NULL,NULL,'2026-11-28 21:04:50.638000',1,0,0,0,'CUWCOZI996Y','1772532060.286720',NULL,'effectively once','2026-03-04 12:00:00.287742');
INSERT INTO "outbox" VALUES(8,1,'risk-note:1:20','328be4cf8fa64ce7bd339743b2982933','CUWCOZI996Y','channel','risk-note','{"risk_id": 1, "note_id": 20}','post',1,NULL,'2026-03-04 12:00:00.050415','2026-03-04 12:00:00.050415','320854','sent',NULL,NULL,NULL,'2026-11-28 21:04:50.775000',1,0,0,0,'CUWCOZI996Y','1772625600.434522',NULL,'effectively once','2026-03-04 12:00:00.453034');
INSERT INTO "outbox" VALUES(9,1,'unclaimed:1','ffd93db0b94742dcafecd8b5a4d1631b','UC9BRPGAR4A','user','unclaimed','{"risk_ids": [1], "portfolio_id": 1}','post',NULL,NULL,'2026-03-04 12:00:00.050415','2026-03-04 12:00:00.050415','320854','sent',NULL,NULL,NULL,'2026-11-28 21:04:50.638000',1,0,0,0,'DG5U1D5WSOK','1772625600.297000',NULL,'effectively once','2026-03-04 12:00:00.381009');
INSERT INTO "outbox" VALUES(10,1,'digest:1','d79f96784e8e46eb97f009c32d5dd16d','CUWCOZI996Y','channel','digest','{"digest_id": 1}','post',NULL,NULL,'2026-03-09 09:01:00.136705','2026-03-09 09:01:00.136705','a55d1f','sent',NULL,NULL,NULL,'2026-11-28 21:04:51.822000',1,0,0,0,'CUWCOZI996Y','1773046860.386395',NULL,'effectively once','2026-03-09 09:01:00.415890');
INSERT INTO "outbox" VALUES(11,1,'prompt:2','e15f2a1b5a564583a381a4c812310e63','UACK5430B2H','user','prompt','{"prompt_id": 2, "to": "UACK5430B2H", "first": true}','post',NULL,NULL,'2026-03-10 10:00:00.000000','2026-03-10 10:01:00.002983','10b5dd','sent',NULL,NULL,NULL,'2026-11-28 21:04:52.412000',1,0,0,0,'DJYHPGDFHQ6','1773136860.192823',NULL,'effectively once','2026-03-10 10:01:00.199988');
CREATE TABLE outcome (
	id INTEGER NOT NULL, 
	account_id INTEGER NOT NULL, 
	title TEXT NOT NULL, 
	kind VARCHAR(40) DEFAULT 'numeric' NOT NULL, 
	metric TEXT, 
	unit TEXT, 
	direction VARCHAR(40), 
	baseline VARCHAR(64), 
	baseline_on DATE, 
	baseline_agreed_by INTEGER, 
	target VARCHAR(64), 
	band_low VARCHAR(64), 
	band_high VARCHAR(64), 
	due_on DATE, 
	owner_person_id INTEGER, 
	shelf_life_days INTEGER DEFAULT '90' NOT NULL, 
	promise_id INTEGER, 
	promised_minor INTEGER, 
	currency VARCHAR(3), 
	risk_if_never TEXT, 
	retired_on DATE, 
	retired_why TEXT, 
	CONSTRAINT pk_outcome PRIMARY KEY (id), 
	CONSTRAINT fk_outcome_account_id_account FOREIGN KEY(account_id) REFERENCES account (id), 
	CONSTRAINT fk_outcome_baseline_agreed_by_person FOREIGN KEY(baseline_agreed_by) REFERENCES person (id), 
	CONSTRAINT fk_outcome_owner_person_id_person FOREIGN KEY(owner_person_id) REFERENCES person (id), 
	CONSTRAINT fk_outcome_promise_id_promise FOREIGN KEY(promise_id) REFERENCES promise (id)
);
INSERT INTO "outcome" VALUES(1,1,'Contracts signed within 5 days','numeric','days to sign','days','down','15','2026-01-15',1,'5',NULL,NULL,'2026-06-30',1,90,NULL,NULL,NULL,'Legal goes back to e-mail',NULL,NULL);
CREATE TABLE person (
	id INTEGER NOT NULL, 
	account_id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	part VARCHAR(40) NOT NULL, 
	title TEXT, 
	email TEXT, 
	left_on DATE, 
	CONSTRAINT pk_person PRIMARY KEY (id), 
	CONSTRAINT fk_person_account_id_account FOREIGN KEY(account_id) REFERENCES account (id)
);
INSERT INTO "person" VALUES(1,1,'Ana Ruiz','champion','Head of Legal',NULL,NULL);
CREATE TABLE portfolio (
	id INTEGER NOT NULL, 
	workspace_id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	channel VARCHAR(20), 
	manager_id INTEGER, 
	digest_weekday INTEGER DEFAULT '0' NOT NULL, 
	digest_time VARCHAR(5) DEFAULT '09:00' NOT NULL, 
	tz VARCHAR(64) DEFAULT 'UTC' NOT NULL, 
	next_digest_at DATETIME, 
	product_channel VARCHAR(20), 
	go_to_market_channel VARCHAR(20), 
	band_currency VARCHAR(3), 
	high_touch_from_minor INTEGER, 
	low_touch_from_minor INTEGER, 
	high_touch_load INTEGER, 
	low_touch_load INTEGER, 
	channel_lost_at DATETIME, product_channel_lost_at DATETIME, go_to_market_channel_lost_at DATETIME, 
	CONSTRAINT pk_portfolio PRIMARY KEY (id), 
	CONSTRAINT fk_portfolio_manager_id_member FOREIGN KEY(manager_id) REFERENCES member (id), 
	CONSTRAINT fk_portfolio_workspace_id_workspace FOREIGN KEY(workspace_id) REFERENCES workspace (id), 
	CONSTRAINT uq_portfolio_workspace_id_name UNIQUE (workspace_id, name)
);
INSERT INTO "portfolio" VALUES(1,1,'North','CUWCOZI996Y',1,0,'09:00','Europe/Stockholm','2026-03-16 08:00:00.000000','CYNV7N47EFS',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE promise (
	id INTEGER NOT NULL, 
	account_id INTEGER NOT NULL, 
	text TEXT NOT NULL, 
	promised_on DATE, 
	promised_by TEXT, 
	promised_to INTEGER, 
	due_on DATE, 
	state VARCHAR(40) DEFAULT 'open' NOT NULL, 
	settled_on DATE, 
	settled_why TEXT, 
	last_mentioned_on DATE, 
	CONSTRAINT pk_promise PRIMARY KEY (id), 
	CONSTRAINT fk_promise_account_id_account FOREIGN KEY(account_id) REFERENCES account (id), 
	CONSTRAINT fk_promise_promised_to_person FOREIGN KEY(promised_to) REFERENCES person (id)
);
CREATE TABLE prompt (
	id INTEGER NOT NULL, 
	account_id INTEGER NOT NULL, 
	workspace_id INTEGER NOT NULL, 
	meeting_id INTEGER NOT NULL, 
	member_id INTEGER, 
	state VARCHAR(40) DEFAULT 'open' NOT NULL, 
	asked_at DATETIME NOT NULL, 
	remind_at DATETIME, 
	reminded_at DATETIME, 
	snoozed_until DATETIME, 
	closes_at DATETIME NOT NULL, 
	closed_at DATETIME, 
	CONSTRAINT pk_prompt PRIMARY KEY (id), 
	CONSTRAINT fk_prompt_account_id_account FOREIGN KEY(account_id) REFERENCES account (id), 
	CONSTRAINT fk_prompt_meeting_id_meeting FOREIGN KEY(meeting_id) REFERENCES meeting (id), 
	CONSTRAINT fk_prompt_member_id_member FOREIGN KEY(member_id) REFERENCES member (id), 
	CONSTRAINT fk_prompt_workspace_id_workspace FOREIGN KEY(workspace_id) REFERENCES workspace (id), 
	CONSTRAINT uq_prompt_meeting_id UNIQUE (meeting_id)
);
INSERT INTO "prompt" VALUES(1,1,1,1,3,'answered','2026-03-03 10:01:00.238316','2026-03-03 18:00:00.000000',NULL,NULL,'2026-03-04 10:00:00.000000','2026-03-03 10:01:01.201130');
INSERT INTO "prompt" VALUES(2,1,1,2,3,'open','2026-03-10 10:01:00.002983','2026-03-10 18:00:00.000000',NULL,NULL,'2026-03-11 10:00:00.000000',NULL);
CREATE TABLE risk (
	id INTEGER NOT NULL, 
	account_id INTEGER NOT NULL, 
	kind VARCHAR(40) NOT NULL, 
	subject VARCHAR(80) DEFAULT '' NOT NULL, 
	severity SMALLINT NOT NULL, 
	fact TEXT DEFAULT '' NOT NULL, 
	state VARCHAR(40) DEFAULT 'open' NOT NULL, 
	opened_at DATETIME NOT NULL, 
	owner_id INTEGER, 
	claimed_at DATETIME, 
	remind_manager_at DATETIME, 
	snoozed_until DATETIME, 
	snoozed_why TEXT, 
	closed_at DATETIME, 
	closed_how TEXT, 
	CONSTRAINT pk_risk PRIMARY KEY (id), 
	CONSTRAINT fk_risk_account_id_account FOREIGN KEY(account_id) REFERENCES account (id), 
	CONSTRAINT fk_risk_owner_id_member FOREIGN KEY(owner_id) REFERENCES member (id)
);
INSERT INTO "risk" VALUES(1,1,'renewal_unproven','',2,'Renews on 1 Jun 2026: 60% proven (0 of 1 outcome)','open','2026-03-03 09:00:00.705338',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE stage_entry (
	id INTEGER NOT NULL, 
	account_id INTEGER NOT NULL, 
	stage VARCHAR(40) NOT NULL, 
	entered_on DATE NOT NULL, 
	reason TEXT, 
	CONSTRAINT pk_stage_entry PRIMARY KEY (id), 
	CONSTRAINT fk_stage_entry_account_id_account FOREIGN KEY(account_id) REFERENCES account (id)
);
INSERT INTO "stage_entry" VALUES(1,1,'activation','2026-03-03',NULL);
CREATE TABLE submission (
	id INTEGER NOT NULL, 
	workspace_id INTEGER NOT NULL, 
	"key" VARCHAR(200) NOT NULL, 
	content VARCHAR(64) NOT NULL, 
	result INTEGER, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_submission PRIMARY KEY (id), 
	CONSTRAINT fk_submission_workspace_id_workspace FOREIGN KEY(workspace_id) REFERENCES workspace (id), 
	CONSTRAINT uq_submission_workspace_id_key UNIQUE (workspace_id, "key")
);
INSERT INTO "submission" VALUES(2,1,'V49EWTWG0F1:answer','5a579118fd26e1d6b27b6c8c89942babece6bb9771ecd947eed6c1e49c0487a6',1,'2026-03-03 10:01:01.201130');
INSERT INTO "submission" VALUES(3,1,'V6JDLNCWWQL:evidence','08c182869092c9f27590062e6db1a4def39a99e54533b3d0f89552567ffa0e2a',1,'2026-03-03 10:01:02.024548');
CREATE TABLE workspace (
	id INTEGER NOT NULL, 
	team_id VARCHAR(20) NOT NULL, 
	name TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_workspace PRIMARY KEY (id), 
	CONSTRAINT uq_workspace_team_id UNIQUE (team_id)
);
INSERT INTO "workspace" VALUES(1,'T0NORTHWIND','Northwind CS','2026-03-03 09:00:00.048332');
CREATE TABLE workspace_gate (
	workspace_id INTEGER NOT NULL, 
	blocked_until DATETIME, 
	paused VARCHAR(80), 
	paused_at DATETIME, 
	CONSTRAINT pk_workspace_gate PRIMARY KEY (workspace_id), 
	CONSTRAINT fk_workspace_gate_workspace_id_workspace FOREIGN KEY(workspace_id) REFERENCES workspace (id)
);
CREATE INDEX ix_history_account_id_id ON history (account_id, id);
CREATE INDEX ix_member_workspace_id_name ON member (workspace_id, name);
CREATE INDEX ix_outbox_open ON outbox (workspace_id, channel, due_at, id) WHERE finished_at IS NULL;
CREATE INDEX ix_outbox_sending ON outbox (workspace_id, channel) WHERE state = 'sending';
CREATE INDEX ix_outbox_waiting ON outbox (due_at, id) WHERE state = 'waiting';
CREATE INDEX ix_portfolio_next_digest_at ON portfolio (next_digest_at);
CREATE INDEX ix_account_deputy_id ON account (deputy_id);
CREATE INDEX ix_account_owner_id ON account (owner_id);
CREATE INDEX ix_account_portfolio_id ON account (portfolio_id);
CREATE INDEX ix_account_due_look_at ON account_due (look_at);
CREATE INDEX ix_account_word_account_id ON account_word (account_id);
CREATE INDEX ix_account_word_workspace_id_word ON account_word (workspace_id, word);
CREATE INDEX ix_cadence_account_id ON cadence (account_id);
CREATE INDEX ix_cadence_due ON cadence (next_prompt_at) WHERE active AND next_prompt_at IS NOT NULL;
CREATE INDEX ix_draft_account_id ON draft (account_id);
CREATE INDEX ix_health_account_id ON health (account_id);
CREATE INDEX ix_judgement_account_id ON judgement (account_id);
CREATE INDEX ix_person_account_id ON person (account_id);
CREATE INDEX ix_risk_account_id ON risk (account_id);
CREATE INDEX ix_risk_unclaimed ON risk (remind_manager_at) WHERE remind_manager_at IS NOT NULL;
CREATE UNIQUE INDEX uq_risk_open ON risk (account_id, kind, subject) WHERE closed_at IS NULL;
CREATE INDEX ix_stage_entry_account_id ON stage_entry (account_id);
CREATE INDEX ix_meeting_account_id ON meeting (account_id);
CREATE INDEX ix_obstacle_account_id ON obstacle (account_id);
CREATE INDEX ix_promise_account_id ON promise (account_id);
CREATE INDEX ix_answer_account_id ON answer (account_id);
CREATE INDEX ix_outcome_account_id ON outcome (account_id);
CREATE INDEX ix_prompt_account_id ON prompt (account_id);
CREATE INDEX ix_prompt_member_id ON prompt (member_id);
CREATE INDEX ix_prompt_open_closes ON prompt (closes_at) WHERE state = 'open';
CREATE INDEX ix_prompt_open_remind ON prompt (remind_at) WHERE state = 'open' AND reminded_at IS NULL;
CREATE INDEX ix_evidence_account_id ON evidence (account_id);
CREATE INDEX ix_evidence_outcome_id ON evidence (outcome_id);
CREATE INDEX ix_gap_account_id ON gap (account_id);
CREATE INDEX ix_action_account_id ON action (account_id);
CREATE INDEX ix_action_owner_id ON action (owner_id);
CREATE INDEX ix_outbox_over ON outbox (kind, op, finished_at) WHERE state IN ('sent', 'dropped');
CREATE INDEX ix_outbox_target_id ON outbox (target_id) WHERE target_id IS NOT NULL;
CREATE INDEX ix_outbox_thread_id ON outbox (thread_id) WHERE thread_id IS NOT NULL;
CREATE INDEX ix_submission_at ON submission (at);
CREATE UNIQUE INDEX uq_cadence_active ON cadence (account_id, kind) WHERE active;
COMMIT;
