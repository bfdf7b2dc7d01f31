package output

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"cloudsync/untrusted"
)

// Whatever way a text goes out, a terminal gets nothing of it but what is seen.
func TestPrinterWritesNothingUnseen(t *testing.T) {
	t.Parallel()
	ways := map[string]func(*Printer, string){
		"Line":    func(p *Printer, text string) { p.Line("%s: %v", text, errors.New(text)) },
		"bytes":   func(p *Printer, text string) { p.Line("%s", json.RawMessage(text)) },
		"Lines":   func(p *Printer, text string) { p.Lines(text) },
		"Note":    func(p *Printer, text string) { p.Note(Warn, text) },
		"Styled":  func(p *Printer, text string) { p.Styled(Warn, text) },
		"Prompt":  func(p *Printer, text string) { p.Prompt(text) },
		"Live":    func(p *Printer, text string) { p.Live().Show(text, text) },
		"JSON":    func(p *Printer, text string) { _ = p.JSON(map[string]string{text: text}) },
		"Log":     func(p *Printer, text string) { NewLog(p.Writer()).Warn(text, "name", text, "error", errors.New(text)) },
		"Command": func(p *Printer, text string) { p.Command("  starter prune --scope %s", text) },
		"Table": func(p *Printer, text string) {
			table := NewTable(Column{Title: "A", Min: 10}, Column{Title: "B", Tail: true, Min: 10})
			table.Row(Text(text), Text(text))
			table.Remark(Bad, text)
			p.Table(table)
		},
		"Figures": func(p *Printer, text string) {
			var figures Figures
			figures.AddStyled("name", text, Warn)
			p.Figures(&figures)
		},
	}
	texts := allOfUnicode()
	for name, write := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, text := range texts {
				var out bytes.Buffer
				write(NewNarrowPrinter(&out), text)
				for line := range strings.Lines(out.String()) {
					line = strings.TrimSuffix(line, "\n")
					require.Equal(t, untrusted.Terminal(line), line)
				}
			}
		})
	}
}

// allOfUnicode is every character, in texts of 1024, and bytes that are none. Of what
// is private or not assigned, in whole planes, there are a few.
func allOfUnicode() []string {
	texts := []string{"\x9b31m\xff"}
	for first := rune(0); first <= unicode.MaxRune; first += 1024 {
		if plane := first >> 16; plane > 3 && plane != 0xE && first&0xFFFF != 0xFC00 {
			continue
		}
		var text strings.Builder
		for r := first; r < first+1024; r++ {
			if utf8.ValidRune(r) {
				text.WriteRune(r)
			}
		}
		texts = append(texts, text.String())
	}
	return texts
}

func TestLineKeepsToItsLines(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	NewPrinter(&out, false).Line("%s of %d\n  %s", "a\nb", 3, errors.New("c\r\nd"))
	require.Equal(t, "a b of 3\n  c  d\n", out.String())
}

func TestCommandsAreCopiedWhole(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	NewNarrowPrinter(&out).Command("  starter plan %s --limit %d --scope %s", "resource_host", 3, "mock/prod/$(touch x)")
	require.Equal(t, "  starter plan resource_host --limit 3 --scope 'mock/prod/$(touch x)'\n", out.String())
}
