-- Who lets deletions go says why. See 0040 for the form.
SET @cloudsync_add_approval_note = IF(
  EXISTS (SELECT 1 FROM information_schema.COLUMNS
          WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'sync_run' AND COLUMN_NAME = 'approval_note'),
  'DO 0',
  'ALTER TABLE sync_run ADD COLUMN approval_note VARCHAR(512) NOT NULL DEFAULT '''' COMMENT ''why the deletions were approved, in the words of who did; that of a restore is in sync_restore''');

--bun:split

PREPARE cloudsync_add_approval_note FROM @cloudsync_add_approval_note;

--bun:split

EXECUTE cloudsync_add_approval_note;

--bun:split

DEALLOCATE PREPARE cloudsync_add_approval_note;
