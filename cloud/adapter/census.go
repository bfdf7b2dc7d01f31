package adapter

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Census declares a list of the whole account, which serves all its regions: for a cloud
// that has no list of one region, and for what the resources of all regions are joined
// with. The regions of a run share one load of it, which nobody changes: rows have copies.
// S embeds a Shelf.
type Census[S Session, T any] struct {
	// Actions are asked one after the other, each through all its pages, by tokens; Path is
	// where the list is in an answer.
	Actions []string
	Path    string
	// Ask makes one call, of no region.
	Ask func(ctx context.Context, s S, q Query) (Answer[T], error)
	// Take gives the resources in place of Ask, where they are in those of another census:
	// see Inside. It gives what an Answer Lacks, too. Then Actions and Path are where those
	// come from.
	Take func(ctx context.Context, s S, v Visit, take func(*Item[T])) (lacks map[string]string, err error)
	// Key is what a resource is known by in the whole account, "" where it does not say:
	// pages are in its order, and resources of other kinds refer to it.
	Key func(*T) string
	// Region is a resource's region, "" where it does not say; nil: they have none.
	Region func(*T) string
}

// Members are the resources of a census, as one load had them.
type Members[T any] struct {
	byKey    map[string]*Item[T]
	byRegion map[string][]member[T] // by key
	lacks    map[string]string      // why not all of a region are there, or of any by ""
}

type member[T any] struct {
	key  string
	item *Item[T]
}

// Visit is who needs what is kept, and when: a kind in a region, which begins its listing
// or goes on with it, and has listed its own resources.
type Visit struct {
	user, region string
	begins, ends bool
	listed       time.Time // when its own list ended
}

// whole is one load, which is new enough for the visitor.
func (c *Census[S, T]) whole(ctx context.Context, s S, v Visit) (loaded[*Members[T]], error) {
	return c.visit(ctx, s, v, func(*loaded[*Members[T]]) bool { return true })
}

// Covering gives the members, loaded anew once where they lack one of the keys and are
// older than what the visitor has listed. Then what they lack is gone.
func (c *Census[S, T]) Covering(ctx context.Context, s S, v Visit, keys []string) (*Members[T], error) {
	return c.Showing(ctx, s, v, func(all *Members[T]) bool { return all.has(keys) })
}

// Showing gives the members, loaded anew once where they do not show what the visitor has
// listed and are older than that.
func (c *Census[S, T]) Showing(ctx context.Context, s S, v Visit, show func(*Members[T]) bool) (*Members[T], error) {
	load, err := c.visit(ctx, s, v, func(l *loaded[*Members[T]]) bool { return !l.began.Before(v.listed) || show(l.value) })
	return load.value, err
}

func (c *Census[S, T]) visit(ctx context.Context, s S, v Visit, fits func(*loaded[*Members[T]]) bool) (loaded[*Members[T]], error) {
	serves := func(l *loaded[*Members[T]]) bool { return l.serves(v) && fits(l) }
	load, err := get(ctx, s, c, v.user, serves, func(ctx context.Context, all **Members[T]) (err error) {
		*all, err = c.load(ctx, s, v)
		return err
	})
	if err == nil {
		err = load.value.covers(v.region)
	}
	return load, named(c.Actions[0], err)
}

// load lists the whole account, for a visitor, or for nobody: then nothing of before counts.
func (c *Census[S, T]) load(ctx context.Context, s S, v Visit) (*Members[T], error) {
	all := &Members[T]{byKey: map[string]*Item[T]{}, byRegion: map[string][]member[T]{}}
	var err error
	all.lacks, err = c.each(ctx, s, v, func(item *Item[T]) {
		region := ""
		if c.Region != nil {
			region = c.Region(&item.Value)
		}
		all.add(region, c.Key(&item.Value), item)
	})
	if err != nil {
		return nil, err
	}
	all.sort()
	return all, nil
}

// each takes all resources, and gives what the answers lack.
func (c *Census[S, T]) each(ctx context.Context, s S, v Visit, take func(*Item[T])) (map[string]string, error) {
	if c.Take != nil {
		return c.Take(ctx, s, v, take)
	}
	lacks := map[string]string{}
	ask := func(ctx context.Context, s S, q Query) (Answer[T], error) {
		answer, err := c.Ask(ctx, s, q)
		maps.Copy(lacks, answer.Lacks)
		answer.Lacks = nil // the other regions are whole
		return answer, err
	}
	for _, action := range c.Actions {
		if err := Each(ctx, s, Query{Action: action, Path: c.Path, Anew: v.user == ""}, ask, take); err != nil {
			return nil, err
		}
	}
	return lacks, nil
}

