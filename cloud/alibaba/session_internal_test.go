package alibaba

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOwnHosts(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		product product
		region  string
		want    string
	}{
		{sts, "cn-beijing", "sts.aliyuncs.com"},
		{ecs, "cn-hangzhou", "ecs.cn-hangzhou.aliyuncs.com"},
		{ecs, "eu-central-1", "ecs.eu-central-1.aliyuncs.com"},
		{ecs, "cn-hangzhou-finance", "ecs.aliyuncs.com"},
		{rds, "cn-beijing", "rds.aliyuncs.com"},
		{rds, "eu-central-1", "rds.eu-central-1.aliyuncs.com"},
		{rds, "cn-hangzhou-finance", "rds-vpc.cn-hangzhou-finance.aliyuncs.com"},
		{vpc, "cn-hangzhou", "vpc.aliyuncs.com"},
		{vpc, "cn-beijing", "vpc.cn-beijing.aliyuncs.com"},
		{cs, "cn-beijing", "cs.cn-beijing.aliyuncs.com"},
		{cs, "cn-shanghai-finance-1", "cs-vpc.cn-shanghai-finance-1.aliyuncs.com"},
		{cs, "cn-beijing-gov-1", "cs.aliyuncs.com"},
		{slb, "us-east-1", "slb.aliyuncs.com"},
		{slb, "ap-southeast-5", "slb.ap-southeast-5.aliyuncs.com"},
	} {
		require.Equal(t, test.want, ownHost(test.product, test.region))
	}
}
