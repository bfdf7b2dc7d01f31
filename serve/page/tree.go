package page

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"cloudsync/history"
	"cloudsync/inventory"
	"cloudsync/query"
	"cloudsync/resource"
	"cloudsync/store"
)

func (p *Page) registerTree() {
	p.show("/tree", p.tree)
}

const (
	// maxChildren is how many nodes right beneath one are shown at a time.
	maxChildren = 200
	// maxKindColumns is how many kinds have a column of their own.
	maxKindColumns = 4
	// maxBars is how many values a distribution has.
	maxBars = 20
	// usualBy is the label of the distribution that nobody chose.
	usualBy = "region"
)

// treeData is a node of the service tree.
type treeData struct {
	Path, By, Q, At, Named string // as they are asked for
	Name                   string // of the node
	Up                     string // the address of the node above
	Clear                  string // the address of the node without filters
	Crumbs                 []crumb
	Node                   inventory.Node
	Memory, Disk           string
	Kinds                  []string // that have columns
	HasOthers              bool     // there are more kinds than columns
	ByKind                 []kindRows
	Children               []treeChild
	Left                   int // children that are not shown
	Beneath                int // all children
	Rows                   string
	Level                  string // what the children are
	Divided                distribution
	Labels                 []string
}

// crumb is a part of a way down, such as a node above another.
type crumb struct{ Name, Path string }

// kindRows is how many rows a kind has.
type kindRows struct {
	Kind string
	Rows int64
	Path string // empty: the kind has no page of its rows here
}

// treeChild is a node in a line.
type treeChild struct {
	Name         string // empty: rows that are placed no deeper
	Path         string // where it leads
	Rows, VCPU   int64
	Memory, Disk string
	Kinds        []int64 // as the columns
	Share        Share
}

// distribution is how rows divide by the values of a label.
type distribution struct {
	Label  string
	Bars   []bar
	Others bar // of the values that are left off
	More   int // how many values that are
	Lists  bool
}

// bar is the rows that have a value.
type bar struct {
	Value   string
	None    bool // they have no value
	Path    string
	Rows    int64
	Percent float64
	Share   Share
}

// treeAsked is what the address of a node says.
type treeAsked struct {
	scope inventory.Scope // of all placed kinds, without the path
	path  []string
	at    string
	by    string
}

func (p *Page) tree(ctx context.Context, r *http.Request) (View, error) {
	values := r.URL.Query()
	asked, err := p.treeAsked(values)
	if err != nil {
		return View{}, err
	}
	node, counts, err := p.readTree(ctx, asked)
	if errors.Is(err, store.ErrPruned) {
		return View{}, wrong(err)
	}
	if err != nil {
		return View{}, err
	}
	data := treeData{
		Path: values.Get("path"), By: asked.by, Q: values.Get("q"), At: asked.at, Named: values.Get("named"), Labels: labelsOf(asked.scope.Kinds),
		Node: node, Name: node.Name, Memory: mebibytes(node.MemoryMiB), Disk: mebibytes(node.DiskGiB * 1024), Beneath: len(node.Children),
	}
	if len(asked.path) < len(inventory.TreeLabels) {
		data.Level = strings.TrimPrefix(inventory.TreeLabels[len(asked.path)], "stree_")
	}
	narrow := asked.within()
	data.Rows = p.rowsPath(asked, narrow.Query)
	data.addCrumbs(values, asked.path)
	data.addKinds(p, asked, narrow.Query)
	data.addChildren(p, asked, values)
	data.Divided = p.distributionOf(asked, narrow.Query, counts)
	title := "Service tree"
	if data.Name != "" {
		title = data.Path
	}
	return View{Page: "tree", Title: title, Nav: "/tree", Data: data}, nil
}

