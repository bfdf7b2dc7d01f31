package alibabafake

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"cloudsync/resource"
)

// certificates lists those of the whole account, which are at one place: expired ones where
// they are asked for, and the others where no status is.
func certificates(c *call) (object, *failure) {
	status := c.parameters.Get("Status")
	if c.parameters.Get("OrderType") != "CERT" || status != "" && status != "EXPIRED" {
		return nil, &failure{status: http.StatusBadRequest, code: "InvalidParameter", message: "Only certificates are here, by one status."}
	}
	all := []resource.Certificate{}
	for _, region := range c.Account.Regions {
		all = append(all, region.Certificates...)
	}
	all = slices.DeleteFunc(all, func(one resource.Certificate) bool { return (one.Status == "EXPIRED") != (status == "EXPIRED") })
	part, number, size, total := numberedBy(c, all, 50, "CurrentPage", "ShowSize")
	list := []object{}
	for _, one := range part {
		list = append(list, certificate(one))
	}
	return object{"CertificateOrderList": list, "CurrentPage": number, "ShowSize": size, "TotalCount": total}, nil
}

func certificate(c resource.Certificate) object {
	domains := append(append([]string{}, c.Domains...), "")
	return object{
		"CertificateId": c.NativeID, "Name": c.Name, "Status": c.Status, "SourceType": c.CertificateType, "CommonName": domains[0], "Sans": strings.Join(c.Domains, ","),
		"Issuer": c.Issuer, "Algorithm": c.Algorithm, "Fingerprint": c.Fingerprint, "EndDate": moment(c.ExpiresAt, time.DateOnly, ""), "Expired": c.Status == "EXPIRED",
		"Key": "-----BEGIN RSA PRIVATE KEY-----planted-certificate-key", // the documented list has none
	}
}
