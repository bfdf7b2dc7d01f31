CREATE TABLE IF NOT EXISTS sync_change_span (
  run_id   VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'the run, or the restore, whose changes they are: see resource_change',
  first_id BIGINT      NOT NULL COMMENT 'id of the first change',
  last_id  BIGINT      NOT NULL COMMENT 'id of the last change',
  PRIMARY KEY (run_id, first_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
  COMMENT='ids of resource_change among which a transaction of the run wrote; others may lie between';

--bun:split

-- Of the history so far, one span for each run: the index that goes answers that
-- without reading the changes.
INSERT INTO sync_change_span (run_id, first_id, last_id)
SELECT run_id, MIN(id), MAX(id) FROM resource_change GROUP BY run_id
ON DUPLICATE KEY UPDATE last_id = GREATEST(sync_change_span.last_id, VALUES(last_id));

--bun:split

-- MySQL has no DROP INDEX IF EXISTS, and the statement may be run again.
SET @cloudsync_drop_index = IF(
  EXISTS (SELECT 1 FROM information_schema.STATISTICS
          WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'resource_change' AND INDEX_NAME = 'run_changes'),
  'ALTER TABLE resource_change DROP INDEX run_changes',
  'DO 0');

--bun:split

PREPARE cloudsync_drop_index FROM @cloudsync_drop_index;

--bun:split

EXECUTE cloudsync_drop_index;

--bun:split

DEALLOCATE PREPARE cloudsync_drop_index;