func (p *Page) treeAsked(values url.Values) (asked treeAsked, err error) {
	asked.scope.Kinds = inventory.Placed(p.kinds)
	schemas := schemasOf(asked.scope.Kinds)
	if asked.path, err = inventory.ParseTreePath(values.Get("path")); err != nil {
		return asked, wrong(err)
	}
	if asked.scope.Query, err = query.Parse(values.Get("q"), schemas); err != nil {
		return asked, wrong(err)
	}
	asked.by = cmp.Or(values.Get("by"), usualBy)
	if err := query.CheckLabel(asked.by, schemas); err != nil {
		return asked, wrong(err)
	}
	if asked.at = values.Get("at"); asked.at != "" {
		if asked.scope.AsOf, err = history.ParsePast(asked.at, p.Now()); err != nil {
			return asked, wrong(err)
		}
	}
	return asked, nil
}

// within is the scope of the node's own rows.
func (a treeAsked) within() inventory.Scope {
	scope := a.scope
	for i, name := range a.path {
		scope.Query = scope.Query.And(inventory.TreeLabels[i], name)
	}
	return scope
}

// readTree asks for the node and the distribution side by side.
func (p *Page) readTree(ctx context.Context, asked treeAsked) (node inventory.Node, counts inventory.Counts, err error) {
	asking, ctx := errgroup.WithContext(ctx)
	asking.Go(func() (err error) {
		node, err = inventory.Tree(ctx, p.Inventory, asked.scope, asked.path)
		return err
	})
	asking.Go(func() (err error) {
		counts, err = p.Inventory.Count(ctx, inventory.Count{Scope: asked.within(), By: []string{asked.by}, Limit: maxBars})
		return err
	})
	err = asking.Wait()
	return node, counts, err
}

// addCrumbs adds the way from the top, which keeps what else is asked for.
func (d *treeData) addCrumbs(values url.Values, path []string) {
	for i := range path {
		d.Crumbs = append(d.Crumbs, crumb{Name: path[i], Path: treePath(values, strings.Join(path[:i+1], "."))})
	}
	d.Clear = with("/tree", url.Values{"path": {d.Path}, "by": values["by"], "at": values["at"]})
	d.Up = treePath(values, strings.Join(path[:max(0, len(path)-1)], "."))
	d.Crumbs = slices.Insert(d.Crumbs, 0, crumb{Name: "All", Path: treePath(values, "")})
}

// treePath is the address of a node, with the query, the time and the label of another.
func treePath(values url.Values, path string) string {
	return with("/tree", url.Values{"path": {path}, "by": {values.Get("by")}, "q": {values.Get("q")}, "at": {values.Get("at")}})
}

// addKinds chooses the kinds that have a column: those with the most rows.
func (d *treeData) addKinds(p *Page, asked treeAsked, narrowed query.Query) {
	for _, kind := range asked.scope.Kinds {
		if rows := d.Node.Kinds[kind.Name()]; rows > 0 {
			d.ByKind = append(d.ByKind, kindRows{Kind: kind.Name(), Rows: rows, Path: p.rowsPath(asked, narrowed, kind.Name())})
		}
	}
	slices.SortStableFunc(d.ByKind, func(a, b kindRows) int { return cmp.Compare(b.Rows, a.Rows) })
	for _, kind := range d.ByKind[:min(maxKindColumns, len(d.ByKind))] {
		d.Kinds = append(d.Kinds, kind.Kind)
	}
	d.HasOthers = len(d.ByKind) > maxKindColumns
}

// addChildren adds the nodes beneath, of those whose names have the text asked for.
func (d *treeData) addChildren(p *Page, asked treeAsked, values url.Values) {
	text := strings.ToLower(d.Named)
	for _, node := range d.Node.Children {
		if text != "" && !strings.Contains(strings.ToLower(node.Name), text) {
			continue
		}
		if len(d.Children) == maxChildren {
			d.Left++
			continue
		}
		child := treeChild{
			Name: node.Name, Path: p.childPath(asked, values, node), Rows: node.Rows, VCPU: node.VCPU,
			Memory: sizeOrNone(node.MemoryMiB), Disk: sizeOrNone(node.DiskGiB * 1024),
			Kinds: d.columnsOf(node), Share: shareOf(node.Rows, d.Node.Rows, "accent", "rows"),
		}
		d.Children = append(d.Children, child)
	}
}

