CREATE TABLE IF NOT EXISTS sync_scope_hold (
  scope_id   INT UNSIGNED NOT NULL COMMENT 'see sync_scope',
  digest     VARCHAR(96)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'of the rows that wait, as the last run held them: see sync_hold',
  row_count  BIGINT       NOT NULL COMMENT 'rows that wait',
  base_rows  BIGINT       NOT NULL COMMENT 'rows that the scope had when the hold began, before the additions of that run',
  since_run  BIGINT       NOT NULL COMMENT 'number of the run that held first: id of sync_run',
  since      DATETIME(6)  NOT NULL COMMENT 'UTC time of that hold',
  reason     VARCHAR(512) NOT NULL COMMENT 'why that run held',
  PRIMARY KEY (scope_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
  COMMENT='the deletions of a scope that wait for a decision, whatever runs come after';

--bun:split

-- What the last runs hold goes on to wait. Where a set was held by several runs, the
-- first of them had the fewest of their own additions among its rows.
INSERT INTO sync_scope_hold (scope_id, digest, row_count, base_rows, since_run, since, reason)
SELECT scope.id, last.hold_digest, last.held, MIN(earlier.db_num), MIN(run.id), MIN(run.started_at), LEFT(last.reason, 512)
FROM sync_scope AS scope
JOIN sync_run_scope AS last ON last.run_id = scope.last_complete_run AND last.scope_id = scope.id
JOIN sync_run_scope AS earlier ON earlier.scope_id = scope.id AND earlier.hold_digest = last.hold_digest AND earlier.held > 0
JOIN sync_run AS run ON run.run_id = earlier.run_id
WHERE last.held > 0 AND last.hold_digest <> '' AND last.reason NOT LIKE '%could not be confirmed%'
  AND EXISTS (SELECT 1 FROM sync_hold AS kept WHERE kept.scope_id = scope.id AND kept.digest = last.hold_digest)
GROUP BY scope.id, last.hold_digest, last.held, last.reason
ON DUPLICATE KEY UPDATE scope_id = sync_scope_hold.scope_id;
