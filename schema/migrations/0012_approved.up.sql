-- What is written to two columns says more than it did. The types stay, so only the
-- comments change, without touching a row.
ALTER TABLE sync_run_scope
  MODIFY COLUMN hold_digest VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '' COMMENT 'digest of the deletions that are held (held > 0), or that an approval let go (held = 0)';

--bun:split

ALTER TABLE sync_run
  MODIFY COLUMN approved_by VARCHAR(255) NOT NULL DEFAULT '' COMMENT 'who approved deletions that this run let go (hold_digest in sync_run_scope says which), or asked for the pruning';
