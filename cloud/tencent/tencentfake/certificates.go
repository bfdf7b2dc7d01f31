package tencentfake

import "cloudsync/resource"

var certificateStatus = map[string]int{"REVIEWING": 0, "APPROVED": 1, "EXPIRED": 3}

// certificate has the first domain as its own, and all as alternatives.
func certificate(c resource.Certificate) object {
	first, _ := cut(c.Domains)
	return object{
		"CertificateId": c.NativeID, "Alias": c.Name, "Status": number(certificateStatus, c.Status), "StatusName": "已颁发", "From": c.CertificateType,
		"OwnerUin": "100001234567", "ProjectId": "0", "CertificateType": "SVR", "PackageType": nil, "ProductZhName": "TrustAsia", "Domain": first,
		"SubjectAltName": c.Domains, "CertSANs": c.Domains, "EncryptAlgorithm": c.Algorithm, "Tags": tags(c.Tags, "TagKey", "TagValue"),
		"CertBeginTime": local(c.CloudCreatedAt, ""), "InsertTime": local(c.CloudCreatedAt, ""), "CertEndTime": local(c.ExpiresAt, ""),
		"IsExpiring": false, "RenewAble": true, "KeyPasswordCustomFlag": false, "CertificateExtra": object{"DomainNumber": "1"},
		"CertificatePrivateKey": Planted,
	}
}
