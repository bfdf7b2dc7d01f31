package store

import (
	"context"
)

// pages reads something long page by page, and gives it item by item.
type pages[T any] struct {
	// next reads the page after the last item, nil for the first page; an empty one
	// is the end.
	next func(ctx context.Context, last *T) ([]T, error)
	page []T
	last *T
	read bool // to the end
}

// head is the next item, nil at the end. It is valid until drop.
func (p *pages[T]) head(ctx context.Context) (*T, error) {
	if len(p.page) == 0 && !p.read {
		page, err := p.next(ctx, p.last)
		if err != nil {
			return nil, err
		}
		p.page, p.read = page, len(page) == 0
	}
	if p.read {
		return nil, nil
	}
	return &p.page[0], nil
}

// drop goes on to the item after the head.
func (p *pages[T]) drop() {
	p.last, p.page = &p.page[0], p.page[1:]
}
