-- Texts are as long as the clouds' documents allow: the value of a tag, which names and
-- places in the service tree come from, has up to 256 characters, an id of Azure's more
-- than 255. A longer VARCHAR is a change of the table's description alone: no row is
-- touched.
ALTER TABLE resource_host
  MODIFY COLUMN native_id     VARCHAR(512) NOT NULL COMMENT 'the provider''s id of the host',
  MODIFY COLUMN name          VARCHAR(256) NOT NULL DEFAULT '' COMMENT 'display name',
  MODIFY COLUMN vpc_id        VARCHAR(512) NOT NULL DEFAULT '' COMMENT 'private network',
  MODIFY COLUMN subnet_id     VARCHAR(512) NOT NULL DEFAULT '' COMMENT 'subnet or switch of the private network',
  MODIFY COLUMN image_id      VARCHAR(512) NOT NULL DEFAULT '' COMMENT 'image the host was made from',
  MODIFY COLUMN stree_group   VARCHAR(256) NOT NULL DEFAULT '' COMMENT 'group in the service tree, from a tag',
  MODIFY COLUMN stree_product VARCHAR(256) NOT NULL DEFAULT '' COMMENT 'product in the service tree, from a tag',
  MODIFY COLUMN stree_app     VARCHAR(256) NOT NULL DEFAULT '' COMMENT 'application in the service tree, from a tag';

--bun:split

ALTER TABLE resource_disk
  MODIFY COLUMN native_id      VARCHAR(512) NOT NULL COMMENT 'the provider''s id of the disk',
  MODIFY COLUMN name           VARCHAR(256) NOT NULL DEFAULT '' COMMENT 'display name',
  MODIFY COLUMN host_native_id VARCHAR(512) NOT NULL DEFAULT '' COMMENT 'native_id in resource_host of the host it is attached to';

--bun:split

ALTER TABLE resource_database
  MODIFY COLUMN native_id VARCHAR(512) NOT NULL COMMENT 'the provider''s id of the database',
  MODIFY COLUMN name      VARCHAR(256) NOT NULL DEFAULT '' COMMENT 'display name',
  MODIFY COLUMN engine    VARCHAR(64)  NOT NULL DEFAULT '' COMMENT 'mysql, mariadb, postgresql, sqlserver, oracle and the like: the same word at all clouds',
  MODIFY COLUMN vpc_id    VARCHAR(512) NOT NULL DEFAULT '' COMMENT 'virtual network',
  MODIFY COLUMN subnet_id VARCHAR(512) NOT NULL DEFAULT '' COMMENT 'subnet';

--bun:split

ALTER TABLE resource_load_balancer
  MODIFY COLUMN native_id VARCHAR(512) NOT NULL COMMENT 'the provider''s id of the load balancer',
  MODIFY COLUMN name      VARCHAR(256) NOT NULL DEFAULT '' COMMENT 'display name',
  MODIFY COLUMN vpc_id    VARCHAR(512) NOT NULL DEFAULT '' COMMENT 'virtual network';

--bun:split

ALTER TABLE resource_change
  MODIFY COLUMN native_id VARCHAR(512) NOT NULL COMMENT 'the provider''s id of the resource';

--bun:split

ALTER TABLE sync_row_failure
  MODIFY COLUMN native_id VARCHAR(512) NOT NULL DEFAULT '' COMMENT 'the provider''s id, as far as it can be shown';

--bun:split

ALTER TABLE sync_drift
  MODIFY COLUMN native_id VARCHAR(512) NOT NULL COMMENT 'native_id of the row, as found';
