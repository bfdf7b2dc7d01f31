CREATE TABLE IF NOT EXISTS sync_horizon (
  kind         VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'kind of resource',
  pruned_until DATETIME(6) NOT NULL COMMENT 'UTC time; of the changes before it, some or all were removed from resource_change',
  PRIMARY KEY (kind)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
  COMMENT='how far back the history of a kind is whole; no row: to its beginning';

--bun:split

CREATE TABLE IF NOT EXISTS sync_restore (
  run_id       VARCHAR(64)   CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'see sync_run, where the figures are',
  source_run   VARCHAR(64)   CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '' COMMENT 'the run whose deletions were undone',
  source_uid   BINARY(16)    NULL COMMENT 'or the one resource that was put back',
  requested_by VARCHAR(255)  NOT NULL COMMENT 'user name of the operator',
  note         VARCHAR(1024) NOT NULL DEFAULT '' COMMENT 'why, in the operator''s words',
  PRIMARY KEY (run_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
  COMMENT='who put deleted rows back, and why; a restore is also a row of sync_run';
