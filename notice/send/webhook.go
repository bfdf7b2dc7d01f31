package send

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"time"

	"cloudsync/cloud"
)

// The headers of a webhook. The signature is "v1=" and the hexadecimal HMAC-SHA256, with the
// receiver's secret as the key, of the time stamp, a dot, and the body as it is sent. The time
// stamp is of the attempt, in seconds since 1970: who checks it refuses what is too old.
const (
	IDHeader        = "Cloudsync-Notice-Id"
	TimestampHeader = "Cloudsync-Timestamp"
	SignatureHeader = "Cloudsync-Signature"
)

// Webhook posts notices as JSON.
type Webhook struct {
	poster
	secret cloud.Secret
	now    func() time.Time
}

// NewWebhook posts to an address, and signs with a secret if there is one.
func NewWebhook(address, secret cloud.Secret) *Webhook {
	return &Webhook{poster: newPoster(address), secret: secret, now: time.Now}
}

// Send implements Sender.
func (w *Webhook) Send(ctx context.Context, m Message) error {
	to, err := w.url()
	if err != nil {
		return err
	}
	body, err := encode(m.Notice)
	if err != nil {
		return err
	}
	header := http.Header{}
	header.Set(IDHeader, m.ID)
	var secrets []string
	if !w.secret.IsZero() {
		secret, err := w.secret.Reveal()
		if err != nil {
			return &Failure{Reason: "read the receiver's secret: " + err.Error()}
		}
		stamp := strconv.FormatInt(w.now().Unix(), 10)
		signed := hex.EncodeToString(signature([]byte(secret), stamp+"."+string(body)))
		header.Set(TimestampHeader, stamp)
		header.Set(SignatureHeader, "v1="+signed)
		secrets = []string{secret, signed}
	}
	return w.post(ctx, to, body, header, secrets...)
}

// signature is the HMAC-SHA256 of a text.
func signature(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}
