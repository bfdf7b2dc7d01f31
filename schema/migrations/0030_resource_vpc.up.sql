CREATE TABLE IF NOT EXISTS resource_vpc (
  uid              BINARY(16)   NOT NULL COMMENT 'identity: of kind, provider, account, region and native_id',
  hash             BINARY(16)   NOT NULL COMMENT 'content: of every watched column',
  scope_id         INT UNSIGNED NOT NULL COMMENT 'see sync_scope',
  provider         VARCHAR(32)  NOT NULL COMMENT 'alibaba, tencent, aws, huawei, azure, google, mock',
  account          VARCHAR(64)  NOT NULL COMMENT 'name of the account in the configuration',
  region           VARCHAR(64)  NOT NULL COMMENT 'region, as the provider names it',
  native_id        VARCHAR(512) NOT NULL COMMENT 'the provider''s id of the virtual network',
  name             VARCHAR(256) NOT NULL DEFAULT '' COMMENT 'display name',
  status           VARCHAR(64)  NOT NULL DEFAULT '' COMMENT 'state, in the provider''s own word',
  cidrs            JSON         NULL COMMENT 'its ranges of addresses, IPv4 and IPv6, sorted',
  tags             JSON         NULL COMMENT 'tags or labels, key to value',
  stree_group      VARCHAR(256) NOT NULL DEFAULT '' COMMENT 'group in the service tree, from a tag',
  stree_product    VARCHAR(256) NOT NULL DEFAULT '' COMMENT 'product in the service tree, from a tag',
  stree_app        VARCHAR(256) NOT NULL DEFAULT '' COMMENT 'application in the service tree, from a tag',
  cloud_created_at DATETIME(6)  NULL COMMENT 'UTC time at which the cloud created the network',
  created_at       DATETIME(6)  NOT NULL COMMENT 'UTC time at which the inventory first had the row',
  updated_at       DATETIME(6)  NOT NULL COMMENT 'UTC time at which the inventory last wrote the row',
  PRIMARY KEY (uid),
  KEY scope_hashes (scope_id, uid, hash)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
  COMMENT='inventory: virtual networks'
