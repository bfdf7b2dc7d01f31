package config_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/config"
	"cloudsync/resource"
)

const dsnForm = "write USER:${PASSWORD_VARIABLE}@tcp(HOST:PORT)/DATABASE"

const accountKeys = "provider, name, regions, requests_per_second, deletions, account_id, endpoint, role_arn, external_id, tenant_id, credentials_file, discover, mock, " +
	"access_key_id, access_key_id_file, access_key_secret, access_key_secret_file, secret_access_key, secret_access_key_file, " +
	"security_token, security_token_file, session_token, session_token_file, secret_id, secret_id_file, secret_key, secret_key_file, " +
	"client_id, client_id_file, client_secret, client_secret_file"

// lines of a sound configuration, of which each test spoils some.
var sound = []string{
	"",
	/* 1 */ `mysql_s:`,
	/* 2 */ `  - name: stree`,
	/* 3 */ `    addr: user:secret@tcp(127.0.0.1:3306)/cloudsync`,
	/* 4 */ `public_cloud_sync:`,
	/* 5 */ `  enable: true`,
	/* 6 */ `  resources:`,
	/* 7 */ `    resource_host: {interval: 5s}`,
	/* 8 */ `    resource_disk: {interval: 1m}`,
	/* 9 */ `  accounts:`,
	/* 10 */ `    - {provider: mock, name: prod, regions: [beijing]}`,
}

// spoil replaces lines of the sound configuration.
func spoil(changed map[int]string) string {
	lines := append([]string(nil), sound...)
	for number, line := range changed {
		lines[number] = line
	}
	return strings.Join(lines[1:], "\n") + "\n"
}

func TestSoundConfiguration(t *testing.T) {
	t.Parallel()
	_, err := parse(spoil(nil))
	require.NoError(t, err)
}

// kindNames are those of all kinds, as errors list them.
var kindNames = strings.Join(resource.Standard().Names(), ", ")

