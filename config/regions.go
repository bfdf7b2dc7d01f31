package config

import (
	"regexp"
	"strings"
)

// regionForm is how the regions of a cloud are named, as far as a name tells that it is
// none of them.
type regionForm struct {
	// region is the form of the public regions. A private cloud may have others: what
	// has no form at all is left alone.
	region *regexp.Regexp
	// zone is that of the zones in them; its first group is the region.
	zone *regexp.Regexp
	// spaced says that regions are shown with spaces and capitals elsewhere.
	spaced bool
}

var regionForms = map[string]regionForm{
	// https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html,
	// and its pages of availability, local and wavelength zones.
	"aws": {
		region: regexp.MustCompile(`^[a-z]{2,4}(-[a-z]+)+-[0-9]+$`),
		zone:   regexp.MustCompile(`^([a-z]{2,4}(?:-[a-z]+)+-[0-9]+)(?:[a-z]|(?:-wl1)?-[a-z]{3}(?:-wlz)?-[0-9]+[a-z]?)$`),
	},
	// https://www.alibabacloud.com/help/en/ecs/product-overview/regions-and-zones
	"alibaba": {
		region: regexp.MustCompile(`^[a-z]{2}-[a-z]{2,}(-[a-z0-9]+)*$`),
		zone: regexp.MustCompile(`^([a-z]{2}-(?:[a-z0-9]+-)+[0-9])[a-z]$|` +
			`^(cn-(?:qingdao|beijing|zhangjiakou|huhehaote|wulanchabu|hangzhou|shanghai|nanjing|fuzhou|shenzhen|heyuan|guangzhou|chengdu|hongkong)(?:-finance)?)-[a-z]$`),
	},
	// https://www.tencentcloud.com/document/product/213/6091
	"tencent": {
		region: regexp.MustCompile(`^[a-z]{2}-[a-z]+(-[a-z]+)*$`),
		zone: regexp.MustCompile(`^(ap-(?:guangzhou|shenzhen|shanghai|nanjing|beijing|chengdu|chongqing|hongkong|taipei|singapore|jakarta|seoul|tokyo|bangkok|mumbai)(?:-fsi)?|` +
			`eu-(?:frankfurt|moscow)|na-(?:siliconvalley|ashburn|toronto)|sa-saopaulo)-[0-9]+$`),
	},
	// https://developer.huaweicloud.com/intl/en-us/endpoint. What has an underscore is a
	// project that was made in the region.
	"huawei": {
		region: regexp.MustCompile(`^[a-z]{2}-[a-z]+(-[0-9]+)?$`),
		zone:   regexp.MustCompile(`^([a-z]{2}-[a-z]+-[0-9]+)(?:[a-z]|_.+)$`),
	},
	// https://cloud.google.com/compute/docs/regions-zones
	"google": {
		region: regexp.MustCompile(`^[a-z]+-[a-z]+[0-9]+$`),
		zone:   regexp.MustCompile(`^([a-z]+-[a-z]+[0-9]+)-(?:[a-z]|ai[0-9]+[a-z])$`),
	},
	// az account list-locations
	"azure": {
		region: regexp.MustCompile(`^[a-z]+[0-9]?$`),
		zone:   regexp.MustCompile(`^([a-z]{4,}[0-9]?)-az[0-9]$`),
		spaced: true,
	},
}

// insteadOfRegion says what a name is that is no region, and the region to write; both
// are empty where nothing tells that it is none.
func insteadOfRegion(provider, name string) (what, region string) {
	form, ok := regionForms[provider]
	if !ok {
		return "", ""
	}
	plain := strings.ToLower(name)
	if form.spaced {
		plain = strings.ReplaceAll(plain, " ", "")
	}
	if found := form.zone.FindStringSubmatch(plain); found != nil {
		what = "a zone of a region"
		if strings.Contains(plain, "_") {
			what = "a project in a region"
		}
		return what, strings.Join(found[1:], "")
	}
	if plain != name && form.region.MatchString(plain) {
		return "a region in another spelling", plain
	}
	return "", ""
}
