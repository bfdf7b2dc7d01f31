-- Three columns say something else than they did. The types stay: only the comments
-- change, and no row is touched.
ALTER TABLE sync_run_scope
  MODIFY COLUMN hold_digest VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '' COMMENT 'digest of the deletions that are held (held > 0), or that an approval let go (held = 0)';

--bun:split

ALTER TABLE sync_run
  MODIFY COLUMN approved_by VARCHAR(255) NOT NULL DEFAULT '' COMMENT 'who approved deletions that this run let go (hold_digest in sync_run_scope says which), or asked for the pruning';

--bun:split

ALTER TABLE sync_hold
  MODIFY COLUMN held_at DATETIME(6) NOT NULL COMMENT 'UTC time of the last hold';