// Inside is for Census.Take: the parts that the resources of another census have in them, as
// subnets are in networks. One load of that serves both kinds, and each load of the parts is
// of another one.
func Inside[S Session, T, P any](whole *Census[S, T], parts func(*Item[T]) []Item[P]) func(context.Context, S, Visit, func(*Item[P])) (map[string]string, error) {
	return func(ctx context.Context, s S, v Visit, take func(*Item[P])) (map[string]string, error) {
		all, err := whole.around(ctx, s, v)
		if err != nil {
			return nil, err
		}
		for _, members := range all.byRegion {
			for _, one := range members {
				for _, part := range parts(one.item) {
					take(&part)
				}
			}
		}
		return all.lacks, nil
	}
}

// around are the members for a load of what is in them. All regions of the visitor's kind are
// one user: the load of the parts that they share is, with what it lacks of any region. As
// that is to be, they are newer than what the visitor has listed.
func (c *Census[S, T]) around(ctx context.Context, s S, v Visit) (*Members[T], error) {
	if v.user == "" {
		return c.load(ctx, s, v)
	}
	v.user, _, _ = strings.Cut(v.user, "/")
	v.region = ""
	return c.Showing(ctx, s, v, func(*Members[T]) bool { return false })
}

// covers is an error where the list has not all of a region, as the cloud itself says.
func (m *Members[T]) covers(region string) error {
	for _, of := range []string{"", region} {
		if why, lacks := m.lacks[of]; lacks {
			return lacking(why)
		}
	}
	return nil
}

// add takes a resource in; a list that changes while it is read can have one twice. With
// other content it stays beside the first: the sync tells of it.
func (m *Members[T]) add(region, key string, item *Item[T]) {
	if key != "" {
		if before := m.byKey[key]; before != nil && reflect.DeepEqual(before, item) {
			return
		}
		m.byKey[key] = item
	}
	m.byRegion[region] = append(m.byRegion[region], member[T]{key: key, item: item})
}

func (m *Members[T]) sort() {
	for _, members := range m.byRegion {
		slices.SortStableFunc(members, func(a, b member[T]) int { return strings.Compare(a.key, b.key) })
	}
}

// Of is the resource with a key, nil where there is none.
func (m *Members[T]) Of(key string) *Item[T] { return m.byKey[key] }

// IsEmpty says that there is no resource with a key.
func (m *Members[T]) IsEmpty() bool { return len(m.byKey) == 0 }

func (m *Members[T]) has(keys []string) bool {
	return !slices.ContainsFunc(keys, func(key string) bool { return m.byKey[key] == nil })
}

// Nameless is one that has no key, and so may be any of the region's resources that is
// looked for by its key; nil where there is none.
func (m *Members[T]) Nameless(region string) *Item[T] {
	for _, members := range [][]member[T]{m.byRegion[region], m.byRegion[""]} {
		if len(members) > 0 && members[0].key == "" { // they are sorted
			return members[0].item
		}
	}
	return nil
}

// mayBeIn are all that may be of the region: one that does not say where it is may be of any.
func (m *Members[T]) mayBeIn(region string) []member[T] {
	return append(slices.Clip(m.byRegion[region]), m.byRegion[""]...)
}

// after is the page of a region's resources whose keys follow the given one, with the last
// key where there are more. Resources that come and go between two pages, or between two
// workers, move no other over the page's edge. Those of one key, or without one, are on one
// page, however long that gets.
func (m *Members[T]) after(region, key string, size int) (page []*Item[T], last string) {
	all := m.byRegion[region]
	if key != "" {
		from, _ := slices.BinarySearchFunc(all, key, func(one member[T], key string) int {
			if one.key <= key {
				return -1
			}
			return 1
		})
		all = all[from:]
	}
	for _, one := range all {
		if len(page) >= size && last != "" && last != one.key {
			return page, last
		}
		page, last = append(page, one.item), one.key
	}
	return page, ""
}