func TestRefusals(t *testing.T) {
	t.Parallel()
	const host, account = "public_cloud_sync.resources.resource_host", "public_cloud_sync.accounts[0]"
	addr := func(dsn string) map[int]string { return map[int]string{3: "    addr: '" + dsn + "'"} }
	resource := func(settings string) map[int]string {
		return map[int]string{7: "    resource_host: {" + settings + "}"}
	}
	accountWith := func(settings string) map[int]string { return map[int]string{10: "    - {" + settings + "}"} }
	mock := func(settings string) map[int]string {
		return accountWith("provider: mock, name: prod, regions: [beijing], mock: {" + settings + "}")
	}
	tests := map[string]struct {
		changed map[int]string
		want    string // several problems are on lines of their own
	}{
		"unknown key":            {map[int]string{5: "  enabel: true"}, `5: public_cloud_sync: unknown key "enabel": did you mean enable?`},
		"unknown key, far":       {map[int]string{5: "  workers: 3"}, `5: public_cloud_sync: unknown key "workers": the keys here are enable, stree_tags, resources, accounts, retention`},
		"unknown top-level key":  {map[int]string{1: "mysql:"}, `1: unknown key "mysql": did you mean mysql_s?`},
		"unknown required key":   {resource("intervall: 5s"), `7: ` + host + `: unknown key "intervall": did you mean interval?`},
		"unknown key of mock":    {mock("hots: 5"), `10: ` + account + `.mock: unknown key "hots": did you mean hosts?`},
		"key given twice":        {map[int]string{5: "  enable: true\n  enable: false"}, `6: public_cloud_sync: key "enable" is given twice, first on line 5: remove one`},
		"kind given twice":       {map[int]string{8: "    resource_host: {interval: 1m}"}, `8: public_cloud_sync.resources: key "resource_host" is given twice, first on line 7: remove one`},
		"key that is no name":    {map[int]string{8: "    'user:secret@tcp': {interval: 1m}"}, `8: public_cloud_sync.resources: a key that is no name: write NAME: {…} for each entry`},
		"no value":               {map[int]string{5: "  enable:"}, `5: public_cloud_sync.enable: no value: write one, or remove the key`},
		"an alias":               {map[int]string{2: "  - name: &n stree"}, `2: mysql_s[0].name: anchors, aliases, merges and tags of YAML are not supported: write the value itself`},
		"a merge":                {map[int]string{2: "  - <<: {name: stree}"}, `2: mysql_s[0]: anchors, aliases, merges and tags of YAML are not supported: write the value itself`},
		"a boolean as text":      {map[int]string{5: "  enable: yes"}, `5: public_cloud_sync.enable: want a boolean, got text: write true or false`},
		"text as a number":       {map[int]string{2: "  - name: 5"}, `2: mysql_s[0].name: want text, got a whole number: put it in quotes`},
		"a number as text":       {resource("interval: 5s, min_rows: many"), `7: ` + host + `.min_rows: want a whole number, got text: write it like 16`},
		"a fraction":             {resource("interval: 5s, min_rows: 1.5"), `7: ` + host + `.min_rows: want a whole number, got a number: write it like 16`},
		"a ratio as text":        {resource("interval: 5s, max_delete_ratio: 30%"), `7: ` + host + `.max_delete_ratio: want a number, got text: write it like 0.3`},
		"a mapping as text":      {map[int]string{7: "    resource_host: 5s"}, `7: ` + host + `: want a mapping, got text: its keys are interval, max_delete_ratio, min_rows, allow_empty, deletes, replaced, max_parallel_scopes`},
		"a keyed list as a list": {map[int]string{7: "    - resource_host", 8: ""}, `6: public_cloud_sync.resources: want a mapping, got a list: write NAME: {…} for each entry`},
		"too many requests":      {accountWith("provider: mock, name: prod, regions: [beijing], requests_per_second: -1"), `10: ` + account + `.requests_per_second: -1 is outside 0 to 100000: write a number within, or 0 for the default`},
		"a list as text":         {accountWith("provider: mock, name: prod, regions: beijing"), `10: ` + account + `.regions: want a list, got text: write [ ] around it, or - before each entry`},
		"a negative seed":        {mock("seed: -1"), `10: ` + account + `.mock.seed: -1 is negative: write a whole number from 0`},

		"no mysql_s":           {map[int]string{1: "", 2: "", 3: ""}, `4: mysql_s: missing: write an entry with the name and the addr of the inventory`},
		"empty mysql_s":        {map[int]string{1: "mysql_s: []", 2: "", 3: ""}, `1: mysql_s: missing: write an entry with the name and the addr of the inventory`},
		"no public_cloud_sync": {map[int]string{4: "", 5: "", 6: "", 7: "", 8: "", 9: "", 10: ""}, `1: public_cloud_sync: missing: write the resources to synchronise and the accounts they are in`},
		"two inventories":      {map[int]string{3: sound[3] + "\n  - {name: b, addr: user@tcp(db)/b}"}, `4: mysql_s[1]: a second inventory is not supported: remove it`},
		"no inventory's name":  {map[int]string{2: "  - max_open_conns: 3"}, `2: mysql_s[0].name: missing: write a name for the inventory, such as stree`},
		"no addr":              {map[int]string{3: ""}, `2: mysql_s[0].addr: missing: ` + dsnForm},
		"empty addr":           {addr(""), `3: mysql_s[0].addr: missing: ` + dsnForm},
		"no connections":       {map[int]string{3: sound[3] + "\n    max_open_conns: 0"}, `4: mysql_s[0].max_open_conns: 0 is outside 1 to 10000: write a number within`},
		"line break":           {map[int]string{3: "    addr: |\n      user:secret@tcp(db)/cloudsync"}, `3: mysql_s[0].addr: a line break in it, perhaps at the end of a variable: write it on one line`},
		"no slash":             {addr("user:secret@tcp(db:3306)"), `3: mysql_s[0].addr: no / before the name of the database: ` + dsnForm},
		"no database":          {addr("user:secret@tcp(db:3306)/"), `3: mysql_s[0].addr: no database is named: ` + dsnForm},
		"no database, params":  {addr("user:secret@tcp(db:3306)/?tls=true"), `3: mysql_s[0].addr: no database is named: ` + dsnForm},
		"bad database":         {addr("user:secret@tcp(db:3306)/50%"), `3: mysql_s[0].addr: the name of the database is not valid: write % as %25`},
		"no )":                 {addr("user:secret@tcp(db:3306/cloudsync"), `3: mysql_s[0].addr: no )/ after the server's address: ` + dsnForm},
		"no @":                 {addr("user:secrettcp(db:3306)/cloudsync"), `3: mysql_s[0].addr: the network before the server's address is neither tcp nor unix: ` + dsnForm},
		"no server":            {addr("user:secret@tcp/cloudsync"), `3: mysql_s[0].addr: the server's address is missing: ` + dsnForm},
		"a URL":                {addr("mysql://user:secret@db:3306/cloudsync"), `3: mysql_s[0].addr: the network before the server's address is neither tcp nor unix: ` + dsnForm},
		"/ in a parameter":     {addr("user:secret@tcp(db)/cloudsync?loc=Asia/Shanghai"), `3: mysql_s[0].addr: a / in a parameter's value: write it as %2F`},
		"bad parameter": {addr("user:secret@tcp(db)/cloudsync?timeout=5s&tls=secret"), `3: mysql_s[0].addr: parameter 2 after the ? is not valid: ` +
			`correct it as in github.com/go-sql-driver/mysql#parameters, or remove it`},
		"bad value":            {addr("user:secret@tcp(db)/cloudsync?tls=true&timeout=secret"), `3: mysql_s[0].addr: timeout after the ? has a value that is not allowed: write a duration such as 5s, or remove it`},
		"no time-out":          {addr("user:secret@tcp(db)/cloudsync?readTimeout=0s"), `3: mysql_s[0].addr: readTimeout after the ? has a value that is not allowed: write a duration such as 5s, or remove it`},
		"times as text":        {addr("user:secret@tcp(db)/cloudsync?parseTime=false"), `3: mysql_s[0].addr: parseTime after the ? has a value that is not allowed: write true or 1, or remove it`},
		"times elsewhere":      {addr("user:secret@tcp(db)/cloudsync?loc=Local"), `3: mysql_s[0].addr: loc after the ? has a value that is not allowed: write utc, or remove it`},
		"times cut":            {addr("user:secret@tcp(db)/cloudsync?timeTruncate=1s"), `3: mysql_s[0].addr: timeTruncate after the ?: it would cut the times that are stored: remove it`},
		"columns renamed":      {addr("user:secret@tcp(db)/cloudsync?columnsWithAlias=true"), `3: mysql_s[0].addr: columnsWithAlias after the ?: it renames the columns that the program reads: remove it`},
		"rows found":           {addr("user:secret@tcp(db)/cloudsync?clientFoundRows=true"), `3: mysql_s[0].addr: clientFoundRows after the ?: it changes how many rows a statement says it wrote: remove it`},
		"no commits":           {addr("user:secret@tcp(db)/cloudsync?autocommit=0"), `3: mysql_s[0].addr: autocommit after the ?: what is written outside of a transaction would be lost: remove it`},
		"parameter unheard":    {addr("user:secret@tcp(db)/cloudsync?tls=true&secret=1"), `3: mysql_s[0].addr: parameter 2 after the ? is none that this program allows: remove it, or write one of allowCleartextPasswords, allowFallbackToPlaintext, allowNativePasswords, allowOldPasswords, charset, checkConnLiveness, compress, connectionAttributes, innodb_lock_wait_timeout, loc, lock_wait_timeout, net_read_timeout, net_write_timeout, parseTime, readTimeout, rejectReadOnly, timeout, tls, wait_timeout, writeTimeout`},
		"half a certificate":   {map[int]string{3: sound[3] + "\n    tls_cert: secret"}, `2: mysql_s[0]: half a certificate: write both tls_cert and tls_key, or their files`},
		"no PEM":               {map[int]string{3: sound[3] + "\n    tls_ca: secret"}, `2: mysql_s[0]: tls_ca: no certificate in PEM: write it from -----BEGIN CERTIFICATE----- to its end, or use the key with _file`},
		"no CA file":           {map[int]string{3: sound[3] + "\n    tls_ca_file: /nowhere/secret"}, `2: mysql_s[0]: tls_ca: a file that is named cannot be read: write the path of one that this program may read`},
		"no pair":              {map[int]string{3: sound[3] + "\n    tls_cert: secret\n    tls_key: secret"}, `2: mysql_s[0]: tls_cert and tls_key: they are no certificate and its key in PEM that belong together: write those that do`},
		"no server's name":     {map[int]string{3: sound[3] + "\n    tls_server_name: ' '"}, `4: mysql_s[0].tls_server_name: empty: write the name in the server's certificate, or remove the key`},
		"TLS twice":            {map[int]string{3: "    addr: user:secret@tcp(db)/cloudsync?tls=true\n    tls_server_name: db"}, `3: mysql_s[0].addr: tls after the ? beside the tls_ keys: remove one of them`},
		"variable not set":     {addr("user:${NOT_SET}@tcp(db)/cloudsync"), `3: mysql_s[0].addr: the environment variable NOT_SET is not set: set it, or write $$ for a literal $`},
		"a lone $":             {addr("user:$PASSWORD@tcp(db)/cloudsync"), `3: mysql_s[0].addr: a $ that begins no variable: write ${NAME} for a variable, or $$ for the character`},
		"an unclosed variable": {addr("user:${PASSWORD@tcp(db)/cloudsync"), `3: mysql_s[0].addr: a $ that begins no variable: write ${NAME} for a variable, or $$ for the character`},

		"no resources":          {map[int]string{6: "", 7: "", 8: ""}, `4: public_cloud_sync.resources: missing: write the kinds to synchronise, such as resource_host: {interval: 5s}`},
		"unknown kind":          {map[int]string{8: "    resource_cat: {interval: 5s}"}, `8: public_cloud_sync.resources.resource_cat: unknown kind: the kinds are ` + kindNames},
		"no interval":           {resource(""), `7: ` + host + `.interval: missing: write how often to run, such as 5s`},
		"interval without unit": {resource("interval: 5"), `7: ` + host + `.interval: 5 has no unit: write 5s`},
		"interval in words":     {resource("interval: 5 seconds"), `7: ` + host + `.interval: "5 seconds" is no duration: write it like 5s or 1m30s`},
		"interval as a boolean": {resource("interval: true"), `7: ` + host + `.interval: want a duration, got a boolean: write it like 5s or 1m30s`},
		"interval as a list":    {resource("interval: [5s]"), `7: ` + host + `.interval: want a duration, got a list: write it like 5s or 1m30s`},
		"short interval":        {resource("interval: 500ms"), `7: ` + host + `.interval: 500ms is shorter than a second: write 1s or more`},
		"negative interval":     {resource("interval: -5s"), `7: ` + host + `.interval: -5s is shorter than a second: write 1s or more`},
		"parts of a second":     {resource("interval: 1.6s"), `7: ` + host + `.interval: 1.6s is not a number of whole seconds: write 2s`},
		"ratio above 1":         {resource("interval: 5s, max_delete_ratio: 30"), `7: ` + host + `.max_delete_ratio: 30 is outside 0 to 1: write a share such as 0.3`},
		"ratio below 0":         {resource("interval: 5s, max_delete_ratio: -0.1"), `7: ` + host + `.max_delete_ratio: -0.1 is outside 0 to 1: write a share such as 0.3`},
		"a way to delete":       {resource("interval: 5s, deletes: maybe"), `7: ` + host + `.deletes: "maybe" is no way to treat deletions: write one of apply, hold, never`},
		"a fleet replaced":      {resource("interval: 5s, replaced: maybe"), `7: ` + host + `.replaced: "maybe" is no way to treat the additions of a fleet that was replaced: write apply or hold`},
		"negative rows":         {resource("interval: 5s, min_rows: -1"), `7: ` + host + `.min_rows: -1 is negative: write a number of rows from 0`},
		"no parallel scopes":    {resource("interval: 5s, max_parallel_scopes: 0"), `7: ` + host + `.max_parallel_scopes: 0 is outside 1 to 200: write a number within`},
		"many parallel scopes":  {resource("interval: 5s, max_parallel_scopes: 201"), `7: ` + host + `.max_parallel_scopes: 201 is outside 1 to 200: write a number within`},
		"retention in minutes":  {map[int]string{5: "  retention: {changes: 90m}"}, `5: public_cloud_sync.retention.changes: "90m" is no time to keep something: write it like 90d or 12h, or forever`},
		"retention, no unit":    {map[int]string{5: "  retention: {runs: 30}"}, `5: public_cloud_sync.retention.runs: 30 has no unit: write 30d for days`},
		"retention of what":     {map[int]string{5: "  retention: {run: 30d}"}, `5: public_cloud_sync.retention: unknown key "run": did you mean runs?`},
		"empty tag":             {map[int]string{5: "  stree_tags: {group: ''}"}, `5: public_cloud_sync.stree_tags.group: empty: write the key of a tag, or remove the line for the default`},

		"no accounts":          {map[int]string{9: "", 10: ""}, `4: public_cloud_sync.accounts: missing: write an entry with provider, name and regions for each account`},
		"empty accounts":       {map[int]string{9: "  accounts: []", 10: ""}, `9: public_cloud_sync.accounts: missing: write an entry with provider, name and regions for each account`},
		"no provider":          {accountWith("name: prod, regions: [beijing]"), `10: ` + account + `.provider: missing: write one of mock, alibaba, tencent, aws, huawei, azure, google`},
		"unknown provider":     {accountWith("provider: aliyun, name: prod, regions: [beijing]"), `10: ` + account + `.provider: unknown provider "aliyun": the providers are mock, alibaba, tencent, aws, huawei, azure, google`},
		"no account name":      {accountWith("provider: mock, regions: [beijing]"), `10: ` + account + `.name: missing: write a name for the account, such as prod`},
		"empty account name":   {accountWith("provider: mock, name: ' ', regions: [beijing]"), `10: ` + account + `.name: empty: write a name for the account, such as prod`},
		"long account name":    {accountWith("provider: mock, name: " + strings.Repeat("é", 65) + ", regions: [beijing]"), `10: ` + account + `.name: 65 characters: write at most 64`},
		"account twice":        {map[int]string{10: sound[10] + "\n" + sound[10]}, `11: public_cloud_sync.accounts[1]: this account is on line 10 already: give it another name, or remove it`},
		"no regions":           {accountWith("provider: mock, name: prod"), `10: ` + account + `.regions: missing: write [REGION, …], or [all] for every region of the provider`},
		"empty regions":        {accountWith("provider: mock, name: prod, regions: []"), `10: ` + account + `.regions: empty: write [REGION, …], or [all] for every region of the provider`},
		"all and another":      {accountWith("provider: mock, name: prod, regions: [all, beijing]"), `10: ` + account + `.regions: all stands beside other regions: write [REGION, …], or [all] for every region of the provider`},
		"region twice":         {accountWith("provider: mock, name: prod, regions: [beijing, tianjin, beijing]"), `10: ` + account + `.regions[2]: the region "beijing" is listed twice: remove one`},
		"empty region":         {accountWith("provider: mock, name: prod, regions: ['']"), `10: ` + account + `.regions[0]: empty: write the name of a region`},
		"long region":          {accountWith("provider: mock, name: prod, regions: [" + strings.Repeat("r", 65) + "]"), `10: ` + account + `.regions[0]: 65 characters: write at most 64`},
		"region as a number":   {accountWith("provider: mock, name: prod, regions: [1]"), `10: ` + account + `.regions[0]: want text, got a whole number: put it in quotes`},
		"mock's hosts":         {mock("hosts: many"), `10: ` + account + `.mock.hosts: "many" is no number of hosts: write 40, or {min: 25, max: 60}`},
		"mock's crossed hosts": {mock("hosts: {min: 100}"), `10: ` + account + `.mock.hosts: min 100 is above max 60: write {min: 60, max: 100}`},
		"mock's churn":         {mock("churn: 2"), `10: ` + account + `.mock.churn: 2 is outside 0 to 1: write a share such as 0.1`},
		"mock's fault":         {mock("faults: [{fault: empty}, {fault: empty, rate: 2}]"), `10: ` + account + `.mock.faults[1].rate: 2 is outside 0 to 1: write a share such as 0.5`},
		"mock fault's kind":    {mock("faults: [{fault: empty, kind: host}]"), `10: ` + account + `.mock.faults[0].kind: unknown kind "host": the kinds are ` + kindNames},
		"mock fault's region":  {mock("faults: [{fault: empty, region: paris}]"), `10: ` + account + `.mock.faults[0].region: the account has no region "paris": write one of its regions`},

		"no account id":        {accountWith("provider: aws, name: prod, regions: [all]"), `10: ` + account + `.account_id: missing: write the 12 digits of the AWS account, so that a credential of another account is refused`},
		"half a credential":    {accountWith("provider: tencent, name: prod, account_id: '100001234567', regions: [all], secret_id: a"), `10: ` + account + `: half a credential: write both secret_id and secret_key, or neither for the default of the machine (role, profile, environment)`},
		"a token alone":        {accountWith("provider: aws, name: prod, account_id: '123456789012', regions: [all], session_token: secret"), `10: ` + account + `.session_token: a token without the keys that it belongs to: write access_key_id and secret_access_key, too`},
		"an empty secret":      {accountWith("provider: aws, name: prod, account_id: '123456789012', regions: [all], access_key_id: a, secret_access_key: ''"), `10: ` + account + `.secret_access_key: empty: write a value, set the variable that gives it, or remove the key`},
		"a secret twice":       {accountWith("provider: aws, name: prod, account_id: '123456789012', regions: [all], access_key_id: a, secret_access_key: secret, secret_access_key_file: f"), `10: ` + account + `.secret_access_key_file: given beside secret_access_key: remove one of them`},
		"another's key":        {accountWith("provider: huawei, name: prod, account_id: '0123456789abcdef0123456789abcdef', regions: [all], access_key_id: a, secret_access_key: secret, secret_key: secret"), `10: ` + account + `.secret_key: no key of an account at huawei: its own keys are access_key_id, access_key_id_file, secret_access_key, secret_access_key_file, security_token, security_token_file, account_id, endpoint`},
		"a key at the mock":    {accountWith("provider: mock, name: prod, regions: [beijing], secret_key: secret"), `10: ` + account + `.secret_key: no key of an account at mock: remove it, or write the provider that it is for`},
		"a mocked cloud":       {accountWith("provider: aws, name: prod, account_id: '123456789012', regions: [all], mock: {hosts: 3}"), `10: ` + account + `.mock: no key of an account at aws: remove it, or write provider: mock`},
		"no directory":         {accountWith("provider: azure, name: prod, account_id: 11111111-2222-3333-4444-555555555555, regions: [all], client_id: c, client_secret: secret"), `10: ` + account + `.tenant_id: missing: write the id of the directory that client_id is in`},
		"no document":          {accountWith("provider: google, name: prod, account_id: my-project, regions: [all], credentials_file: ' '"), `10: ` + account + `.credentials_file: empty: write the file that holds the credential, or remove the key`},
		"a key for a document": {accountWith("provider: google, name: prod, account_id: my-project, regions: [all], client_secret: secret"), `10: ` + account + `.client_secret: no key of an account at google: its own keys are credentials_file, account_id, endpoint`},
		"an id without role":   {accountWith("provider: aws, name: prod, account_id: '123456789012', regions: [all], external_id: x"), `10: ` + account + `.external_id: an external id without the role that asks for it: write role_arn, too`},
		"an endpoint":          {accountWith("provider: aws, name: prod, account_id: '123456789012', regions: [all], endpoint: api.example.com"), `10: ` + account + `.endpoint: no URL: write it like https://api.example.com or https://{product}.{region}.example.com`},
		"an endpoint's user":   {accountWith("provider: aws, name: prod, account_id: '123456789012', regions: [all], endpoint: 'https://user:secret@api.example.com'"), `10: ` + account + `.endpoint: more than a URL's scheme, host and path: write it like https://api.example.com or https://{product}.{region}.example.com`},
		"an endpoint on http":  {accountWith("provider: aws, name: prod, account_id: '123456789012', regions: [all], endpoint: 'http://api.example.com'"), `10: ` + account + `.endpoint: http would show the credential to the network: write it like https://api.example.com or https://{product}.{region}.example.com`},

		"no kinds":             {map[int]string{6: "  resources: {}", 7: "", 8: ""}, `6: public_cloud_sync.resources: empty: write a kind such as resource_host: {interval: 5s}; to stop all of them, write enable: false`},
		"an endless interval":  {resource("interval: 2562047h"), `7: ` + host + `.interval: 2562047h0m0s is longer than 8760h0m0s, a year: write less; to stop a kind, take it out`},
		"a number too large":   {resource("interval: 5s, min_rows: 9999999999999999999"), `7: ` + host + `.min_rows: 9999999999999999999 is beyond what fits here: write it like 16`},
		"a seed too large":     {mock("seed: 18446744073709551616"), `10: ` + account + `.mock.seed: 18446744073709551616 is beyond what fits here: write it like 16`},
		"a space behind":       {accountWith("provider: mock, name: 'prod ', regions: [beijing]"), `10: ` + account + `.name: a space at its beginning or end: write it without`},
		"a space in front":     {accountWith("provider: mock, name: ' prod', regions: [beijing]"), `10: ` + account + `.name: a space at its beginning or end: write it without`},
		"a space like others":  {accountWith("provider: mock, name: 'a\u00a0b', regions: [beijing]"), `10: ` + account + `.name: a space in it that is not the usual one: write it with a plain space, or without`},
		"a NUL in a name":      {accountWith(`provider: mock, name: "a\0b", regions: [beijing]`), `10: ` + account + `.name: a character in it that cannot be seen (U+0000), perhaps at the end of a variable: write it on one line`},
		"an escape in a name":  {accountWith(`provider: mock, name: "\e[31mprod", regions: [beijing]`), `10: ` + account + `.name: a character in it that cannot be seen (U+001B), perhaps at the end of a variable: write it on one line`},
		"a break in a name":    {accountWith(`provider: mock, name: "a\nb", regions: [beijing]`), `10: ` + account + `.name: a line break in it, perhaps at the end of a variable: write it on one line`},
		"direction in a name":  {accountWith("provider: mock, name: 'a\u202eb', regions: [beijing]"), `10: ` + account + `.name: a character in it that cannot be seen (U+202E), perhaps at the end of a variable: write it on one line`},
		"a break in a tag":     {map[int]string{5: `  stree_tags: {group: "a\nb"}`}, `5: public_cloud_sync.stree_tags.group: a line break in it, perhaps at the end of a variable: write it on one line`},
		"all accounts":         {accountWith("provider: mock, name: '*', regions: [beijing]"), `10: ` + account + `.name: a * in it, which is no part of names: write a name such as prod`},
		"a place as a name":    {accountWith("provider: mock, name: mock/prod, regions: [beijing]"), `10: ` + account + `.name: a / in it, which is no part of names: write a name such as prod`},
		"all regions":          {accountWith("provider: mock, name: prod, regions: ['*']"), `10: ` + account + `.regions[0]: * is no region: write [all] for every region of the provider`},
		"a region with spaces": {accountWith("provider: mock, name: prod, regions: [bei jing]"), `10: ` + account + `.regions[0]: ' ' in it, which is no part of a region's name: write one region here, by the name that the provider's API has for it`},
		"regions in one":       {accountWith("provider: mock, name: prod, regions: ['beijing,shanghai']"), `10: ` + account + `.regions[0]: ',' in it, which is no part of a region's name: write one region here, by the name that the provider's API has for it`},
		"a place as a region":  {accountWith("provider: mock, name: prod, regions: [mock/beijing]"), `10: ` + account + `.regions[0]: '/' in it, which is no part of a region's name: write one region here, by the name that the provider's API has for it`},
		"a command":            {accountWith("provider: mock, name: prod, regions: ['$$(touch x)']"), `10: ` + account + `.regions[0]: '$' in it, which is no part of a region's name: write one region here, by the name that the provider's API has for it`},
		"a secret as a key":    {accountWith("provider: mock, name: prod, regions: [beijing], AKIAIOSFODNN7EXAMPLE: x"), `10: ` + account + `: unknown key: the keys here are ` + accountKeys},
		"a password as a key":  {map[int]string{5: "  hunter2: x"}, `5: public_cloud_sync: unknown key: the keys here are enable, stree_tags, resources, accounts, retention`},
		"a secret as a kind":   {map[int]string{8: "    wJalrXUtnFEMIK7MDENG: {interval: 5s}"}, `8: public_cloud_sync.resources: a key that is no name: write NAME: {…} for each entry`},
		"a secret twice a key": {map[int]string{5: "  x1x2x3x4: 1\n  x1x2x3x4: 1"}, `5: public_cloud_sync: unknown key: the keys here are enable, stree_tags, resources, accounts, retention
6: public_cloud_sync: key is given twice, first on line 5: remove one`},
		"a key in capitals":  {map[int]string{5: "  ENABLE: true"}, `5: public_cloud_sync: unknown key "ENABLE": did you mean enable?`},
		"a short key":        {accountWith("provider: aws, name: prod, account_id: '123456789012', regions: [all], access_key_id: a, secret_access_key: x"), `10: ` + account + `.secret_access_key: shorter than 6 characters, as no key is: write all of it`},
		"a key in two parts": {accountWith(`provider: aws, name: prod, account_id: '123456789012', regions: [all], access_key_id: a, secret_access_key: "secret\nsecret"`), `10: ` + account + `.secret_access_key: a line break in it, perhaps at the end of a variable: write it on one line`},

		"several problems": {
			map[int]string{3: "    addr: user:secret@tcp(db)/", 7: "    resource_host: {interval: 5, min_row: 3}", 10: "    - {provider: gcp, name: prod}"},
			`3: mysql_s[0].addr: no database is named: ` + dsnForm + `
7: ` + host + `.interval: 5 has no unit: write 5s
7: ` + host + `: unknown key "min_row": did you mean min_rows?
10: ` + account + `.provider: unknown provider "gcp": the providers are mock, alibaba, tencent, aws, huawei, azure, google
10: ` + account + `.regions: missing: write [REGION, …], or [all] for every region of the provider`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := parse(spoil(test.changed))
			require.Nil(t, c)
			require.EqualError(t, err, "cloudsync.yaml:"+strings.ReplaceAll(test.want, "\n", "\ncloudsync.yaml:"))
		})
	}
}

