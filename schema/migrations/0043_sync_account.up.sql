CREATE TABLE IF NOT EXISTS sync_account (
  provider      VARCHAR(32)  NOT NULL COMMENT 'provider of the account',
  account       VARCHAR(64)  NOT NULL COMMENT 'name of the account in sync_scope: the organisation''s, a slash, native_id',
  organisation  VARCHAR(64)  NOT NULL COMMENT 'name of the account in the configuration that finds it',
  native_id     VARCHAR(512) NOT NULL COMMENT 'the provider''s own id of the account',
  name          VARCHAR(256) NOT NULL COMMENT 'the provider''s name of the account, as last seen; a longer one is cut',
  state         VARCHAR(16)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'active: synced; suspended: not usable; excluded: by the configuration; left: the organisation does not have it any more',
  parent        VARCHAR(256) NOT NULL COMMENT 'id of the unit, folder or management group that it is in, where known',
  first_seen_at DATETIME(6)  NOT NULL COMMENT 'UTC time at which it was found first',
  last_seen_at  DATETIME(6)  NOT NULL COMMENT 'UTC time at which the organisation last had it',
  PRIMARY KEY (provider, account),
  KEY organisation (provider, organisation)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
  COMMENT='accounts that were found in organisations; rows are never removed';

--bun:split

CREATE TABLE IF NOT EXISTS sync_discovery (
  provider     VARCHAR(32) NOT NULL COMMENT 'provider of the organisation',
  organisation VARCHAR(64) NOT NULL COMMENT 'name of the account in the configuration',
  settings     BINARY(16)  NOT NULL COMMENT 'digest of what the configuration says of it: other settings find anew',
  found_at     DATETIME(6) NOT NULL COMMENT 'UTC time at which its accounts were found last',
  PRIMARY KEY (provider, organisation)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
  COMMENT='when the accounts of an organisation were found last, for the runs of all kinds';
