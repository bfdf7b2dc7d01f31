CREATE TABLE IF NOT EXISTS sync_drift (
  run_id    VARCHAR(64)   CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'Temporal run id of the VerifyWorkflow that found the row',
  uid       BINARY(16)    NOT NULL COMMENT 'uid of the inventory row, as found',
  kind      VARCHAR(64)   NOT NULL COMMENT 'kind of resource: the name of the inventory table',
  scope_id  INT UNSIGNED  NOT NULL COMMENT 'scope_id of the row, as found; see sync_scope',
  native_id VARCHAR(255)  NOT NULL COMMENT 'native_id of the row, as found',
  hash      BINARY(16)    NOT NULL COMMENT 'hash of the row, as found; all zeros: marked by an earlier repair',
  what      VARCHAR(16)   CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'what does not fit: content, identity, place or unreadable; or marked',
  reason    VARCHAR(1024) NOT NULL COMMENT 'what is wrong with the row',
  marked    TINYINT(1)    NOT NULL COMMENT '1: the next sync rewrites the row; 0: nothing was done to it',
  found_at  DATETIME(6)   NOT NULL COMMENT 'UTC time at which it was found',
  PRIMARY KEY (run_id, uid),
  KEY found (found_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
  COMMENT='inventory rows whose columns do not give their uid and hash: somebody edited them by hand';

--bun:split

CREATE TABLE IF NOT EXISTS sync_kind (
  kind    VARCHAR(64)      NOT NULL COMMENT 'kind of resource',
  since   DATETIME(6)      NOT NULL COMMENT 'UTC time from which hashes have been computed with the version; 1970: from the beginning',
  version TINYINT UNSIGNED NOT NULL COMMENT 'version byte of the kind''s hashes',
  PRIMARY KEY (kind, since)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
  COMMENT='which version of a kind computed a hash: older ones do not fit, though nobody edited the row';