func TestRefusedDocuments(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"":                      "1: the file is empty: write mysql_s and public_cloud_sync",
		"# nothing\n":           "1: the file is empty: write mysql_s and public_cloud_sync",
		"---\n":                 "1: the file is empty: write mysql_s and public_cloud_sync",
		"text\n":                "1: want a mapping, got text: its keys are mysql_s, public_cloud_sync, serve, notify",
		minimal + "---\na: 1\n": "6: a second YAML document begins: write everything in one, without ---",
		"a: 1\nb: \xff\n":       "2: not UTF-8: save the file in UTF-8",
		"a: 1\n\tb: 2\n":        "2: not YAML: found character '\t' that cannot start any token: check the indentation and the quotes here and above",
		"a: 1\rb: 2\r":          "1: a line ends with a carriage return alone: save the file with the line ends of Unix (LF) or Windows (CRLF)",
		"a: 1\nb: 2\rc: 3\n":    "2: a line ends with a carriage return alone: save the file with the line ends of Unix (LF) or Windows (CRLF)",
		"a: 'x\nb: 2\n":         "1: not YAML: could not find end character of single-quoted text: check the indentation and the quotes here and above",
	} {
		_, err := parse(source)
		require.EqualError(t, err, "cloudsync.yaml:"+want, "%q", source)
	}
}

