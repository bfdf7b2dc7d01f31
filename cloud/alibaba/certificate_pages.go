package alibaba

import (
	"context"
	"fmt"
	"strconv"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// certificatesAt is where the list goes on. Those that did not expire come first: without a
// status, the action hides expired ones, which come next.
type certificatesAt struct {
	expired        bool
	any            bool // certificate came before these
	number, listed int  // of these
}

const certificatesForm = "%t %t %d %d"

func (at certificatesAt) token() string {
	return fmt.Sprintf(certificatesForm, at.expired, at.any, at.number, at.listed)
}

// askCertificates asks for a page of the account's list, by numbers that are tokens here.
func askCertificates(ctx context.Context, s *session, q adapter.Query) (answer adapter.Answer[certificate], err error) {
	at, status := certificatesAt{number: 1}, ""
	if q.Token != "" {
		if _, err := fmt.Sscanf(q.Token, certificatesForm, &at.expired, &at.any, &at.number, &at.listed); err != nil {
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
	answer.Next, err = at.next(ctx, s, answer)
	return answer, err
}

// next is the token of the next page. That there is none at all is proven.
func (at certificatesAt) next(ctx context.Context, s *session, answer adapter.Answer[certificate]) (string, error) {
	if answer.Total == "" {
		return "", adapter.BadAnswer("", "the number of all certificates is not in the answer")
	}
	total, err := answer.Total.Whole("", "the number of all certificates")
	at.listed += len(answer.Items)
	at.any = at.any || at.listed > 0
	switch {
	case err != nil:
		return "", err
	case int64(at.listed) < total && len(answer.Items) == 0:
		return "", &cloud.Error{Class: cloud.Incomplete, Err: fmt.Errorf("%d of %d certificates are listed", at.listed, total)}
	case int64(at.listed) < total:
		at.number++
		return at.token(), nil
	case !at.expired:
		return certificatesAt{expired: true, any: at.any, number: 1}.token(), nil
	case !at.any:
		return "", provenByOwner(ctx, s, "", false)
	default:
		return "", nil
	}
}
