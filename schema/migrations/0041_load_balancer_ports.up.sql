-- MySQL has no ADD COLUMN IF NOT EXISTS, and the statement may be run again. A column at the
-- end is a change of the table's description alone: no row is touched.
SET @cloudsync_add_ports = IF(
  EXISTS (SELECT 1 FROM information_schema.COLUMNS
          WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'resource_load_balancer' AND COLUMN_NAME = 'ports'),
  'DO 0',
  'ALTER TABLE resource_load_balancer ADD COLUMN ports JSON NULL COMMENT ''what it listens at, such as 443/https, sorted''');

--bun:split

PREPARE cloudsync_add_ports FROM @cloudsync_add_ports;

--bun:split

EXECUTE cloudsync_add_ports;

--bun:split

DEALLOCATE PREPARE cloudsync_add_ports;