func TestProblemsCanBeRead(t *testing.T) {
	t.Parallel()
	_, err := parse(spoil(map[int]string{5: "  enable: 1"}))
	var refused *config.Error
	require.ErrorAs(t, err, &refused)
	require.Equal(t, "cloudsync.yaml", refused.File)
	require.Equal(t, []config.Problem{{Line: 5, Text: "public_cloud_sync.enable: want a boolean, got a whole number: write true or false"}}, refused.Problems)
}

func TestOnlyTheVariablesInUseAreNeeded(t *testing.T) {
	t.Parallel()
	asked := map[string]bool{}
	env := func(name string) (string, bool) { asked[name] = true; return "x", true }
	_, err := config.Parse("cloudsync.yaml", []byte(full), env)
	require.NoError(t, err)
	require.Equal(t, map[string]bool{"MYSQL_PASSWORD": true, "DATA": true}, asked)
}

func TestVariablesInNumbersAndDurations(t *testing.T) {
	t.Parallel()
	source := spoil(map[int]string{7: `    resource_host: {interval: "${EVERY}", min_rows: "${ROWS}"}`})
	c, err := config.Parse("cloudsync.yaml", []byte(source), environment(map[string]string{"EVERY": "9s", "ROWS": "7"}))
	require.NoError(t, err)
	require.EqualValues(t, 7, c.Sync.Resources[0].Policy.MinRows)

	_, err = config.Parse("cloudsync.yaml", []byte(source), environment(map[string]string{"EVERY": "9", "ROWS": "-7"}))
	require.EqualError(t, err, `cloudsync.yaml:7: public_cloud_sync.resources.resource_host.interval: "${EVERY}" is no duration: write it like 5s or 1m30s
cloudsync.yaml:7: public_cloud_sync.resources.resource_host.min_rows: the value that the environment gives is not valid here: set the variable to another`)
}

