package huaweifake

import (
	"math"
	"net/http"
	"strconv"

	"cloudsync/cloud/fake"
)

// form is how a product writes its errors.
type form int

// The forms.
const (
	flat     form = iota // {"error_code": …, "error_msg": …}: RDS, ELB, DCS and the gateway
	nested               // {"error": {"code": …, "message": …}}: ECS, EVS
	keystone             // {"error": {"code": 403, "title": …, "message": …}}: IAM
)

// refusal is an error.
type refusal struct {
	status        int
	code, message string
}

func (r refusal) write(w http.ResponseWriter, f ...form) {
	var body any = map[string]any{"error_code": r.code, "error_msg": r.message, "request_id": "5f1d0c6f9d0e4b0f8a4c"}
	if len(f) > 0 && f[0] == nested {
		body = map[string]any{"error": map[string]any{"code": r.code, "message": r.message}}
	}
	if len(f) > 0 && f[0] == keystone {
		body = map[string]any{"error": map[string]any{"code": r.status, "title": http.StatusText(r.status), "message": r.message}}
	}
	write(w, r.status, body)
}

// What the gateway refuses is the same for all products.
var (
	wrongSignature     = refusal{http.StatusUnauthorized, "APIGW.0301", "Incorrect IAM authentication information: verify aksk signature fail, canonicalRequest:GET|/v1/|limit=200&offset=1|host:x-security-token:SecurityTokenOfTheRequest|"}
	projectUnavailable = refusal{http.StatusForbidden, "APIGW.0310", "The project is unavailable."}
	throttled          = refusal{http.StatusTooManyRequests, "APIGW.0308", "The throttling threshold has been reached: policy user over ratelimit,limit:100,time:1 minute"}
)

// What the products themselves refuse.
var (
	denied      = refusal{http.StatusForbidden, "Pdp.0001", "Policy doesn't allow the action to be performed"}
	failure     = refusal{http.StatusInternalServerError, "Common.0011", "internal error"}
	lostMarker  = refusal{http.StatusNotFound, "Common.0404", "the resource that marker names could not be found"}
	badPosition = refusal{http.StatusBadRequest, "Common.0013", "request parameter offset is invalid"}
)

// answered answers what is not to be answered with data.
func answered(w http.ResponseWriter, j fake.Judgement, f form) bool {
	switch j.Verdict {
	case fake.Answer:
		return false
	case fake.Recorded:
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(j.Body)
	case fake.InvalidCredential:
		wrongSignature.write(w)
	case fake.Denied:
		denied.write(w, f)
	case fake.RegionDisabled:
		projectUnavailable.write(w)
	case fake.Throttled:
		if j.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(j.RetryAfter.Seconds()))))
		}
		throttled.write(w)
	case fake.ServerError:
		failure.write(w, f)
	case fake.ExpiredCursor:
		if f == nested {
			lostMarker.write(w, f)
		} else {
			badPosition.write(w, f)
		}
	case fake.Done:
	}
	return true
}
