package discovery

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"cloudsync/inventory"
	"cloudsync/query"
	"cloudsync/resource"
	"cloudsync/spelling"
	"cloudsync/untrusted"
)

// LeftOutHeader says how many of the resources that were asked for are not in an answer,
// because they do not have such an address, or no port.
const LeftOutHeader = "X-Cloudsync-Left-Out"

// TargetsHandler answers GET …/{kind} for Prometheus's http_sd. The answer has all targets, or
// is 503: while the source cannot tell all, Prometheus keeps those that it has.
func TargetsHandler(source Source, kinds *resource.Registry) http.Handler {
	return handler(func(w http.ResponseWriter, r *http.Request) error {
		scope, options, err := readTargets(r, kinds)
		if err != nil {
			return err
		}
		body := newSpool(r)
		leftOut, err := WriteTargets(r.Context(), body, source, scope, options)
		if err != nil {
			return err
		}
		return body.send(w, leftOut)
	})
}

// AnsibleHandler answers GET with Ansible's inventory, as NewAnsible makes it.
func AnsibleHandler(source Source, kinds *resource.Registry) http.Handler {
	return handler(func(w http.ResponseWriter, r *http.Request) error {
		scope, choice, err := readAnsible(r, kinds)
		if err != nil {
			return err
		}
		hosts, err := NewAnsible(r.Context(), source, scope, choice)
		if err != nil {
			return err
		}
		body := newSpool(r)
		if err := json.NewEncoder(body).Encode(hosts); err != nil {
			return err
		}
		return body.send(w, hosts.LeftOut)
	})
}

// handler tells of errors as RFC 9457 has it.
func handler(answer func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := answer(w, r)
		if err == nil {
			return
		}
		told := problem{Status: http.StatusServiceUnavailable, Detail: "the inventory cannot be read as a whole now: " + err.Error()}
		var wrong *requestError
		if errors.As(err, &wrong) {
			told = problem{Status: wrong.status, Detail: "the request is wrong: see errors", Errors: []problemCause{wrong.cause}}
		}
		told.send(w)
	})
}

// problem is an error as RFC 9457 has it, with causes.
type problem struct {
	Title  string         `json:"title"`
	Status int            `json:"status"`
	Detail string         `json:"detail"`
	Errors []problemCause `json:"errors,omitempty"`
}

type problemCause struct {
	Message  string `json:"message"`
	Location string `json:"location"`
	Value    string `json:"value,omitempty"`
}

func (p problem) send(w http.ResponseWriter) {
	p.Title = http.StatusText(p.Status)
	encoded, err := json.Marshal(p)
	if err != nil { // texts and a number always encode
		panic("discovery: encode a problem: " + err.Error())
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	w.Write(append(untrusted.JSON(encoded), '\n')) //nolint:errcheck // whoever asked has gone
}

// requestError says what is wrong with a request.
type requestError struct {
	status int
	cause  problemCause
}

func (e *requestError) Error() string { return e.cause.Location + ": " + e.cause.Message }

func wrongParameter(name, value string, err error) error {
	return &requestError{http.StatusBadRequest, problemCause{Message: err.Error(), Location: "query." + name, Value: value}}
}

// parameters are those of a request, each at most once.
type parameters map[string]string

func readParameters(given url.Values, known ...string) (parameters, error) {
	read := parameters{}
	for name, values := range given {
		switch {
		case !slices.Contains(known, name):
			hint := "the parameters are " + strings.Join(known, ", ")
			if meant := spelling.Nearest(name, known); meant != "" {
				hint = "did you mean " + meant + "?"
			}
			return nil, wrongParameter(name, values[0], fmt.Errorf("unknown parameter: %s", hint))
		case len(values) > 1:
			return nil, wrongParameter(name, values[1], errors.New("it is given twice: write it once"))
		}
		read[name] = values[0]
	}
	return read, nil
}

func (p parameters) address() (Address, error) {
	choice, err := ParseAddress(p["address"])
	if err != nil {
		return "", wrongParameter("address", p["address"], err)
	}
	return choice, nil
}

// scope is which resources of a kind are asked for.
func (p parameters) scope(kind *resource.Kind) (inventory.Scope, error) {
	parsed, err := query.Parse(p["q"], []*query.Schema{query.SchemaOf(kind)})
	if err != nil {
		return inventory.Scope{}, wrongParameter("q", p["q"], err)
	}
	return inventory.Scope{Kinds: []*resource.Kind{kind}, Query: parsed}, nil
}

func readTargets(r *http.Request, kinds *resource.Registry) (scope inventory.Scope, options TargetOptions, err error) {
	kind, err := KindNamed(kinds, r.PathValue("kind"))
	if err != nil {
		return scope, options, &requestError{http.StatusNotFound, problemCause{Message: err.Error(), Location: "path.kind"}}
	}
	given, err := readParameters(r.URL.Query(), "port", "address", "scheme", "path", "q")
	if err != nil {
		return scope, options, err
	}
	if options, err = given.targetOptions(kind); err != nil {
		return scope, options, err
	}
	scope, err = given.scope(kind)
	return scope, options, err
}

func (p parameters) targetOptions(kind *resource.Kind) (options TargetOptions, err error) {
	options = TargetOptions{Port: p["port"], Scheme: p["scheme"], Path: p["path"]}
	if options.Address, err = p.address(); err != nil {
		return options, err
	}
	switch {
	case options.Port != "" && !isPort(options.Port):
		return options, wrongParameter("port", options.Port, errors.New("write a port from 1 to 65535, such as 9100"))
	case options.Port == "" && !knowsPort(kind):
		return options, wrongParameter("port", "", fmt.Errorf("%s has no ports of its own: write one, such as port=9100", kind.Name()))
	case !slices.Contains([]string{"", "http", "https"}, options.Scheme):
		return options, wrongParameter("scheme", options.Scheme, errors.New("write http or https"))
	case options.Path != "" && !strings.HasPrefix(options.Path, "/"):
		return options, wrongParameter("path", options.Path, errors.New("begin it with a slash, as in /metrics"))
	}
	return options, nil
}

func readAnsible(r *http.Request, kinds *resource.Registry) (scope inventory.Scope, choice Address, err error) {
	given, err := readParameters(r.URL.Query(), "kind", "address", "q")
	if err != nil {
		return scope, "", err
	}
	name := given["kind"]
	if name == "" {
		name = resource.HostKind.Name()
	}
	kind, err := KindNamed(kinds, name)
	if err != nil {
		return scope, "", wrongParameter("kind", name, err)
	}
	if choice, err = given.address(); err != nil {
		return scope, "", err
	}
	scope, err = given.scope(kind)
	return scope, choice, err
}

// KindNamed is the kind of that name, with or without resource_, if others can reach what is
// of it.
func KindNamed(kinds *resource.Registry, name string) (*resource.Kind, error) {
	kind, err := kinds.Named(name)
	if err != nil {
		return nil, err
	}
	if !hasAddress(kind) {
		return nil, fmt.Errorf("nothing of %s can be reached: it has no addresses", kind.Name())
	}
	return kind, nil
}
