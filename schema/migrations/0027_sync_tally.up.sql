CREATE TABLE IF NOT EXISTS sync_tally (
  run_id   VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'see sync_run',
  scope_id INT UNSIGNED NOT NULL COMMENT 'see sync_scope',
  part     BIGINT       NOT NULL COMMENT 'drawn by the transaction',
  added    INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'rows added, or put back by a restore',
  modified INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'rows modified',
  deleted  INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'rows deleted',
  rehashed INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'rows of which nothing but the hash was rewritten',
  PRIMARY KEY (run_id, scope_id, part)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
  COMMENT='what each transaction of a run changed in a scope; their sums are the figures of sync_run and sync_run_scope';

--bun:split

-- MySQL has no ADD COLUMN IF NOT EXISTS, and the statement may be run again.
SET @cloudsync_add_tallied = IF(
  EXISTS (SELECT 1 FROM information_schema.COLUMNS
          WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'sync_change_span' AND COLUMN_NAME = 'tallied'),
  'DO 0',
  'ALTER TABLE sync_change_span ADD COLUMN tallied TINYINT NOT NULL DEFAULT 0 COMMENT ''1: sync_tally counts the changes; 0: they are counted in resource_change, since a version wrote them that kept no tally''');

--bun:split

PREPARE cloudsync_add_tallied FROM @cloudsync_add_tallied;

--bun:split

EXECUTE cloudsync_add_tallied;

--bun:split

DEALLOCATE PREPARE cloudsync_add_tallied;
