-- What people are told: what stands, who was told of it, and the notices themselves.
CREATE TABLE IF NOT EXISTS sync_notice_event (
  id          BIGINT       NOT NULL AUTO_INCREMENT COMMENT 'in the order in which events were found',
  open_key    BINARY(16)   NULL COMMENT 'digest of event and place while it stands: it is there once; NULL when it is over',
  event       VARCHAR(16)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'held, failed, partial, late, orphans, changed',
  kind        VARCHAR(64)  NOT NULL COMMENT 'kind of resource',
  provider    VARCHAR(32)  NOT NULL COMMENT 'empty: of all',
  account     VARCHAR(64)  NOT NULL COMMENT 'empty: of all',
  region      VARCHAR(64)  NOT NULL COMMENT 'empty: of all',
  scope_id    INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'scope of a hold, see sync_scope',
  run_id      VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'run that shows it, see sync_run',
  workflow_id VARCHAR(255) NOT NULL COMMENT 'its Temporal workflow id',
  row_count   BIGINT       NOT NULL COMMENT 'rows concerned',
  base_rows   BIGINT       NOT NULL COMMENT 'of how many',
  scopes      BIGINT       NOT NULL COMMENT 'scopes concerned, where it may be several',
  reason      VARCHAR(512) NOT NULL COMMENT 'why, in the words of the run',
  grace_ms    BIGINT       NOT NULL COMMENT 'for how long nobody is told',
  since       DATETIME(6)  NOT NULL COMMENT 'UTC time at which it began',
  opened_at   DATETIME(6)  NOT NULL COMMENT 'UTC time at which it was found',
  closed_at   DATETIME(6)  NULL COMMENT 'UTC time at which it was found to be over',
  PRIMARY KEY (id),
  UNIQUE KEY open_key (open_key),
  KEY closed (closed_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
  COMMENT='what people are told of: one row from its beginning to its end';

--bun:split

CREATE TABLE IF NOT EXISTS sync_notice_told (
  event_id BIGINT      NOT NULL COMMENT 'see sync_notice_event',
  receiver VARCHAR(64) NOT NULL COMMENT 'name in the configuration',
  told_at  DATETIME(6) NOT NULL COMMENT 'UTC time of the newest notice of it',
  PRIMARY KEY (event_id, receiver)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
  COMMENT='who was told of what stands';

--bun:split

CREATE TABLE IF NOT EXISTS sync_notice (
  id         BIGINT       NOT NULL AUTO_INCREMENT COMMENT 'in the order in which they are sent',
  notice_id  VARCHAR(36)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'the id that the receiver sees, the same at each attempt',
  receiver   VARCHAR(64)  NOT NULL COMMENT 'name in the configuration',
  event      VARCHAR(16)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'see sync_notice_event; dropped: notices were given up',
  state      VARCHAR(16)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'begun, stands, recovered',
  kind       VARCHAR(64)  NOT NULL COMMENT 'kind of resource',
  body       MEDIUMTEXT   NOT NULL COMMENT 'the notice as JSON',
  fate       VARCHAR(16)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'waiting, then sent or dropped',
  created_at DATETIME(6)  NOT NULL COMMENT 'UTC time at which it was queued',
  attempts   INT          NOT NULL DEFAULT 0 COMMENT 'how often it was tried to send',
  tried_at   DATETIME(6)  NULL COMMENT 'UTC time of the newest attempt',
  error      VARCHAR(512) NOT NULL DEFAULT '' COMMENT 'why the newest attempt failed, or why it was dropped',
  PRIMARY KEY (id),
  KEY waiting (fate, receiver, id),
  KEY age (created_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
  COMMENT='what was told to whom, and what waits to be sent';

--bun:split

CREATE TABLE IF NOT EXISTS sync_notice_look (
  id        TINYINT     NOT NULL COMMENT 'always 1',
  looked_at DATETIME(6) NOT NULL COMMENT 'UTC time of the newest look for events',
  PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
  COMMENT='when somebody last looked for what people have to be told';
