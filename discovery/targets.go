package discovery

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"slices"
	"strings"

	"github.com/prometheus/prometheus/util/strutil"

	"cloudsync/inventory"
	"cloudsync/query"
	"cloudsync/resource"
)

// TargetOptions say what Prometheus is to scrape.
type TargetOptions struct {
	Port    string // "": the one that each resource has itself
	Address Address
	Scheme  string // http or https; "": what Prometheus is configured for
	Path    string // of the metrics; "": what Prometheus is configured for
}

// metaPrefix begins the labels of targets. Prometheus drops such labels after relabelling, so
// that they cost its series nothing.
const metaPrefix = "__meta_cloudsync_"

// WriteTargets writes the resources of a kind as Prometheus's http_sd wants them
// (https://prometheus.io/docs/prometheus/latest/http_sd/): a group for each, by uid. It returns
// how many were left out because they do not have such an address, or no port.
//
// Columns are labels. Lists stand between commas, as in Prometheus's own discoveries, so that
// `.*,a,.*` finds the text a. If several keys of tags become one label, the key that was
// spelled so counts, or else the first by its bytes. Tags without a value are left out: to
// Prometheus, they are as good as absent.
func WriteTargets(ctx context.Context, out io.Writer, source Source, scope inventory.Scope, options TargetOptions) (leftOut int, err error) {
	w := targetWriter{out: out, options: options, fixed: fixedLabels(options)}
	err = source.Each(ctx, scope, func(kind *resource.Kind, labels Labels) error {
		w.use(kind)
		return w.group(labels)
	})
	if err != nil {
		return 0, err
	}
	return w.leftOut, w.end()
}

func fixedLabels(options TargetOptions) (fixed []byte) {
	if options.Scheme != "" {
		fixed = appendText(append(fixed, `,"__scheme__":`...), options.Scheme)
	}
	if options.Path != "" {
		fixed = appendText(append(fixed, `,"__metrics_path__":`...), options.Path)
	}
	return fixed
}

// targetWriter writes groups. Its slices are used again for each.
type targetWriter struct {
	out     io.Writer
	options TargetOptions
	fixed   []byte // labels that all targets have
	leftOut int
	written int

	schema *query.Schema
	names  map[string]*metaName

	buffer        []byte
	reach         reach
	ports         []string
	columns, tags []metaLabel
}

// metaName is a label of targets.
type metaName struct {
	label string // of the inventory
	text  string // with quotes and a colon, as it stands in the answer
	list  bool
	tag   bool
	exact bool // of a tag: the key needed no change
}

type metaLabel struct {
	name  *metaName
	value string
}

func (w *targetWriter) use(kind *resource.Kind) {
	if w.schema == nil || w.schema.Kind != kind {
		w.schema, w.names = query.SchemaOf(kind), map[string]*metaName{}
	}
}

func (w *targetWriter) name(label string) *metaName {
	if name, known := w.names[label]; known {
		return name
	}
	source := w.schema.Source(label)
	clean := strutil.SanitizeLabelName(label)
	name := &metaName{label: label, text: `"` + metaPrefix + clean + `":`, tag: source.IsTag, exact: clean == label}
	if len(source.Columns) == 1 && !name.tag {
		name.list = w.schema.Columns[source.Columns[0]].Type == resource.ListColumn
	}
	w.names[label] = name
	return name
}

// take keeps a label of the resource at hand.
func (w *targetWriter) take(label, value string) {
	name := w.name(label)
	if !name.tag {
		w.reach.take(label, value)
		w.columns = append(w.columns, metaLabel{name, value})
	} else if value != "" {
		w.tags = append(w.tags, metaLabel{name, value})
	}
}

func (w *targetWriter) group(labels Labels) error {
	w.reach.reset()
	w.columns, w.tags = w.columns[:0], w.tags[:0]
	labels.Each(w.take)
	host := w.reach.host(w.options.Address)
	w.ports = w.reach.listens(w.ports[:0], w.options.Port)
	if host == "" || len(w.ports) == 0 {
		w.leftOut++
		return nil
	}
	w.buffer = w.appendGroup(w.begin(), host)
	return w.flush()
}

// begin is the buffer with what stands between two groups.
func (w *targetWriter) begin() []byte {
	w.written++
	if w.written == 1 {
		return append(w.buffer[:0], "[\n"...)
	}
	return append(w.buffer[:0], ",\n"...)
}

func (w *targetWriter) end() error {
	w.buffer = append(w.buffer[:0], "\n]\n"...)
	if w.written == 0 {
		w.buffer = append(w.buffer[:0], "[]\n"...)
	}
	return w.flush()
}

func (w *targetWriter) flush() error {
	_, err := w.out.Write(w.buffer)
	return err
}

func (w *targetWriter) appendGroup(dst []byte, host string) []byte {
	dst = append(dst, `{"targets":[`...)
	for i, port := range w.ports {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendText(dst, net.JoinHostPort(host, port))
	}
	dst = append(dst, `],"labels":{"`+metaPrefix+query.KindLabel+`":`...)
	dst = appendText(dst, w.schema.Kind.Name())
	dst = append(dst, w.fixed...)
	dst = appendColumns(dst, w.columns)
	dst = appendTags(dst, w.tags)
	return append(dst, "}}"...)
}

func appendColumns(dst []byte, columns []metaLabel) []byte {
	for len(columns) > 0 {
		name, several := columns[0].name, 1
		dst = append(append(dst, ','), name.text...)
		if !name.list {
			dst = appendText(dst, columns[0].value)
		} else {
			for several < len(columns) && columns[several].name == name {
				several++
			}
			dst = appendList(dst, columns[:several])
		}
		columns = columns[several:]
	}
	return dst
}

func appendList(dst []byte, items []metaLabel) []byte {
	dst = append(dst, '"', ',')
	for _, item := range items {
		dst = append(appendInner(dst, item.value), ',')
	}
	return append(dst, '"')
}

// appendTags sorts the tags, so that the same inventory always gives the same answer.
func appendTags(dst []byte, tags []metaLabel) []byte {
	slices.SortFunc(tags, compareTags)
	before := ""
	for _, tag := range tags {
		if tag.name.text == before {
			continue
		}
		before = tag.name.text
		dst = append(append(dst, ','), tag.name.text...)
		dst = appendText(dst, tag.value)
	}
	return dst
}

func compareTags(a, b metaLabel) int {
	switch {
	case a.name.text != b.name.text:
		return strings.Compare(a.name.text, b.name.text)
	case a.name.exact != b.name.exact && a.name.exact:
		return -1
	case a.name.exact != b.name.exact:
		return 1
	default:
		return strings.Compare(a.name.label, b.name.label)
	}
}

func appendText(dst []byte, text string) []byte {
	return append(appendInner(append(dst, '"'), text), '"')
}

// appendInner appends a text as JSON without its quotes: as it is, mostly.
func appendInner(dst []byte, text string) []byte {
	for i := range len(text) {
		if b := text[i]; b < ' ' || b > '~' || b == '"' || b == '\\' {
			quoted, err := json.Marshal(text)
			if err != nil { // a text always encodes
				panic("discovery: encode a text: " + err.Error())
			}
			return append(dst, quoted[1:len(quoted)-1]...)
		}
	}
	return append(dst, text...)
}