func TestLiteralDollar(t *testing.T) {
	t.Parallel()
	c, err := parse(spoil(map[int]string{2: "  - name: a$$b$${c}"}))
	require.NoError(t, err)
	require.Equal(t, "a$b${c}", c.MySQL.Name)
}

// Whatever single character is lost, the password shows in no error; neither when
// it is written into the file, nor when it comes from the environment.
func TestSecretsNeverShow(t *testing.T) {
	t.Parallel()
	const secret = "hunter2"
	env := environment(map[string]string{"SECRET": secret})
	for _, password := range []string{secret, "${SECRET}"} {
		for _, quote := range []string{"", `"`} {
			source := spoil(map[int]string{3: "    addr: " + quote + "user:" + password + "@tcp(127.0.0.1:3306)/cloudsync?timeout=5s" + quote})
			at := strings.Index(source, password)
			refused := 0
			for i := range len(source) {
				if i >= at && i < at+len(password) && password == secret {
					continue
				}
				for _, instead := range []string{"", "\n", ":", "/", "'", "$"} {
					_, err := config.Parse("cloudsync.yaml", []byte(source[:i]+instead+source[i+1:]), env)
					if err != nil {
						refused++
						require.NotContains(t, err.Error(), secret)
					}
				}
			}
			require.Greater(t, refused, 500)
		}
	}
}

