package clouds

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud/adapter"
	"cloudsync/coverage"
	"cloudsync/resource"
)

const kindsPage = "../../docs/kinds.md"

// The page of kinds names what there is: every column, and every action of a declaration in
// the line of its cloud. Of a kind that a cloud is not listed for, that line says why.
func TestKindsPageNamesAllColumnsAndActions(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(kindsPage)
	require.NoError(t, err)
	for _, name := range resource.Standard().Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kind, err := resource.Standard().Kind(name)
			require.NoError(t, err)
			section := sectionOf(string(page), name)
			require.NotEmpty(t, section, "%s has no section for it", kindsPage)
			for _, column := range kind.Columns() {
				require.Contains(t, section, "`"+column+"`", "%s does not name the column", kindsPage)
			}
			for provider := range adapters {
				line := lineOf(section, provider)
				require.NotEmpty(t, line, "%s has no line for %s", kindsPage, provider)
				require.Contains(t, line, coverage.Gap(provider, name), "%s says another reason for %s", kindsPage, provider)
				for _, action := range actionsOf(provider, name) {
					require.Contains(t, line, "`"+action+"`", "%s does not name the action for %s", kindsPage, provider)
				}
			}
		})
	}
}

// sectionOf is what stands below a heading, "" where there is no such heading.
func sectionOf(page, heading string) string {
	_, after, _ := strings.Cut(page, "\n## "+heading+"\n")
	section, _, _ := strings.Cut(after, "\n## ")
	return section
}

// lineOf is the line of a table that begins with the link to a cloud's page.
func lineOf(section, provider string) string {
	for line := range strings.Lines(section) {
		cells := strings.SplitN(line, "|", 3)
		if len(cells) == 3 && strings.Contains(cells[1], "(clouds/"+provider+".md)") {
			return line
		}
	}
	return ""
}

// actionsOf are those that a cloud declares for a kind.
func actionsOf(provider, kind string) (actions []string) {
	for _, listing := range adapters[provider].Listings {
		about := listing.About()
		if about.Kind.Name() != kind {
			continue
		}
		for _, of := range append([]adapter.About{about}, about.Rest...) {
			actions = append(append(actions, of.Action), of.Others...)
		}
	}
	return actions
}
