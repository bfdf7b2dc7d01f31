package main

import (
	"cmp"
	"context"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"

	"cloudsync/cloud"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

// server replays answers to the official SDK of one cloud.
type server struct {
	spec  spec
	cloud *fake.Cloud
	http  *httptest.Server
	open  func() cloud.Provider
	joins map[string]document // by action
	seen  map[resource.UID]resource.Row
}

const keyID = "AKIDCONFORMANCE"

// start starts a server of a cloud on loopback.
func start(of spec) *server {
	s := &server{spec: of, cloud: &fake.Cloud{}, joins: map[string]document{}, seen: map[resource.UID]resource.Row{}}
	s.http = httptest.NewServer(of.handler(s.cloud))
	account := &fake.Account{ID: accountID, KeyID: keyID, Key: "secret"}
	for _, region := range of.regions {
		account.Regions = append(account.Regions, &fake.Region{Name: region})
	}
	s.cloud.Add(account)
	// Each replay is another account's: what an adapter keeps of one answer, such as a list
	// that regions share for a minute, is not to serve the next.
	s.open = func() cloud.Provider {
		settings := cloud.Settings{
			Provider: of.provider, Name: "recorded", AccountID: accountID, Endpoint: s.http.URL, RequestsPerSecond: 100_000,
			Credential: cloud.Credential{ID: cloud.SecretText(keyID), Key: cloud.SecretText("secret"), Tenant: "tenant"},
		}
		if of.document != nil {
			settings.Credential = cloud.Credential{Key: cloud.SecretText(of.document(s.http.URL, keyID, "secret"))}
		}
		if of.endpoint != nil {
			settings.Endpoint = of.endpoint(s.http.URL)
		}
		return of.adapter.New(settings)
	}
	return s
}

func (s *server) close() { s.http.Close() }

// addRegions gives the account the regions that the answer names.
func (s *server) addRegions(of action, answer document) {
	s.cloud.Update(func(accounts []*fake.Account) {
		for _, region := range s.regionsOf(of, answer) {
			if accounts[0].Region(region) == nil {
				accounts[0].Regions = append(accounts[0].Regions, &fake.Region{Name: region})
			}
		}
	})
}

// join keeps the first answer to an action as what other listings are joined with. It
// counts as whole, since it is recorded without its further pages.
func (s *server) join(of action, answer document) {
	if _, already := s.joins[of.name]; !already {
		s.joins[of.name] = answer.lastPage()
	}
}

// serve makes the answer that of the action. What was served before of the kind's other lists
// is not served with it.
func (s *server) serve(of action, answer document) error {
	for _, other := range s.spec.actions {
		if other.kind == of.kind {
			s.cloud.Record(other.name, nil)
		}
	}
	for name, joined := range s.joins {
		if err := s.record(name, joined); err != nil {
			return err
		}
	}
	if of.serves != "" {
		if err := s.record(of.serves, answer); err != nil {
			return err
		}
	}
	if err := s.serveReferred(of, answer); err != nil {
		return err
	}
	if of.tags != "" {
		if err := s.record(of.tags, withTags(s.joins[of.tags], of.resourceNames(answer))); err != nil {
			return err
		}
	}
	return s.record(of.name, answer)
}

func (s *server) record(action string, answer document) error {
	body, err := answer.encode()
	if err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	s.cloud.Record(action, body)
	return nil
}

// serveReferred adds what the answer refers to and no recording has, with its id alone.
func (s *server) serveReferred(of action, answer document) error {
	if of.refers.action == "" {
		return nil
	}
	referred, recorded := s.joins[of.refers.action]
	if !recorded {
		referred = document{root: &node{shape: object, children: []*node{{name: "value", shape: list}}}}
	}
	referred = referred.withAll(answer.find(of.refers.path))
	if err := s.record(of.refers.action, referred); err != nil {
		return err
	}
	for _, next := range s.spec.actions {
		if next.name == of.refers.action {
			return s.serveReferred(next, referred)
		}
	}
	return nil
}

// regionsOf are the regions to list: those that the answer's resources name, where they
// do. A resource of another region than was asked for is no row.
func (s *server) regionsOf(of action, answer document) []string {
	var regions []string
	for _, element := range answer.find(cmp.Or(of.inside, of.lists)) {
		region := regionName(element.field(s.spec.region).scalar)
		if s.spec.regionOf != nil {
			region = s.spec.regionOf(element)
		}
		if of.kind != "" && region != "" && !slices.Contains(regions, region) {
			regions = append(regions, region)
		}
	}
	if len(regions) == 0 {
		return s.spec.regions[:1]
	}
	return regions
}

// regionName is the name of a region that an answer may show as people write it: East US.
// It is empty for what is no text.
func regionName(shown any) string {
	name, _ := shown.(string)
	return strings.ReplaceAll(strings.ToLower(name), " ", "")
}

// countRegions replays a listing of regions.
func (s *server) countRegions(ctx context.Context, of action, answer document) (int, error) {
	if err := s.serve(of, answer); err != nil {
		return 0, err
	}
	regions, err := s.open().(cloud.Entered).EnabledRegions(ctx)
	return len(regions), err
}
