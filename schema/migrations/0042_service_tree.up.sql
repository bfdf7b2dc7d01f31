-- Every kind with tags is placed in the service tree. See 0040 for the form.
SET @cloudsync_add_tree = IF(
  EXISTS (SELECT 1 FROM information_schema.COLUMNS
          WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'resource_disk' AND COLUMN_NAME = 'stree_app'),
  'DO 0',
  'ALTER TABLE resource_disk
     ADD COLUMN stree_group   VARCHAR(256) NOT NULL DEFAULT '''' COMMENT ''group in the service tree, from a tag'',
     ADD COLUMN stree_product VARCHAR(256) NOT NULL DEFAULT '''' COMMENT ''product in the service tree, from a tag'',
     ADD COLUMN stree_app     VARCHAR(256) NOT NULL DEFAULT '''' COMMENT ''application in the service tree, from a tag''');

--bun:split

PREPARE cloudsync_add_tree FROM @cloudsync_add_tree;

--bun:split

EXECUTE cloudsync_add_tree;

--bun:split

DEALLOCATE PREPARE cloudsync_add_tree;

--bun:split

SET @cloudsync_add_tree = IF(
  EXISTS (SELECT 1 FROM information_schema.COLUMNS
          WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'resource_database' AND COLUMN_NAME = 'stree_app'),
  'DO 0',
  'ALTER TABLE resource_database
     ADD COLUMN stree_group   VARCHAR(256) NOT NULL DEFAULT '''' COMMENT ''group in the service tree, from a tag'',
     ADD COLUMN stree_product VARCHAR(256) NOT NULL DEFAULT '''' COMMENT ''product in the service tree, from a tag'',
     ADD COLUMN stree_app     VARCHAR(256) NOT NULL DEFAULT '''' COMMENT ''application in the service tree, from a tag''');

--bun:split

PREPARE cloudsync_add_tree FROM @cloudsync_add_tree;

--bun:split

EXECUTE cloudsync_add_tree;

--bun:split

DEALLOCATE PREPARE cloudsync_add_tree;

--bun:split

SET @cloudsync_add_tree = IF(
  EXISTS (SELECT 1 FROM information_schema.COLUMNS
          WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'resource_load_balancer' AND COLUMN_NAME = 'stree_app'),
  'DO 0',
  'ALTER TABLE resource_load_balancer
     ADD COLUMN stree_group   VARCHAR(256) NOT NULL DEFAULT '''' COMMENT ''group in the service tree, from a tag'',
     ADD COLUMN stree_product VARCHAR(256) NOT NULL DEFAULT '''' COMMENT ''product in the service tree, from a tag'',
     ADD COLUMN stree_app     VARCHAR(256) NOT NULL DEFAULT '''' COMMENT ''application in the service tree, from a tag''');

--bun:split

PREPARE cloudsync_add_tree FROM @cloudsync_add_tree;

--bun:split

EXECUTE cloudsync_add_tree;

--bun:split

DEALLOCATE PREPARE cloudsync_add_tree;
