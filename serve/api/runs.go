package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"cloudsync/history"
)

// RunsInput says which runs are asked for.
type RunsInput struct {
	Kind  string `query:"kind" maxLength:"64" doc:"Of one kind, with or without resource_; without it, of all."`
	Limit int64  `query:"limit" default:"20" minimum:"1" maximum:"1000" doc:"Runs at most."`
}

// RunsBody is the records of runs.
type RunsBody struct {
	Runs []history.RunView `json:"runs" doc:"The newest first."`
}

// RunInput names a run.
type RunInput struct {
	Run      string `path:"run" maxLength:"256" example:"latest" doc:"A number, an id or the beginning of one, a kind for its newest run, or latest."`
	Failures int64  `query:"failures" default:"20" minimum:"0" maximum:"1000" doc:"Rows at most that could not be stored."`
}

func (a *API) registerRuns() {
	huma.Register(a.huma, get("/runs", "runs", "history", "Recorded runs", "The newest runs, with what they added, modified, deleted and held."), a.runs)
	huma.Register(a.huma, get("/runs/{run}", "run", "history", "One run", "A run with its scopes, and rows that could not be stored.", 404), a.run)
}

func (a *API) runs(ctx context.Context, in *RunsInput) (*struct{ Body RunsBody }, error) {
	if in.Kind != "" {
		kind, err := a.kindNamed(in.Kind)
		if err != nil {
			return nil, wrong("query.kind", err)
		}
		in.Kind = kind.Name()
	}
	runs, err := a.options.Store.Runs(ctx, in.Kind, in.Limit)
	if err != nil {
		return nil, a.failed(ctx, err)
	}
	holds, err := history.ReadHolds(ctx, a.options.Store, runs...)
	if err != nil {
		return nil, a.failed(ctx, err)
	}
	return &struct{ Body RunsBody }{RunsBody{history.RunViews(runs, holds)}}, nil
}

func (a *API) run(ctx context.Context, in *RunInput) (*struct{ Body history.RecordView }, error) {
	run, err := history.FindRun(ctx, a.options.Store, a.options.Kinds, in.Run)
	if err != nil {
		return nil, a.failed(ctx, err)
	}
	record, err := history.ReadRecord(ctx, a.options.Store, run, in.Failures)
	if err != nil {
		return nil, a.failed(ctx, err)
	}
	return &struct{ Body history.RecordView }{record.View()}, nil
}
