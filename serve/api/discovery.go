package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"cloudsync/discovery"
)

// registerDiscovery adds what other programs discover: in forms of theirs, so the document
// says less of it.
func (a *API) registerDiscovery() {
	if a.options.Labels == nil {
		return
	}
	a.mux.Handle("GET "+Prefix+"/sd/{kind}", discovery.TargetsHandler(a.options.Labels, a.options.Kinds))
	a.mux.Handle("GET "+Prefix+"/ansible", discovery.AnsibleHandler(a.options.Labels, a.options.Kinds))
	a.huma.OpenAPI().AddOperation(told("/sd/{kind}", "targets", "Targets of Prometheus's http_sd",
		"The whole list, or 503. X-Cloudsync-Left-Out counts the resources without such an address.",
		inPath("kind", "The kind."), inQuery("port", "The port of each target."), inQuery("address", "private, public or ipv6."),
		inQuery("scheme", "The scheme of each target."), inQuery("path", "The path of each target's metrics."), inQuery("q", "A query.")))
	a.huma.OpenAPI().AddOperation(told("/ansible", "ansible", "Ansible's dynamic inventory",
		"With _meta.hostvars, and groups by provider, account, region and service tree.",
		inQuery("kind", "The kind, resource_host unless it is another."), inQuery("address", "private, public or ipv6."), inQuery("q", "A query.")))
}

func told(path, id, summary, description string, parameters ...*huma.Param) *huma.Operation {
	return &huma.Operation{
		Method: http.MethodGet, Path: Prefix + path, OperationID: id, Tags: []string{"discovery"}, Summary: summary, Description: description,
		Parameters: parameters,
		Responses: map[string]*huma.Response{
			"200": {Description: "The whole.", Content: map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{}}}},
			"400": {Description: "The request is wrong."},
			"503": {Description: "The inventory cannot be read as a whole now."},
		},
	}
}

func inPath(name, description string) *huma.Param {
	return &huma.Param{Name: name, In: "path", Required: true, Description: description, Schema: &huma.Schema{Type: huma.TypeString}}
}

func inQuery(name, description string) *huma.Param {
	return &huma.Param{Name: name, In: "query", Description: description, Schema: &huma.Schema{Type: huma.TypeString}}
}
