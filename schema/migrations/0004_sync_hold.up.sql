CREATE TABLE IF NOT EXISTS sync_hold (
  scope_id INT UNSIGNED NOT NULL COMMENT 'see sync_scope',
  digest   VARCHAR(96)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'digest of the held deletions, as approved',
  seq      INT UNSIGNED NOT NULL COMMENT 'position among the parts of the set',
  run_id   VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'the run that held this set first',
  payload  LONGBLOB     NOT NULL COMMENT 'uid and hash of the rows, encoded and compressed with zstd',
  held_at  DATETIME(6)  NOT NULL COMMENT 'UTC time of the first hold',
  PRIMARY KEY (scope_id, digest, seq)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
  COMMENT='deletions that were held, so that an approval that no longer fits can say what changed';
