package activities

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// IDs are ids of scopes, which are mostly given one after the other. As JSON they are a
// text of ranges, such as "1-200,312": tens of thousands fit one payload.
type IDs []int64

// MarshalJSON implements json.Marshaler.
func (ids IDs) MarshalJSON() ([]byte, error) {
	var ranges []string
	for i := 0; i < len(ids); {
		last := i
		for last+1 < len(ids) && ids[last+1] == ids[last]+1 {
			last++
		}
		text := strconv.FormatInt(ids[i], 10)
		if last > i {
			text += "-" + strconv.FormatInt(ids[last], 10)
		}
		ranges = append(ranges, text)
		i = last + 1
	}
	return json.Marshal(strings.Join(ranges, ","))
}

// maxIDs bounds what a damaged text can ask for.
const maxIDs = 1 << 24

// UnmarshalJSON implements json.Unmarshaler.
func (ids *IDs) UnmarshalJSON(encoded []byte) error {
	var text string
	if err := json.Unmarshal(encoded, &text); err != nil {
		return err
	}
	*ids = IDs{}
	if text == "" {
		return nil
	}
	for _, part := range strings.Split(text, ",") {
		from, to, isRange := strings.Cut(part, "-")
		first, err := strconv.ParseInt(from, 10, 64)
		last := first
		if err == nil && isRange {
			last, err = strconv.ParseInt(to, 10, 64)
		}
		if err != nil || last < first || last-first > maxIDs {
			return fmt.Errorf("%q is no range of ids", part)
		}
		for id := first; id <= last; id++ {
			*ids = append(*ids, id)
		}
	}
	return nil
}
