package huaweifake

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

// BoughtAction is how faults name the action of SCM: ELB has one of the same name.
const BoughtAction = "scm_ListCertificates"

// certificatesOf are those of SCM, which their ids tell, or those of ELB.
func certificatesOf(region *fake.Region, bought bool) []resource.Certificate {
	return slices.DeleteFunc(slices.Clone(region.Certificates), func(c resource.Certificate) bool { return strings.HasPrefix(c.NativeID, "scs") != bought })
}

func (s server) certificates(region *fake.Region, query url.Values) (any, *refusal) {
	return marked(s.cloud, "certificates", query, certificatesOf(region, false), func(c resource.Certificate) string { return c.NativeID }, func(c resource.Certificate) map[string]any {
		return map[string]any{
			"id": c.NativeID, "name": c.Name, "type": c.CertificateType, "domain": strings.Join(c.Domains, ","), "common_name": first(c.Domains),
			"subject_alternative_names": c.Domains, "fingerprint": c.Fingerprint, "certificate": "-----BEGIN CERTIFICATE-----", "private_key": UserData,
			"enc_private_key": UserData, "admin_state_up": true, "description": "", "project_id": "project", "source": "",
			"created_at": zulu(c.CloudCreatedAt), "updated_at": changing(), "expire_time": zulu(c.ExpiresAt),
		}
	})
}

func (s server) boughtCertificates(region *fake.Region, query url.Values) (any, *refusal) {
	if !slices.Contains([]string{"10", "20", "50"}, query.Get("limit")) || query.Get("owned_by_self") != "true" {
		return nil, &refusal{http.StatusBadRequest, "SCM.0003", "invalid parameter"}
	}
	limit, _ := number(query, "limit", 50, 10, 50)
	offset, refused := number(query, "offset", 0, 0, unlimited)
	if refused != nil {
		return nil, refused
	}
	all := certificatesOf(region, true)
	page, _ := fake.Page(s.cloud, all, offset, limit)
	return map[string]any{"total_count": len(all), "certificates": rendered(page, func(c resource.Certificate) map[string]any {
		return map[string]any{
			"id": c.NativeID, "name": c.Name, "status": c.Status, "type": c.CertificateType, "brand": c.Issuer, "domain": first(c.Domains),
			"sans": strings.Join(c.Domains[min(1, len(c.Domains)):], ";"), "expire_time": formatted(c.ExpiresAt, "2006-01-02 15:04:05.0"),
			"signature_algorithm": "SHA256-RSA", "domain_type": "MULTI_DOMAIN", "domain_count": 2, "wildcard_count": 0, "validity_period": 12,
			"deploy_support": true, "description": "", "enterprise_project_id": "0",
		}
	})}, nil
}
