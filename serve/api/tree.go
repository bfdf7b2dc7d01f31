package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"cloudsync/inventory"
)

func (a *API) registerTree() {
	huma.Register(a.huma, get("/tree", "tree", "rows", "A node of the service tree",
		"A node and those right beneath it, the largest first, with how many rows they have by kind, and vCPU, memory and disk of their hosts."), a.tree)
}

// TreeInput names a node.
type TreeInput struct {
	Path string `query:"path" maxLength:"1024" example:"inf.monitor" doc:"GROUP, GROUP.PRODUCT or GROUP.PRODUCT.APP; empty: the whole tree."`
	WhichKinds
	Which
}

func (a *API) tree(ctx context.Context, in *TreeInput) (*tagged[inventory.Node], error) {
	kinds, err := a.kindsNamed(in.Kind)
	if err != nil {
		return nil, err
	}
	scope, err := a.scope(kinds, in.Which)
	if err != nil {
		return nil, err
	}
	path, err := inventory.ParseTreePath(in.Path)
	if err != nil {
		return nil, wrong("query.path", err)
	}
	tag, err := a.tag(ctx, scope)
	if err != nil {
		return nil, err
	}
	node, err := inventory.Tree(ctx, a.options.Inventory, scope, path)
	return &tagged[inventory.Node]{ETag: tag, Body: node}, a.failed(ctx, err)
}
