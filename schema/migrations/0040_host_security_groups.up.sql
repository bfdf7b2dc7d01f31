-- MySQL has no ADD COLUMN IF NOT EXISTS, and the statement may be run again. A column at the
-- end is a change of the table's description alone: no row is touched.
SET @cloudsync_add_security_groups = IF(
  EXISTS (SELECT 1 FROM information_schema.COLUMNS
          WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'resource_host' AND COLUMN_NAME = 'security_group_ids'),
  'DO 0',
  'ALTER TABLE resource_host ADD COLUMN security_group_ids JSON NULL COMMENT ''ids of the security groups that filter its traffic, sorted''');

--bun:split

PREPARE cloudsync_add_security_groups FROM @cloudsync_add_security_groups;

--bun:split

EXECUTE cloudsync_add_security_groups;

--bun:split

DEALLOCATE PREPARE cloudsync_add_security_groups;
