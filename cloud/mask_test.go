package cloud_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
)

// lowerEscapes writes the escapes of a URL with small letters.
func lowerEscapes(text string) string {
	return strings.NewReplacer("%2F", "%2f", "%2B", "%2b", "%3D", "%3d", "%3F", "%3f").Replace(url.QueryEscape(text))
}

func everyByte(text, form string) (escaped string) {
	for i := range len(text) {
		escaped += fmt.Sprintf(form, text[i])
	}
	return escaped
}

func jsonOf(text string) string {
	encoded, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return strings.Trim(string(encoded), `"`)
}

// A secret is hidden in whatever it is dressed as on its way through requests, answers
// and errors, and what is around it stays.
func TestSecretsInOtherClothes(t *testing.T) {
	t.Parallel()
	clothes := map[string]func(string) string{
		"as it is":                   func(s string) string { return s },
		"a URL's query":              url.QueryEscape,
		"a URL's path":               url.PathEscape,
		"small escapes":              lowerEscapes,
		"every byte escaped":         func(s string) string { return everyByte(s, "%%%02X") },
		"escaped twice":              func(s string) string { return url.QueryEscape(url.QueryEscape(s)) },
		"a form":                     func(s string) string { return url.Values{"x": {s}}.Encode()[2:] },
		"JSON":                       jsonOf,
		"JSON in JSON":               func(s string) string { return jsonOf(jsonOf(s)) },
		"JSON with escaped slashes":  func(s string) string { return strings.ReplaceAll(s, "/", `\/`) },
		"Go's quotes":                func(s string) string { return strings.Trim(fmt.Sprintf("%q", s), `"`) },
		"HTML":                       html.EscapeString,
		"XML's numbers":              func(s string) string { return everyByte(s, "&#%d;") },
		"XML's hexadecimal numbers":  func(s string) string { return everyByte(s, "&#x%X;") },
		"base64":                     func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
		"base64 of URLs":             func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) },
		"base64 in a query":          func(s string) string { return url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(s))) },
		"hexadecimal":                func(s string) string { return hex.EncodeToString([]byte(s)) },
		"hexadecimal, in capitals":   func(s string) string { return strings.ToUpper(hex.EncodeToString([]byte(s))) },
		"a mixture, as none encodes": func(s string) string { return strings.Replace(url.QueryEscape(s), "%", "%25", 1) },
	}
	for _, secret := range []string{
		"hunter2", "abcdef", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", `a~B.c_d-8Q~"quoted"&<more>=%41\x`, "two words?", "100%+1=101%",
	} {
		mask := cloud.NewMask("", secret, "")
		for name, dress := range clothes {
			dressed := dress(secret)
			shown := mask.Hide("before {" + dressed + "} after")
			require.NotContains(t, shown, dressed, "%s of %s", name, secret)
			require.Regexp(t, `^before \{\[secret\].{0,7}\} after$`, shown, "%s of %s", name, secret)
			require.Equal(t, shown, mask.Hide(shown), "nothing is hidden twice")
		}
	}
}

// Where a secret begins within what is encoded, base64 looks different.
func TestSecretsWithinBase64(t *testing.T) {
	t.Parallel()
	const secret = "wJalrXUtnFEMI/K7MDENG"
	mask := cloud.NewMask("", secret, "")
	for before := range 4 {
		for after := range 4 {
			plain := strings.Repeat("b", before) + secret + strings.Repeat("a", after)
			for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding} {
				shown := mask.Hide(encoding.EncodeToString([]byte(plain)))
				require.Contains(t, shown, "[secret]", "%d %d", before, after)
				require.Less(t, len(shown), len("[secret]")+14, "%d %d", before, after)
			}
		}
	}
}

func TestSecretsThatWereCut(t *testing.T) {
	t.Parallel()
	mask := cloud.NewMask("", "hunter2-and-more", "")
	require.Equal(t, "the key [secret]…", mask.Hide("the key hunter2-an…"))
	require.Equal(t, "the key [secret]…", mask.Hide("the key hunter…"))
	require.Equal(t, "the key hunte…", mask.Hide("the key hunte…"), "no more than anyone may see")
	require.Equal(t, "a hunter", mask.Hide("a hunter"), "nobody cut it")
}

