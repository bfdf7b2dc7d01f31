// Command conformance replays recorded answers of the clouds to their official SDKs,
// through the program's own adapters, and prints what became of each: how many
// resources were decoded, which columns stay empty, and which of the answer's values no
// column uses. It fails on an answer that cannot be decoded, a resource that is lost, an
// answer of which each resource has a problem, and a hash that depends on the order of a
// list. A resource that has a problem beside others is told.
//
// The folder has one folder for each cloud, named like the provider; a file's name
// has the API's action in it, such as recorded_1_DescribeInstances.json.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"

	"cloudsync/untrusted"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "conformance: name the folder of the recorded answers: make conformance DIR=FOLDER")
		os.Exit(2)
	}
	if err := run(ctx, os.Args[1], untrusted.LinesTo(os.Stdout)); err != nil {
		fmt.Fprintln(os.Stderr, untrusted.Lines("conformance: "+err.Error()))
		os.Exit(1)
	}
}

func run(ctx context.Context, dir string, out io.Writer) error {
	r := &report{out: out}
	for _, spec := range clouds() {
		files, err := filepath.Glob(filepath.Join(dir, spec.provider, "*"))
		if err != nil {
			return fmt.Errorf("list the recordings: %w", err)
		}
		if len(files) == 0 {
			continue
		}
		slices.Sort(files)
		s := start(spec)
		s.prepare(files)
		for _, file := range files {
			if err := s.checkFile(ctx, file, r); err != nil {
				r.failed(spec.provider, file, err)
			}
		}
		s.close()
	}
	r.summary()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case r.files == 0:
		return fmt.Errorf("%s has no recorded answers: it should have folders such as aws or tencent", dir)
	case r.failures > 0:
		return fmt.Errorf("%d of %d answers failed", r.failures, r.files)
	}
	return nil
}

func (s *server) checkFile(ctx context.Context, file string, r *report) error {
	r.files++
	of, answer, err := s.spec.read(file)
	switch {
	case err != nil:
		return err
	case of.regions:
		return s.checkRegions(ctx, of, answer, file, r)
	case of.kind == "" && of.joined:
		r.skipped(s.spec.provider, file, fmt.Sprintf("no listing of its own: listings are joined with what it has (%d)", len(answer.find(of.lists))))
		return nil
	case of.kind == "":
		r.skipped(s.spec.provider, file, "no listing of a kind")
		return nil
	}
	for _, one := range append([]action{of}, of.also...) {
		result, err := s.check(ctx, one, answer)
		if err != nil {
			return err
		}
		r.checked(s.spec.provider, file, one, result)
	}
	return nil
}

// read reads an answer in the form of the wire. The action is empty for one that is of no
// listing.
func (s spec) read(file string) (action, document, error) {
	body, err := os.ReadFile(file)
	if err != nil {
		return action{}, document{}, fmt.Errorf("read the answer: %w", err)
	}
	answer, err := parse(body)
	if err != nil {
		return action{}, document{}, err
	}
	name := filepath.Base(file)
	of, known := s.actionOfKind(answer.unwrapped())
	if !known {
		of, known = s.actionOf(name)
	}
	if !known {
		if of, known = s.actionOfType(answer.unwrapped()); !known {
			return action{}, answer, nil
		}
	}
	answer = answer.unwrapped()
	if s.provider == "aws" && !answer.xml {
		answer = fromCommandLine(answer, of)
	}
	if s.provider == "google" {
		answer = ofProject(answer.lastPage(), of)
	}
	if s.provider == "azure" && len(answer.find("value")) == 0 { // one resource alone
		answer.root = &node{shape: object, children: []*node{{name: "value", shape: list, children: []*node{answer.root}}}}
	}
	return of, of.onePage(answer.filledIn()), nil
}

// prepare notes what listings are joined with, and makes the regions that answers name.
func (s *server) prepare(files []string) {
	for _, file := range files {
		of, answer, err := s.spec.read(file)
		if err != nil {
			continue // it is reported with the file itself
		}
		s.addRegions(of, answer)
		if of.joined {
			s.join(of, answer)
		}
	}
}

func (s *server) checkRegions(ctx context.Context, of action, answer document, file string, r *report) error {
	enabled, err := s.countRegions(ctx, of, answer)
	if err != nil {
		return fmt.Errorf("not decodable: %w", err)
	}
	if enabled == 0 {
		return errors.New("no region is decoded")
	}
	r.regions(s.spec.provider, file, enabled, len(answer.find(of.lists)))
	return nil
}
