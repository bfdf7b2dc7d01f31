package alibabafake

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"cloudsync/cloud/fake"
)

// integer is a parameter that is a whole number, or what it is without.
func (c *call) integer(name string, without int) int {
	value, err := strconv.Atoi(c.parameters.Get(name))
	if err != nil {
		return without
	}
	return value
}

const tokenForm = "page at %d"

// page cuts the page out of a list that NextToken and MaxResults ask for.
func page[T any](c *call, all []T, least, most int) (part []T, token string, failed *failure) {
	offset := 0
	if given := c.parameters.Get("NextToken"); given != "" {
		text, err := base64.URLEncoding.DecodeString(given)
		if err != nil {
			return nil, "", invalidToken
		}
		if _, err := fmt.Sscanf(string(text), tokenForm, &offset); err != nil {
			return nil, "", invalidToken
		}
	}
	limit := min(max(c.integer("MaxResults", least), least), most)
	part, next := fake.Page(c.cloud, all, offset, limit)
	if next >= 0 {
		token = base64.URLEncoding.EncodeToString(fmt.Appendf(nil, tokenForm, next))
	}
	return part, token, nil
}

// numbered cuts the page out of a list that PageNumber and PageSize ask for.
func numbered[T any](c *call, all []T, most int) (part []T, number, size, total int) {
	return numberedBy(c, all, most, "PageNumber", "PageSize")
}

func numberedBy[T any](c *call, all []T, most int, numberIn, sizeIn string) (part []T, number, size, total int) {
	number, size = max(1, c.integer(numberIn, 1)), min(max(1, c.integer(sizeIn, most)), most)
	if c.cloud.PageSize > 0 {
		size = min(size, c.cloud.PageSize)
	}
	part, _ = fake.Page(c.cloud, all, (number-1)*size, size)
	return part, number, size, len(all)
}

// only keeps what is asked for by its id; none asked for: all.
func only[T any](all []T, ids []string, id func(T) string) []T {
	if ids == nil {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), func(one T) bool { return !slices.Contains(ids, id(one)) })
}

// commas are the ids in a parameter, one after another; nil where it is not given.
func (c *call) commas(name string) []string {
	if !c.parameters.Has(name) {
		return nil
	}
	return strings.Split(c.parameters.Get(name), ",")
}

// setTags adds a tag list, which is left out where there is none.
func setTags(to object, tags map[string]string) { putTags(to, tags, "TagKey", "TagValue") }

// setKeys adds one as most of VPC's actions write it.
func setKeys(to object, tags map[string]string) { putTags(to, tags, "Key", "Value") }

func putTags(to object, tags map[string]string, keyed, valued string) {
	if len(tags) == 0 {
		return
	}
	list := []object{}
	for key, value := range tags {
		list = append(list, object{keyed: key, valued: value})
	}
	to["Tags"] = object{"Tag": list}
}

const (
	minutes = "2006-01-02T15:04Z"
	seconds = "2006-01-02T15:04:05Z"
)

// moment writes a time; zero as never.
func moment(at time.Time, layout, never string) string {
	if at.IsZero() {
		return never
	}
	return at.UTC().Format(layout)
}