// columnsOf are a node's rows by the kinds that have columns, and of the others together.
func (d *treeData) columnsOf(node inventory.Node) (columns []int64) {
	rest := node.Rows
	for _, kind := range d.Kinds {
		columns = append(columns, node.Kinds[kind])
		rest -= node.Kinds[kind]
	}
	if d.HasOthers {
		columns = append(columns, rest)
	}
	return columns
}

// childPath leads deeper, or to the rows of a node that has nothing beneath it. A name with a
// dot in it cannot be written into a path but at its end.
func (p *Page) childPath(asked treeAsked, values url.Values, node inventory.Node) string {
	parts := append(slices.Clone(asked.path), node.Name)
	if node.Name != "" {
		if path, err := inventory.ParseTreePath(node.Path); err == nil && slices.Equal(path, parts) {
			return treePath(values, node.Path)
		}
	}
	return p.rowsPath(asked, asked.within().Query.And(inventory.TreeLabels[len(asked.path)], node.Name))
}

// rowsPath is the address of the rows that a query means, among the kinds that have a place in
// the tree; empty where no address can say that.
func (p *Page) rowsPath(asked treeAsked, narrowed query.Query, kinds ...string) string {
	if _, err := query.Parse(narrowed.String(), schemasOf(p.kinds)); err != nil {
		return ""
	}
	if len(kinds) == 0 && len(asked.path) == 0 && len(asked.scope.Kinds) < len(p.kinds) {
		for _, kind := range asked.scope.Kinds {
			kinds = append(kinds, kind.Name())
		}
	}
	return with("/inventory", url.Values{"q": {narrowed.String()}, "kind": kinds, "at": {asked.at}})
}

func (p *Page) distributionOf(asked treeAsked, narrowed query.Query, counts inventory.Counts) distribution {
	d := distribution{Label: asked.by, More: counts.Others, Lists: hasLists(asked.scope.Kinds, asked.by)}
	rest, without := counts.Total, narrowed.String()
	for _, group := range counts.Groups {
		value := group.Values[0]
		rest -= group.Rows
		without += " " + unequal(asked.by, value)
		one := bar{Value: value, None: value == "", Rows: group.Rows, Path: p.rowsPath(asked, narrowed.And(asked.by, value))}
		one.Share = shareOf(group.Rows, counts.Total, "accent", "rows")
		one.Percent = one.Share.Percent
		d.Bars = append(d.Bars, one)
	}
	if d.More == 0 {
		return d
	}
	d.Others = bar{Rows: max(0, rest), Share: shareOf(max(0, rest), counts.Total, "rest", "rows")}
	d.Others.Percent = d.Others.Share.Percent
	if others, err := query.Parse(without, schemasOf(p.kinds)); err == nil {
		d.Others.Path = p.rowsPath(asked, others)
	}
	return d
}

// unequal is a matcher of the rows whose label does not have a value.
func unequal(label, value string) string {
	return strings.Replace(query.Query{}.And(label, value).String(), label+"=", label+"!=", 1)
}

// hasLists says that a row may have several values of a label, so that it counts more than once.
func hasLists(kinds []*resource.Kind, label string) bool {
	return slices.ContainsFunc(schemasOf(kinds), func(schema *query.Schema) bool {
		columns := schema.Source(label).Columns
		return len(columns) > 1 || len(columns) == 1 && schema.Columns[columns[0]].Type == resource.ListColumn
	})
}

// labelsOf are the labels that the kinds have, in alphabetical order.
func labelsOf(kinds []*resource.Kind) (labels []string) {
	for _, schema := range schemasOf(kinds) {
		labels = append(labels, schema.Labels()...)
	}
	slices.Sort(labels)
	return slices.Compact(labels)
}

// sizeOrNone is a size, or nothing where there is none.
func sizeOrNone(mib int64) string {
	if mib == 0 {
		return ""
	}
	return mebibytes(mib)
}
