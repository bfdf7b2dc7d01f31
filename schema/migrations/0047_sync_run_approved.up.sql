-- The latest decisions are found without reading all runs. See 0040 for the form.
SET @cloudsync_add_approved = IF(
  EXISTS (SELECT 1 FROM information_schema.STATISTICS
          WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'sync_run' AND INDEX_NAME = 'approved'),
  'DO 0',
  'ALTER TABLE sync_run ADD KEY approved (approved_by)');

--bun:split

PREPARE cloudsync_add_approved FROM @cloudsync_add_approved;

--bun:split

EXECUTE cloudsync_add_approved;

--bun:split

DEALLOCATE PREPARE cloudsync_add_approved;
