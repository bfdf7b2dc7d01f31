package awsfake

import "net/http"

// maxTagged is how many ARNs GetResources takes.
const maxTagged = 100

// getResources leaves out what has no tags, and what is not there.
func (q *request) getResources() (any, error) {
	arns := q.texts("ResourceARNList")
	if len(arns) > maxTagged || len(arns) == 0 {
		return nil, &failure{http.StatusBadRequest, "InvalidParameterException", "ResourceARNList has between 1 and 100 ARNs"}
	}
	tags := q.tagsByARN()
	list := []object{}
	for _, arn := range arns {
		if len(tags[arn]) > 0 {
			list = append(list, object{"ResourceARN": arn, "Tags": q.capitalTags(tags[arn])})
		}
	}
	return object{"ResourceTagMappingList": varied(q, list), "PaginationToken": ""}, nil
}

// tagsByARN are the tags of what the region has.
func (q *request) tagsByARN() map[string]map[string]string {
	all := map[string]map[string]string{}
	for _, of := range q.Region.Caches {
		all[of.ID] = of.Tags
	}
	for _, of := range q.Region.Buckets {
		all["arn:aws:s3:::"+of.NativeID] = of.Tags
	}
	for _, of := range q.Region.Certificates {
		all[of.NativeID] = of.Tags
	}
	return all
}
