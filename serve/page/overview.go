package page

import (
	"context"
	"net/http"
)

func (p *Page) registerOverview() {
	p.show("/{$}", p.overview)
}

func (p *Page) overview(context.Context, *http.Request) (View, error) {
	return View{Page: "overview", Title: "Overview", Nav: "/"}, nil
}