// A secret that is as short as a part of a word is not looked for.
func TestShortSecretsMaskNoWords(t *testing.T) {
	t.Parallel()
	for _, short := range []string{"", "x", "err", "short"} {
		require.Equal(t, "XML syntax error: a short text", cloud.NewMask(short, short, short).Hide("XML syntax error: a short text"))
	}
	require.Equal(t, "[secret] and [secret]", cloud.NewMask("", "syntax", "longer than the key").Hide("syntax and longer than the key"))
}

func TestKeyIDsAndSignaturesAreHidden(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Signature=abc%2Bd%3D&Action=x":                                                           "Signature=[secret]&Action=x",
		"X-Amz-Signature=0123abc, X-Amz-Credential=AK/x":                                          "X-Amz-Signature=[secret], X-Amz-Credential=[secret]",
		"AccessKeyId=LTAIx&x=1":                                                                   "AccessKeyId=[secret]&x=1",
		"GET&%2F&AccessKeyId%3DLTAIx%26Action%3DDescribe%26Signature%3Dabc%253D":                  "GET&%2F&AccessKeyId%3D[secret]%26Action%3DDescribe%26Signature%3D[secret]",
		`{"AccessKeyId":"LTAIx","SecurityToken": "abc"}`:                                          `{"AccessKeyId":"[secret]","SecurityToken": "[secret]"}`,
		`{\"client_secret\":\"abc\"}`:                                                             `{\"client_secret\":\"[secret]\"}`,
		"<AWSAccessKeyId>AKIAx</AWSAccessKeyId><SecretKey>x</SecretKey>":                          "<AWSAccessKeyId>[secret]</AWSAccessKeyId><SecretKey>[secret]</SecretKey>",
		"Authorization: AWS4-HMAC-SHA256 Credential=AKIAx/2026, SignedHeaders=host, Signature=0a": "Authorization: [secret]",
		"map[Authorization:[Bearer abcdefgh] Host:[x]]":                                           "map[Authorization:[[secret]] Host:[x]]",
		`{"authorization":"SDK-HMAC-SHA256 Access=AK","x":"y"}`:                                   `{"authorization":"[secret]","x":"y"}`,
		"client_id=abc&client_secret=x%26y&grant_type=z":                                          "client_id=abc&client_secret=[secret]&grant_type=z",
		"the key AKIAIOSFODNN7EXAMPLE is not active":                                              "the key [secret] is not active",
		"token eyJhbGciOiJI.eyJzdWIiOiIx.sig-nature":                                              "token [secret]",
		"Bearer abcdefghijkl expired":                                                             "Bearer [secret] expired",
		"X-Auth-Token: 0123456789abcdef":                                                          "X-Auth-Token: [secret]",
		"the token ya29.c.c0AY_VpZ-abcdefghij is not known":                                       "the token [secret] is not known",
		`{"private_key":"-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n","x":1}`:  `{"private_key":"[secret]\n","x":1}`,
		"-----BEGIN RSA PRIVATE KEY-----\nMIIE…":                                                  "[secret]",
		"API key AIzaSyA0123456789-abcdefghijklmnopqrs is blocked":                                "API key [secret] is blocked",
		// Words about them are no secrets.
		"InvalidAccessKeyId.NotFound: Specified access key is not found": "InvalidAccessKeyId.NotFound: Specified access key is not found",
		"SignatureDoesNotMatch: the signature is wrong":                  "SignatureDoesNotMatch: the signature is wrong",
		"Invalid signature: expected another":                            "Invalid signature: expected another",
		"The security token included in the request is invalid":          "The security token included in the request is invalid",
		"password: wrong": "password: wrong",
		"AADSTS7000215: Invalid client secret provided": "AADSTS7000215: Invalid client secret provided",
		"the bearer of i-0123456789":                    "the bearer of i-0123456789",
	} {
		shown := cloud.Mask{}.Hide(text)
		require.Equal(t, want, shown)
		require.Equal(t, shown, cloud.Mask{}.Hide(shown), "nothing is hidden twice")
	}
	require.Equal(t, "id [secret]", cloud.NewMask("KEYIDone", "", "").Hide("id KEYIDone"))
}
