CREATE TABLE IF NOT EXISTS sync_scope (
  id               INT UNSIGNED NOT NULL AUTO_INCREMENT COMMENT 'what inventory rows and runs refer to',
  kind             VARCHAR(64)  NOT NULL COMMENT 'kind of resource: the name of its inventory table',
  provider         VARCHAR(32)  NOT NULL COMMENT 'alibaba, tencent, aws, huawei, azure, mock',
  account          VARCHAR(64)  NOT NULL COMMENT 'name of the account in the configuration',
  region           VARCHAR(64)  NOT NULL COMMENT 'region, as the provider names it',
  fence            BIGINT       NOT NULL DEFAULT 0 COMMENT 'goes up with each claim; work of an older claim is refused',
  claimed_by       VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '' COMMENT 'id of the run that claimed the scope last',
  claimed_at       DATETIME(6)  NULL COMMENT 'UTC time of that claim',
  last_complete_run VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '' COMMENT 'id of the last run whose listing of the scope was complete',
  last_complete_at DATETIME(6)  NULL COMMENT 'UTC time at which that run recorded the scope',
  created_at       DATETIME(6)  NOT NULL COMMENT 'UTC time at which the scope was first configured',
  PRIMARY KEY (id),
  UNIQUE KEY scope (kind, provider, account, region)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
  COMMENT='one listing that is complete or not: a kind in a region of an account; rows are never removed';

--bun:split

CREATE TABLE IF NOT EXISTS sync_run (
  id            BIGINT       NOT NULL AUTO_INCREMENT COMMENT 'in the order in which runs began',
  run_id        VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'Temporal run id of the workflow, or the id of a restore',
  workflow_id   VARCHAR(255) NOT NULL COMMENT 'Temporal workflow id',
  kind          VARCHAR(64)  NOT NULL COMMENT 'kind of resource',
  outcome       VARCHAR(16)  NOT NULL COMMENT 'running, then ok, unchanged, partial, held or failed; pruned: deleted rows of orphan scopes; restored: put deleted rows back',
  started_at    DATETIME(6)  NOT NULL COMMENT 'UTC time at which the workflow started',
  finished_at   DATETIME(6)  NULL COMMENT 'UTC time of the outcome',
  took_ms       BIGINT       NOT NULL DEFAULT 0 COMMENT 'timeTook in milliseconds',
  scopes        INT          NOT NULL DEFAULT 0 COMMENT 'scopes of the run',
  scopes_failed INT          NOT NULL DEFAULT 0 COMMENT 'scopes that could not be synced',
  scopes_held   INT          NOT NULL DEFAULT 0 COMMENT 'scopes with deletions that policy did not let through',
  cloud_num     BIGINT       NOT NULL DEFAULT 0 COMMENT 'public.cloud.num: resources listed',
  db_num        BIGINT       NOT NULL DEFAULT 0 COMMENT 'db.num: inventory rows before the run',
  to_add        BIGINT       NOT NULL DEFAULT 0 COMMENT 'toAddNum',
  to_mod        BIGINT       NOT NULL DEFAULT 0 COMMENT 'toModNum: rows whose hash differs',
  to_del        BIGINT       NOT NULL DEFAULT 0 COMMENT 'toDelNum: rows that the cloud no longer lists, held ones included',
  su_add        BIGINT       NOT NULL DEFAULT 0 COMMENT 'suAddNum: rows added',
  su_mod        BIGINT       NOT NULL DEFAULT 0 COMMENT 'suModNum: rows modified',
  su_del        BIGINT       NOT NULL DEFAULT 0 COMMENT 'suDelNum: rows deleted',
  rehashed      BIGINT       NOT NULL DEFAULT 0 COMMENT 'rows of which nothing but the hash was rewritten',
  held          BIGINT       NOT NULL DEFAULT 0 COMMENT 'rows whose deletion is held',
  failed_rows   BIGINT       NOT NULL DEFAULT 0 COMMENT 'rows that could not be stored, see sync_row_failure',
  paging_skips  BIGINT       NOT NULL DEFAULT 0 COMMENT 'resources that a listing lacked and that exist, asked for by id',
  orphan_scopes INT          NOT NULL DEFAULT 0 COMMENT 'scopes of the kind that have rows and are no longer configured: no run touches them',
  orphan_rows   BIGINT       NOT NULL DEFAULT 0 COMMENT 'their rows',
  approved_by   VARCHAR(255) NOT NULL DEFAULT '' COMMENT 'who approved deletions for this run',
  error         VARCHAR(2048) NOT NULL DEFAULT '' COMMENT 'why the run failed, or of what it is short',
  PRIMARY KEY (id),
  UNIQUE KEY run (run_id),
  KEY kind_runs (kind, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
  COMMENT='one row per run: the audit that outlives Temporal''s retention';

--bun:split

CREATE TABLE IF NOT EXISTS sync_run_scope (
  run_id      VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'see sync_run',
  scope_id    INT UNSIGNED NOT NULL COMMENT 'see sync_scope',
  outcome     VARCHAR(16)  NOT NULL COMMENT 'ok, unchanged, held, partial (some rows were refused) or failed',
  cloud_num   BIGINT       NOT NULL DEFAULT 0 COMMENT 'resources listed',
  db_num      BIGINT       NOT NULL DEFAULT 0 COMMENT 'inventory rows before the run',
  to_add      BIGINT       NOT NULL DEFAULT 0 COMMENT 'rows to add',
  to_mod      BIGINT       NOT NULL DEFAULT 0 COMMENT 'rows whose hash differs',
  to_del      BIGINT       NOT NULL DEFAULT 0 COMMENT 'rows no longer listed',
  su_add      BIGINT       NOT NULL DEFAULT 0 COMMENT 'rows added',
  su_mod      BIGINT       NOT NULL DEFAULT 0 COMMENT 'rows modified',
  su_del      BIGINT       NOT NULL DEFAULT 0 COMMENT 'rows deleted',
  rehashed    BIGINT       NOT NULL DEFAULT 0 COMMENT 'rows of which nothing but the hash was rewritten',
  held        BIGINT       NOT NULL DEFAULT 0 COMMENT 'rows whose deletion is held',
  failed_rows BIGINT       NOT NULL DEFAULT 0 COMMENT 'rows that could not be stored',
  paging_skips BIGINT      NOT NULL DEFAULT 0 COMMENT 'resources that the listing lacked and that exist, asked for by id',
  hold_digest VARCHAR(96)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '' COMMENT 'digest of the held deletions',
  reason      VARCHAR(2048) NOT NULL DEFAULT '' COMMENT 'why the scope is held or failed',
  PRIMARY KEY (run_id, scope_id),
  KEY scope_runs (scope_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
  COMMENT='one row per run and scope, whatever the outcome';

--bun:split

CREATE TABLE IF NOT EXISTS sync_stage (
  run_id     VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'see sync_run',
  scope_id   INT UNSIGNED NOT NULL COMMENT 'see sync_scope',
  writer     INT UNSIGNED NOT NULL COMMENT 'attempt of FetchCloud that wrote the chunk',
  seq        INT UNSIGNED NOT NULL COMMENT 'position among the writer''s chunks',
  payload    LONGBLOB     NOT NULL COMMENT 'listed rows, encoded and compressed with zstd',
  created_at DATETIME(6)  NOT NULL COMMENT 'UTC time of writing',
  PRIMARY KEY (run_id, scope_id, writer, seq),
  KEY scope_stage (scope_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
  COMMENT='in flight: what FetchCloud listed; emptied at the end of each run';

--bun:split

CREATE TABLE IF NOT EXISTS sync_batch (
  run_id     VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'see sync_run',
  scope_id   INT UNSIGNED NOT NULL COMMENT 'see sync_scope',
  writer     INT UNSIGNED NOT NULL COMMENT 'attempt of ComputeDiff that wrote the batch',
  op         VARCHAR(16)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'add, modify or delete',
  seq        INT UNSIGNED NOT NULL COMMENT 'position among the batches of the operation',
  applied_at DATETIME(6)  NULL COMMENT 'UTC time of the transaction that applied it; NULL: pending',
  row_count  INT UNSIGNED NOT NULL COMMENT 'rows in the batch',
  applied    INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'rows added, modified or deleted',
  rehashed   INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'rows of which nothing but the hash was rewritten',
  skipped    INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'rows that had changed since the comparison and were left alone',
  failed     INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'rows that MySQL refused',
  payload    LONGBLOB     NOT NULL COMMENT 'rows, encoded and compressed with zstd; empty once applied',
  created_at DATETIME(6)  NOT NULL COMMENT 'UTC time of writing',
  PRIMARY KEY (run_id, scope_id, writer, op, seq),
  KEY scope_batches (scope_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
  COMMENT='in flight: what a run has to apply, and what it did; emptied at the end of each run';

--bun:split

CREATE TABLE IF NOT EXISTS sync_row_failure (
  id        BIGINT       NOT NULL AUTO_INCREMENT COMMENT 'in the order of recording',
  run_id    VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'see sync_run',
  scope_id  INT UNSIGNED NOT NULL COMMENT 'see sync_scope',
  phase     VARCHAR(16)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'list: the cloud''s row is impossible; add, modify, delete: MySQL refused it',
  uid       BINARY(16)   NULL COMMENT 'the resource, where the row has an id',
  native_id VARCHAR(255) NOT NULL DEFAULT '' COMMENT 'the provider''s id, as far as it can be shown',
  reason    VARCHAR(1024) NOT NULL COMMENT 'what is wrong with the row',
  failed_at DATETIME(6)  NOT NULL COMMENT 'UTC time of recording',
  PRIMARY KEY (id),
  KEY run_scope (run_id, scope_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
  COMMENT='rows that a run could not store, with the reason; they are tried again at each run';

--bun:split

CREATE TABLE IF NOT EXISTS resource_change (
  id         BIGINT       NOT NULL AUTO_INCREMENT COMMENT 'in the order of change',
  kind       VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'kind of resource',
  uid        BINARY(16)   NOT NULL COMMENT 'uid of the inventory row',
  native_id  VARCHAR(255) NOT NULL COMMENT 'the provider''s id of the resource',
  scope_id   INT UNSIGNED NOT NULL COMMENT 'see sync_scope',
  run_id     VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'the run that made the change; also its Temporal run id, but for a restore',
  op         VARCHAR(16)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'add, modify, delete or restore',
  changed_at DATETIME(6)  NOT NULL COMMENT 'UTC time of the change',
  fields     JSON         NULL COMMENT 'modify: [{"field","old","new"}]',
  image      JSON         NULL COMMENT 'delete: the whole row as it was',
  PRIMARY KEY (id),
  KEY resource (uid, id),
  KEY run_changes (run_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
  COMMENT='history: one row per change of the inventory';
