package alibaba

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// certificatesAt is where the list goes on. Those that did not expire come first: without a
// status, the action hides expired ones, which come next.
type certificatesAt struct {
	expired               bool
	number, listed, total int // of these
}

const certificatesForm = "%t %d %d %d"

func (at certificatesAt) token() string {
	return fmt.Sprintf(certificatesForm, at.expired, at.number, at.listed, at.total)
}

// askCertificates asks for a page of the account's list, by numbers that are tokens here.
func askCertificates(ctx context.Context, s *session, q adapter.Query) (answer adapter.Answer[certificate], err error) {
	at, status := certificatesAt{number: 1}, ""
	if q.Token != "" {
		if _, err := fmt.Sscanf(q.Token, certificatesForm, &at.expired, &at.number, &at.listed, &at.total); err != nil {
			return answer, err // cannot be: it is one of ours
		}
	}
	if at.expired {
		status = "EXPIRED"
	}
	r := request{product: cas, action: q.Action, parameters: map[string]string{
		"OrderType": "CERT", "Status": status, "ShowSize": strconv.Itoa(maxCertificates), "CurrentPage": strconv.Itoa(at.number),
	}}
	answer, err = call(ctx, s, "", q.Action, func(ctx context.Context, keys adapter.Keys) (answer adapter.Answer[certificate], err error) {
		fields, err := send[adapter.Document](ctx, s, keys, r)
		if err != nil {
			return answer, err
		}
		return answerOf[certificate](fields, q.Path)
	})
	if err != nil || answer.NoList {
		return answer, err
	}
	answer.Next, err = at.next(answer)
	return answer, err
}

// next is the token of the next page. A list that changes while it is read moves certificates
// from page to page, and no question by id would find one that was missed.
func (at certificatesAt) next(answer adapter.Answer[certificate]) (string, error) {
	if answer.Total == "" {
		return "", adapter.BadAnswer("", "the number of all certificates is not in the answer")
	}
	total, err := answer.Total.Whole("", "the number of all certificates")
	at.listed += len(answer.Items)
	switch {
	case err != nil:
		return "", err
	case at.number > 1 && total != int64(at.total):
		return "", &cloud.Error{Class: cloud.Unavailable, Err: errors.New("the list of certificates changed while it was read")}
	case int64(at.listed) < total && len(answer.Items) == 0:
		return "", &cloud.Error{Class: cloud.Incomplete, Err: fmt.Errorf("%d of %d certificates are listed", at.listed, total)}
	case int64(at.listed) < total:
		at.number, at.total = at.number+1, int(total)
		return at.token(), nil
	case !at.expired:
		return certificatesAt{expired: true, number: 1}.token(), nil
	default:
		return "", nil
	}
}
