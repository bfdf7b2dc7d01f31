CREATE TABLE IF NOT EXISTS sync_run_unchanged (
  run_id      VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'see sync_run',
  part        BINARY(16)   NOT NULL COMMENT 'digest of the payload, so that a repeated record is one row',
  scopes      INT UNSIGNED NOT NULL COMMENT 'scopes in the payload',
  cloud_num   BIGINT       NOT NULL COMMENT 'resources listed in them, and as many inventory rows before the run',
  payload     MEDIUMBLOB   NOT NULL COMMENT 'ids of the scopes, each with its number of rows, encoded; starter show --all lists them',
  recorded_at DATETIME(6)  NOT NULL COMMENT 'UTC time of writing; after a reset a scope may be in several rows, and the latest counts',
  PRIMARY KEY (run_id, part)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
  COMMENT='the scopes that a run found unchanged, many in a row; a row of sync_run_scope counts before what is here';

--bun:split

ALTER TABLE sync_run_scope
  COMMENT='one row per run and scope, whatever the outcome, except for unchanged scopes: see sync_run_unchanged';
