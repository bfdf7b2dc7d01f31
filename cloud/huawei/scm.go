package huawei

import (
	"context"
	"errors"
	"strconv"
	"strings"

	scm "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/scm/v3"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/scm/v3/model"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// isBought says that an id is one of SCM, such as scs1600313391074.
func isBought(id string) bool { return isID(id) && strings.HasPrefix(id, "scs") }

// askBought asks SCM, whose pages follow a number of certificates. Those that others share are
// left out.
func askBought(ctx context.Context, s *session, q adapter.Query) (adapter.Answer[certificate], error) {
	if _, err := scmProduct.region(q.Region); err != nil {
		return adapter.Answer[certificate]{}, &cloud.Error{Class: cloud.RegionDisabled, Err: errors.New("SCM is not asked in this region")}
	}
	before, _ := strconv.Atoi(q.Token)
	return asking[certificate]{
		of: scmProduct, described: scm.GenReqDefForListCertificates, read: among(counting(before), certificateID),
		request: func(q adapter.Query) any {
			return &model.ListCertificatesRequest{Limit: given(int32(q.Limit)), Offset: given(int32(before)), Status: given("ALL"), OwnedBySelf: given(true)}
		},
	}.ask(ctx, s, q)
}

// counting reads a page that follows a number of certificates.
func counting(before int) reader[certificate] {
	return func(f adapter.Document, q adapter.Query) (adapter.Answer[certificate], error) {
		answer, err := announced[certificate]("total_count")(f, q)
		if err != nil {
			return answer, err
		}
		if answer.Total == "" {
			return answer, adapter.BadAnswer("", "the number of all resources is not in the answer")
		}
		total, err := answer.Total.Whole("", "the number of all resources")
		listed := before + len(answer.Items)
		switch {
		case err != nil || int64(listed) >= total:
		case len(answer.Items) == 0:
			err = &cloud.Error{Class: cloud.Incomplete, Err: errors.New("a page before the last is empty")}
		default:
			answer.Next = strconv.Itoa(listed)
		}
		answer.Total = "" // of a list whose pages are told by tokens
		return answer, err
	}
}
