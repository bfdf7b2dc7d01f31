package output

// Style is how a text stands out, where it is shown in colour.
type Style string

// The styles, as ANSI escape codes.
const (
	Plain Style = ""
	Faint Style = "2"
	Good  Style = "32"
	Warn  Style = "1;33"
	Bad   Style = "1;31"
)

func (p paper) paint(style Style, text string) string {
	if !p.colour || style == Plain || text == "" {
		return text
	}
	return "\x1b[" + string(style) + "m" + text + "\x1b[0m"
}