func TestSecretsInTheWrongPlaceNeverShow(t *testing.T) {
	t.Parallel()
	const secret = "hunter2"
	for _, line := range []map[int]string{
		{2: "  - name: '${SECRET}${SECRET}${SECRET}${SECRET}${SECRET}${SECRET}${SECRET}${SECRET}${SECRET}${SECRET}'"},
		{5: "  enable: '${SECRET}'"},
		{7: "    resource_host: {interval: '${SECRET}'}"},
		{7: "    resource_host: {interval: 5s, min_rows: '${SECRET}'}"},
		{10: "    - {provider: '${SECRET}', name: prod, regions: [beijing]}"},
		{10: "    - {provider: mock, name: prod, regions: ['${SECRET}', '${SECRET}']}"},
		{10: "    - {provider: mock, name: prod, regions: [beijing], mock: {hosts: '${SECRET}'}}"},
		{10: "    - {provider: mock, name: prod, regions: [beijing], mock: {faults: [{fault: '${SECRET}', kind: '${SECRET}', region: '${SECRET}'}]}}"},
		{10: "    - {provider: mock, name: '${SECRET}', regions: [a]}\n    - {provider: mock, name: '${SECRET}', regions: [a]}"},
		{10: "    - {provider: mock, name: a, regions: [a]}\n    - user:hunter2@tcp(db)/cloudsync"},
		{10: "    - {provider: mock, name: a, regions: [a], user:hunter2@tcp(db)/cloudsync}"},
	} {
		_, err := config.Parse("cloudsync.yaml", []byte(spoil(line)), environment(map[string]string{"SECRET": secret}))
		require.Error(t, err)
		require.NotContains(t, err.Error(), secret)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(full)
	f.Add(minimal)
	f.Add(spoil(nil))
	f.Fuzz(func(t *testing.T, source string) {
		if _, err := parse(source); err != nil {
			require.True(t, strings.HasPrefix(err.Error(), "cloudsync.yaml:"), "%v", err)
		}
	})
}

// The time that nested lists take a parser grows with the square of their depth.
func TestDeeplyNestedDocuments(t *testing.T) {
	t.Parallel()
	for _, source := range []string{
		strings.Repeat("[", 200_000), strings.Repeat("{a: ", 200_000), strings.Repeat("[", 200_000) + strings.Repeat("]", 200_000),
		strings.Repeat("- ", 200_000) + "a", strings.Repeat("? ", 200_000), strings.Repeat("[\n", 200_000), strings.Repeat("- [", 200_000),
		strings.Repeat("[${A}, '[', ", 200_000), strings.Repeat(" ", 1000) + "a: b", strings.Repeat(`{"a":`, 200_000),
	} {
		began := time.Now()
		_, err := parse("a:\n" + source)
		require.Regexp(t, `^cloudsync.yaml:\d+: more than 50 lists and mappings in each other: check the brackets and the indentation$`, err.Error())
		require.Less(t, time.Since(began), 30*time.Second)
	}
	// Brackets in texts and comments are no lists.
	for _, line := range []string{
		"  # " + strings.Repeat("[", 100), "  stree_tags: {group: '" + strings.Repeat("[", 100) + "'}", `  stree_tags: {group: "` + strings.Repeat(`\"[`, 100) + `"}`,
		"  stree_tags: {group: a" + strings.Repeat("-[", 100) + "}",
	} {
		_, err := parse(spoil(map[int]string{5: line}))
		if err != nil {
			require.NotContains(t, err.Error(), "in each other", line)
		}
	}
}

// What a name is that is no region of its cloud, and which region to write.
func TestRegionsThatAreNone(t *testing.T) {
	t.Parallel()
	const part, spelt = "is a zone of a region", "is a region in another spelling"
	for provider, of := range map[string]struct {
		account string
		none    map[string][2]string
		fine    []string
	}{
		"aws": {"'123456789012'", map[string][2]string{
			"US-EAST-1": {spelt, "us-east-1"}, "Us-Gov-West-1": {spelt, "us-gov-west-1"}, "us-east-1a": {part, "us-east-1"}, "ap-southeast-2C": {part, "ap-southeast-2"},
			"us-west-2-lax-1a": {part, "us-west-2"}, "us-east-1-wl1-bos-wlz-1": {part, "us-east-1"}, "cn-north-1b": {part, "cn-north-1"},
		}, []string{"us-east-1", "us-gov-west-1", "us-isob-east-1", "eusc-de-east-1", "ap-southeast-10", "RegionOne", "eu-west-00"}},
		"alibaba": {"'1968132000123456'", map[string][2]string{
			"CN-Hangzhou": {spelt, "cn-hangzhou"}, "cn-hangzhou-b": {part, "cn-hangzhou"}, "ap-southeast-1a": {part, "ap-southeast-1"}, "cn-shanghai-finance-1b": {part, "cn-shanghai-finance-1"},
		}, []string{"cn-hangzhou", "cn-shanghai-finance-1", "cn-north-2-gov-1", "cn-heyuan-acdr-1", "us-west-1", "cn-qingdao-env17-d01"}},
		"tencent": {"'100001234567'", map[string][2]string{
			"AP-Guangzhou": {spelt, "ap-guangzhou"}, "ap-guangzhou-3": {part, "ap-guangzhou"}, "ap-shanghai-fsi-1": {part, "ap-shanghai-fsi"}, "na-siliconvalley-2": {part, "na-siliconvalley"},
		}, []string{"ap-guangzhou", "ap-shanghai-fsi", "chongqing", "ap-of-my-own-7"}},
		"huawei": {"'0123456789abcdef0123456789abcdef'", map[string][2]string{
			"CN-North-4": {spelt, "cn-north-4"}, "cn-north-4a": {part, "cn-north-4"}, "cn-north-4_project": {"is a project in a region", "cn-north-4"},
		}, []string{"cn-north-4", "eu-west-101", "eu-de", "my-kualalumpur-1", "RegionOne"}},
		"azure": {"11111111-2222-3333-4444-555555555555", map[string][2]string{
			"East US": {spelt, "eastus"}, "West US 2": {spelt, "westus2"}, "EastUS": {spelt, "eastus"}, "eastus-az1": {part, "eastus"},
		}, []string{"eastus", "westus2", "germanywestcentral"}},
		"google": {"my-project-123456", map[string][2]string{
			"US-Central1": {spelt, "us-central1"}, "us-central1-a": {part, "us-central1"}, "northamerica-northeast2-c": {part, "northamerica-northeast2"}, "us-south1-ai1b": {part, "us-south1"},
		}, []string{"us-central1", "me-central2", "global", "my-own-region"}},
	} {
		check := func(region string) error {
			_, err := parse(spoil(map[int]string{10: fmt.Sprintf("    - {provider: %s, name: prod, account_id: %s, regions: [%s]}", provider, of.account, region)}))
			return err
		}
		for region, told := range of.none {
			require.EqualError(t, check(region), fmt.Sprintf("cloudsync.yaml:10: public_cloud_sync.accounts[0].regions[0]: %q %s: write %s", region, told[0], told[1]))
		}
		for _, region := range of.fine {
			require.NoError(t, check(region), region)
		}
	}
}

func TestAccountIDsOfEachCloud(t *testing.T) {
	t.Parallel()
	check := func(provider, id, more string) error {
		_, err := parse(spoil(map[int]string{10: fmt.Sprintf("    - {provider: %s, name: prod, account_id: '%s', regions: [all]%s}", provider, id, more)}))
		return err
	}
	for provider, ids := range map[string][]string{
		"aws":     {"12345", "1234567890123", "12345678901a", "arn:aws:iam::123456789012:root", "1234-5678-9012"},
		"alibaba": {"prod", "196813200012345x", "acs:ram::1968132000123456:root", "1"},
		"tencent": {"uin/100001234567", "prod", "1"},
		"huawei":  {"1", "0123456789abcdef0123456789abcdeg", "0123456789abcdef0123456789abcde", "hw12345678"},
		"azure":   {"111111112222333344445555555555555", "/subscriptions/11111111-2222-3333-4444-555555555555", "demo"},
		"google":  {"123456789012", "My Project", "projects/my-project", "short", "a-name-that-is-longer-than-thirty-is", "ends-with-"},
	} {
		for _, id := range ids {
			require.ErrorContains(t, check(provider, id, ""), fmt.Sprintf("account_id: %.40q cannot be one: write ", id))
		}
	}
	require.NoError(t, check("azure", "11111111-2222-3333-4444-AAAAAAAAAAAA", ""))
	require.NoError(t, check("alibaba", "123456789012345", ""))
	require.NoError(t, check("google", "my-project-123456", ""))
	require.NoError(t, check("google", "example.com:my-project", ""))
	require.NoError(t, check("huawei", "default", ", endpoint: 'https://{product}.cloud.example.com'"))
}

// One account of a cloud under two names would have its rows twice.
func TestOneAccountUnderTwoNames(t *testing.T) {
	t.Parallel()
	check := func(first, second string) error {
		_, err := parse(spoil(map[int]string{10: "    - {provider: aws, name: a, account_id: '123456789012', " + first + "}\n    - {provider: aws, name: b, " + second + "}"}))
		return err
	}
	for _, both := range [][2]string{
		{"regions: [all]", "account_id: '123456789012', regions: [all]"},
		{"regions: [all]", "account_id: '123456789012', regions: [eu-west-1]"},
		{"regions: [eu-west-1, us-east-1]", "account_id: '123456789012', regions: [us-east-1]"},
		{"regions: [all], endpoint: 'https://x.example.com/'", "account_id: '123456789012', regions: [all], endpoint: 'https://X.example.com'"},
		{"regions: [all], discover: {role: r}", "account_id: '123456789012', regions: [all], discover: {role: other}"},
	} {
		require.EqualError(t, check(both[0], both[1]), "cloudsync.yaml:11: public_cloud_sync.accounts[1].account_id: the account of line 10 under another name, "+
			"with a region that both have: its rows would stand twice: remove one of them, or write regions of its own for each")
	}
	for _, apart := range [][2]string{
		{"regions: [all]", "account_id: '123456789013', regions: [all]"},
		{"regions: [eu-west-1]", "account_id: '123456789012', regions: [us-east-1]"},
		{"regions: [all], endpoint: 'https://x.example.com'", "account_id: '123456789012', regions: [all], endpoint: 'https://y.example.com'"},
		{"regions: [all], discover: {role: r, parent: ou-1}", "account_id: '123456789012', regions: [all], discover: {role: r, parent: ou-2}"},
		{"regions: [all], discover: {role: r}", "account_id: '123456789012', regions: [all]"},
	} {
		require.NoError(t, check(apart[0], apart[1]))
	}
	_, err := parse(spoil(map[int]string{10: "    - {provider: azure, name: a, account_id: 11111111-2222-3333-4444-aaaaaaaaaaaa, regions: [all]}\n" +
		"    - {provider: azure, name: b, account_id: 11111111-2222-3333-4444-AAAAAAAAAAAA, regions: [all]}"}))
	require.ErrorContains(t, err, "the account of line 10 under another name")
}
