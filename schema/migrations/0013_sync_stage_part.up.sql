CREATE TABLE IF NOT EXISTS sync_stage_part (
  run_id     VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'see sync_stage',
  scope_id   INT UNSIGNED NOT NULL COMMENT 'see sync_stage',
  writer     INT UNSIGNED NOT NULL COMMENT 'see sync_stage',
  seq        INT UNSIGNED NOT NULL COMMENT 'the chunk: see sync_stage',
  part       INT UNSIGNED NOT NULL COMMENT 'position among the chunk''s parts',
  payload    LONGBLOB     NOT NULL COMMENT 'rows, encoded and compressed with zstd',
  created_at DATETIME(6)  NOT NULL COMMENT 'UTC time of writing',
  PRIMARY KEY (run_id, scope_id, writer, seq, part),
  KEY scope_parts (scope_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
  COMMENT='in flight: the listed rows that are not stored as they are; emptied at the end of each run';

--bun:split

ALTER TABLE sync_stage
  MODIFY COLUMN payload LONGBLOB NOT NULL COMMENT 'what was listed, compressed with zstd: of each row the uid and hash, or the beginning of the uid; the rows are in sync_stage_part';

--bun:split

ALTER TABLE sync_batch
  MODIFY COLUMN payload LONGBLOB NOT NULL COMMENT 'rows, encoded and compressed with zstd, or where they are in sync_stage_part, as JSON; empty once applied';
