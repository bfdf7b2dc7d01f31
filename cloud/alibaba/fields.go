package alibaba

import (
	"encoding/json"
	"slices"
	"time"

	"cloudsync/cloud/adapter"
)

// tagList is how all products list tags.
type tagList struct{ Tag []tag }

type tag struct{ TagKey, TagValue string }

func (t tagList) byKey() map[string]string {
	return adapter.Tags(t.Tag, func(t tag) (key, value string) { return t.TagKey, t.TagValue })
}

// zone is that of times which do not name theirs: the others end in Z.
var zone = time.UTC

// list is ids as a JSON array, which is how ECS takes them.
func list(ids []string) string {
	text, err := json.Marshal(ids)
	if err != nil {
		return "[]" // cannot be: any list of strings can be written
	}
	return string(text)
}

// distinct are the texts that are there, each once.
func distinct(texts ...string) []string {
	var kept []string
	for _, text := range texts {
		if text != "" && !slices.Contains(kept, text) {
			kept = append(kept, text)
		}
	}
	return kept
}
