package inventorytest

import (
	"strings"
	"time"
)

// texts are the values of columns that have none of their own, and of tags.
var texts = []string{
	"", "running", "Running", "stopped", "web-01", "web-02", "WEB-1", "kafka", "kafka.broker", "c5.large", "c5.xlarge",
	"running ", " running", "100%_sure", `quo"te`, `back\slash`, "a,b", "{a=b}", "it's", "=1+2", "-", "1", "10", "2",
	"北京", "ÄÖ-straße", "äö-STRASSE", "two\nlines", "tab\tbed", "\x1b[31mred\x1b[0m", "\u202eright-to-left", "🙂🙃", "İstanbul", "ß",
	strings.Repeat("🦊", 250),
}

// columnTexts are the values of columns of which somebody may ask for a part.
var columnTexts = map[string][]string{
	"provider":      {"mock", "aws", "alibaba"},
	"account":       {"prod", "corp/1234", "测试"},
	"region":        {"beijing", "shanghai", "eu-west-1", "cn north"},
	"stree_group":   {"", "inf", "biz", "a.b"},
	"stree_product": {"", "monitor", "pay", "Pay"},
	"stree_app":     {"", "kafka", "api", "web.front"},
	"private_ips":   {"10.0.0.1", "10.0.0.10", "10.0.1.1", "10.1.2.3", "192.168.0.7", "fd00::1", "fd00::10", "fd01::1"},
	"public_ips":    {"47.1.1.1", "47.1.1.2", "8.8.8.8", "2001:db8::1", "10.0.0.1"},
	"addresses":     {"47.1.1.1", "10.0.0.10", "lb-1.example.com", "LB-2.example.com", "fd00::1"},
	"address":       {"", "47.1.1.1", "47.1.1.2", "2001:db8::1", "47.1.1.0/28"},
	"endpoint":      {"", "db-1.example.com", "DB-2.example.com", "10.0.0.1", "fd00::1"},
	"cidrs":         {"10.0.0.0/16", "10.0.1.0/24", "fd00::/8"},
	"native_id":     {"i-1", "arn:aws:x:1/y-2", "Vol-3", "名-4"},
	"instance_type": {"", "c5.large", "c5.xlarge", "ecs.g6.large"},
}

// nativeIDs are made of a number.
var nativeIDs = []string{"i-%d", "arn:aws:x:1/y-%d", "Vol-%d", "名-%d"}

var numbers = []int64{0, 1, 2, 4, 8, 10, 16, 100, 1024, 1 << 40}

var tagKeys = []string{"env", "team", "kubernetes.io/role", "a b", "名", `q"uote`, "stree_group"}

var times = []time.Time{
	time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 1, 1, 0, 0, 0, 500_000_000, time.UTC),
	time.Date(2026, 1, 1, 0, 0, 1, 0, time.UTC), time.Date(1999, 12, 31, 23, 59, 59, 123_456_000, time.UTC),
}

// networks are asked for, beside the addresses that there are.
var networks = []string{"10.0.0.0/16", "10.0.0.1/24", "10.0.0.0/8", "0.0.0.0/0", "47.1.1.0/28", "fd00::/8", "::/0", "10.0.0.1/32"}

func textsOf(column string) []string {
	if known, ok := columnTexts[column]; ok {
		return known
	}
	return texts
}
