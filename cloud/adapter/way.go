package adapter

import (
	"reflect"
	"strconv"
	"strings"
)

// way is where a value is in a resource, step by step: a name, and whether it is that of a
// list, to all elements of which the next step leads.
type way struct {
	steps        []string
	throughLists bool
}

// each ends a step to the elements of a list.
const each = "[]"

func wayOf(text string) way { return way{strings.Split(text, "."), strings.Contains(text, each)} }

// fillAlong sets the target to what is at the end of a way: where that leads through lists, to
// a list of all.
func (i *Item[T]) fillAlong(target reflect.Value, object map[string]any, w way, path string) {
	i.follow(object, w.steps, path, func(tree any, path string) {
		switch {
		case !w.throughLists:
			i.fill(target, tree, path)
		case tree != nil:
			element := reflect.New(target.Type().Elem()).Elem()
			i.fill(element, tree, path)
			target.Set(reflect.Append(target, element))
		}
	})
}

// follow takes what is at the ends of a way. What should be an object or a list, and is not, is
// refused.
func (i *Item[T]) follow(tree any, steps []string, path string, take func(tree any, path string)) {
	if len(steps) == 0 {
		take(tree, path)
		return
	}
	object, _ := i.composite(tree, reflect.Struct, path).(map[string]any)
	name, isList := strings.CutSuffix(steps[0], each)
	key, value := valueOf(object, name)
	if path = below(path, key); !isList {
		i.follow(value, steps[1:], path, take)
		return
	}
	list, _ := i.composite(value, reflect.Slice, path).([]any)
	for at, element := range list {
		if element != nil {
			i.follow(element, steps[1:], path+"["+strconv.Itoa(at)+"]", take)
		}
	}
}

// composite is an object for a struct, or a list for a slice; nil where there is none.
func (i *Item[T]) composite(tree any, kind reflect.Kind, path string) any {
	if element, isXML := tree.(*Element); isXML {
		tree = element.as(kind)
	}
	_, isObject := tree.(map[string]any)
	_, isList := tree.([]any)
	switch {
	case tree == nil || saysNothing(tree):
		return nil
	case isObject && kind == reflect.Struct, isList && kind == reflect.Slice:
		return tree
	default:
		i.refuse(path, tree)
		return nil
	}
}

// valueOf is what an object has of a name, which it may write in another case.
func valueOf(object map[string]any, name string) (key string, value any) {
	if value, there := object[name]; there {
		return name, value
	}
	for key, value := range object {
		if strings.EqualFold(key, name) {
			return key, value
		}
	}
	return name, nil
}
