package cli

import (
	"fmt"
	"strings"

	"cloudsync/activities"
	"cloudsync/starter/output"
)

// summary is what the record and the report of a run have in common.
type summary struct {
	kind     string
	outcome  string
	stats    activities.Stats
	timeTook float64
	scopes   int64
	failed   int64
	held     int64
	orphans  activities.Orphans
	left     int64 // a record has it in the reasons of its scopes
}

// addFigures adds the statistics under the names that logs and reports use.
func (s summary) addFigures(figures *output.Figures) {
	outcome := outcomeCell(s.outcome)
	figures.AddStyled("outcome", outcome.Text, outcome.Style)
	for _, stat := range []struct {
		name  string
		value int64
	}{
		{"public.cloud.num", s.stats.CloudNum}, {"db.num", s.stats.DBNum},
		{"toAddNum", s.stats.ToAdd}, {"toModNum", s.stats.ToMod}, {"toDelNum", s.stats.ToDel},
		{"suAddNum", s.stats.SuAdd}, {"suModNum", s.stats.SuMod}, {"suDelNum", s.stats.SuDel},
	} {
		figures.Add(stat.name, fmt.Sprint(stat.value))
	}
	s.addExceptions(figures)
	figures.Add("timeTook", fmt.Sprintf("%.3f s", s.timeTook))
	figures.Add("scopes", s.scopesText())
}

// addExceptions adds the figures that are zero in an ordinary run.
func (s summary) addExceptions(figures *output.Figures) {
	if s.stats.Rehashed > 0 {
		figures.Add("rehashedNum", fmt.Sprint(s.stats.Rehashed))
	}
	if s.stats.Held > 0 {
		figures.AddStyled("heldNum", fmt.Sprint(s.stats.Held), output.Warn)
	}
	if s.left > 0 {
		figures.AddStyled("leftNum", fmt.Sprint(s.left), output.Warn)
	}
	if s.stats.PagingSkips > 0 {
		figures.Add("pagingSkips", fmt.Sprint(s.stats.PagingSkips))
	}
	if s.stats.FailedRows > 0 {
		figures.AddStyled("failedRowNum", fmt.Sprint(s.stats.FailedRows), output.Warn)
	}
	if s.orphans.OrphanRows > 0 {
		figures.AddStyled("orphans", orphansText(s.orphans), output.Warn)
	}
}

// orphansText says what no run looks after any more.
func orphansText(orphans activities.Orphans) string {
	return fmt.Sprintf("%s in %s that the configuration no longer has: see `starter prune`",
		plural(orphans.OrphanRows, "row"), plural(orphans.OrphanScopes, "scope"))
}

func (s summary) scopesText() string {
	text := fmt.Sprint(s.scopes)
	var exceptions []string
	if s.failed > 0 {
		exceptions = append(exceptions, fmt.Sprintf("%d failed", s.failed))
	}
	if s.held > 0 {
		exceptions = append(exceptions, fmt.Sprintf("%d held", s.held))
	}
	if len(exceptions) > 0 {
		text += " (" + strings.Join(exceptions, ", ") + ")"
	}
	return text
}
