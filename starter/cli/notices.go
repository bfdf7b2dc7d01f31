package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"cloudsync/human"
	"cloudsync/notice"
	"cloudsync/starter/output"
	"cloudsync/store"
)

// fates of notices, as --fate has them.
var fates = []string{store.NoticeWaiting, store.NoticeSent, store.NoticeDropped}

const noticesHelp = `List the notices to the receivers under notify, the newest first: what was told to
whom and when, what is waiting to be sent and why, and what was given up. With
--events, list what they are about: what stands, and then what has ended when.`

func (p *Program) noticesCommand() *cobra.Command {
	filter, events := store.NoticeFilter{Limit: 20}, false
	cmd := &cobra.Command{
		Use:   "notices",
		Short: "List what people were told, and what waits to be sent",
		Long:  noticesHelp,
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if filter.Limit < 1 {
				return errors.New("--limit: write a number from 1 up")
			}
			if filter.Fate != "" && !slices.Contains(fates, filter.Fate) {
				return fmt.Errorf("--fate: %.40q is none: write one of %s", filter.Fate, strings.Join(fates, ", "))
			}
			if events && (filter.Fate != "" || filter.Receiver != "") {
				return errors.New("--events is about no receiver: leave --fate and --receiver out")
			}
			return p.withStore(cmd.Context(), func(s *store.Store) error {
				if events {
					return p.listEvents(cmd.Context(), s, filter.Limit)
				}
				return p.listNotices(cmd.Context(), s, filter)
			})
		},
	}
	cmd.Flags().Int64Var(&filter.Limit, "limit", filter.Limit, "how many")
	cmd.Flags().StringVar(&filter.Receiver, "receiver", "", "those for the receiver of this `NAME` alone")
	cmd.Flags().StringVar(&filter.Fate, "fate", "", "those that are waiting, sent or dropped alone")
	cmd.Flags().BoolVar(&events, "events", false, "what the notices are about, and whether it stands")
	return cmd
}

// noticeView is a notice as --output json shows it.
type noticeView struct {
	Receiver string        `json:"receiver"`
	Fate     string        `json:"fate"`
	QueuedAt time.Time     `json:"queued_at"`
	TriedAt  time.Time     `json:"tried_at,omitzero"`
	Attempts int64         `json:"attempts"`
	Error    string        `json:"error,omitempty"`
	Notice   notice.Notice `json:"notice"`
}

// viewNotice shows a notice; one that somebody has edited, without what it said.
func viewNotice(n *store.Notice) noticeView {
	decoded, err := n.Decode()
	if err != nil {
		decoded = notice.Notice{ID: n.ID, Event: notice.Event(n.Event), State: notice.State(n.State), Kind: n.Kind}
	}
	return noticeView{
		Receiver: n.Receiver, Fate: n.Fate, QueuedAt: n.CreatedAt, TriedAt: n.TriedAt, Attempts: n.Attempts, Error: n.Error, Notice: decoded,
	}
}

func (p *Program) listNotices(ctx context.Context, s *store.Store, filter store.NoticeFilter) error {
	all := filter
	all.Limit++ // to know whether there are more
	notices, err := s.Notices(ctx, all)
	if err != nil {
		return err
	}
	views := make([]noticeView, min(int64(len(notices)), filter.Limit))
	for i := range views {
		views[i] = viewNotice(&notices[i])
	}
	return p.show(views, func() {
		if len(views) == 0 {
			p.out.Line("%s", noNotices(filter))
			return
		}
		p.showNotices(views)
		p.showCut(len(views) < len(notices))
	})
}

// noNotices says what it means that a list is empty.
func noNotices(filter store.NoticeFilter) string {
	if filter.Receiver != "" || filter.Fate != "" {
		return "no such notice is on record: `starter notices` lists those to all receivers"
	}
	return "no notice is on record: nothing has happened yet that a receiver under notify is told; tests are not recorded"
}

// showCut says that a limit has cut a list.
func (p *Program) showCut(cut bool) {
	if cut {
		p.out.Line("\nThere are more: --limit shows them.")
	}
}

func (p *Program) showNotices(views []noticeView) {
	table := output.NewTable(
		output.Column{Title: "QUEUED", Right: true}, output.Column{Title: "RECEIVER", Min: 8, Tail: true}, output.Column{Title: "FATE"},
		output.Column{Title: "TRIED", Right: true}, output.Column{Title: "NOTICE", Min: 20},
	)
	for i := range views {
		view := &views[i]
		text, _ := notice.Write(&view.Notice, notice.English, "")
		table.Row(
			output.Text(human.Ago(p.now(), view.QueuedAt)), output.Text(view.Receiver), fateCell(view.Fate),
			output.Text(fmt.Sprint(view.Attempts)), output.Text(text.Title),
		)
		if view.Error != "" {
			table.Remark(output.Warn, view.Error)
		}
	}
	p.out.Table(table)
}

func fateCell(fate string) output.Cell {
	cell := output.Text(fate)
	switch fate {
	case store.NoticeDropped:
		cell.Style = output.Bad
	case store.NoticeWaiting:
		cell.Style = output.Warn
	}
	return cell
}

// eventView is an event as --output json shows it.
type eventView struct {
	notice.Condition
	FoundAt time.Time `json:"found_at"`
	EndedAt time.Time `json:"ended_at,omitzero"`
}

func (p *Program) listEvents(ctx context.Context, s *store.Store, limit int64) error {
	events, err := s.NoticeEvents(ctx, limit+1) // to know whether there are more
	if err != nil {
		return err
	}
	views := make([]eventView, min(int64(len(events)), limit))
	for i := range views {
		views[i] = eventView{Condition: events[i].Condition, FoundAt: events[i].OpenedAt, EndedAt: events[i].ClosedAt}
	}
	return p.show(views, func() {
		p.showEvents(views)
		p.showCut(len(views) < len(events))
	})
}

func (p *Program) showEvents(views []eventView) {
	if len(views) == 0 {
		p.out.Line("no events: nothing has happened that people are told")
		return
	}
	table := output.NewTable(
		output.Column{Title: "FOUND", Right: true}, output.Column{Title: "EVENT"}, output.Column{Title: "KIND"},
		output.Column{Title: "WHERE", Min: 8, Tail: true}, output.Column{Title: "ENDED", Right: true},
	)
	for i := range views {
		view := &views[i]
		ended := output.Cell{Text: "stands", Style: output.Warn}
		switch {
		case !view.EndedAt.IsZero():
			ended = output.Text(human.Ago(p.now(), view.EndedAt))
		case view.Event.Passes():
			ended = output.Text("a moment")
		}
		table.Row(output.Text(human.Ago(p.now(), view.FoundAt)), output.Text(string(view.Event)), output.Text(human.Kind(view.Kind)), output.Text(view.Place.String()), ended)
		table.Remark(output.Faint, view.Reason)
		if told := view.FoundAt.Add(view.Grace); view.EndedAt.IsZero() && told.After(p.now()) {
			table.Remark(output.Faint, "nobody is told before "+second(told)+" UTC: it may be over by then")
		}
	}
	p.out.Table(table)
}
