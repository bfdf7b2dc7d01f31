package google

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// caches are what Memorystore has: instances for Redis, clusters for Redis, and instances for
// Valkey. Valkey's API is enabled apart.
var caches = adapter.Several{
	&adapter.Listing[*session, redis]{
		Kind: resource.CacheKind, What: "instance", Action: redisList, Path: questions[redisList].list, IDField: "name",
		Pages: adapter.Tokens(questions[redisList].limit), IDs: adapter.Together(maxIDs).If(isRedis),
		Ask: relisted((*redis).id), ID: (*redis).id, Row: redisRow,
		Region: func(r *redis) string { return regionOf(r.Name) },
	},
	clusters(clusterList, "cluster"),
	clusters(valkeyList, "instance"),
}

// redis is an instance for Redis, which has no id but its name. Which of its zones the primary
// is in changes by itself.
type redis struct {
	Name                  string            `json:"name"`
	State                 string            `json:"state"`
	Tier                  string            `json:"tier"`
	LocationID            string            `json:"locationId"`
	AlternativeLocationID string            `json:"alternativeLocationId"`
	RedisVersion          string            `json:"redisVersion"` // such as REDIS_7_0
	MemorySizeGb          string            `json:"memorySizeGb"`
	ReplicaCount          string            `json:"replicaCount"`
	Host                  string            `json:"host"`
	Port                  string            `json:"port"`
	AuthorizedNetwork     string            `json:"authorizedNetwork"`
	Labels                map[string]string `json:"labels"`
	CreateTime            string            `json:"createTime"`
}

func (r *redis) id() string { return r.Name }

// isRedis says that an id is of the form of an instance's for Redis.
func isRedis(id string) bool { return strings.HasPrefix(id, "projects/") }

func redisRow(f *adapter.Fields, r *redis) resource.Row {
	return &resource.Cache{
		Meta:           resource.Meta{NativeID: r.Name},
		Name:           nameOf(r.Name),
		Status:         r.State,
		Zones:          adapter.Set(r.LocationID, r.AlternativeLocationID),
		Engine:         "redis",
		EngineVersion:  number(r.RedisVersion),
		InstanceType:   r.Tier,
		MemoryMiB:      f.Scaled("memorySizeGb", r.MemorySizeGb, 1<<10),
		Replicas:       f.Whole("replicaCount", r.ReplicaCount),
		Endpoint:       r.Host,
		Port:           f.Port("port", r.Port),
		VPCID:          pathOf(r.AuthorizedNetwork),
		Tags:           tagsOf(r.Labels),
		CloudCreatedAt: f.Time("createTime", r.CreateTime, zone),
	}
}

// relisted asks for a page of what a product has in a region, also where it is asked for ids:
// then the others of the page are left out.
func relisted[T any](id func(*T) string) func(context.Context, *session, adapter.Query) (adapter.Answer[T], error) {
	return func(ctx context.Context, s *session, q adapter.Query) (adapter.Answer[T], error) {
		if q.Region == global { // where no cache is
			return adapter.Answer[T]{}, nil
		}
		if q.Begins() {
			if err := s.offered(ctx, q); err != nil {
				return adapter.Answer[T]{}, err
			}
		}
		answer, err := ask[T](ctx, s, q)
		if len(q.IDs) > 0 {
			answer.Items = slices.DeleteFunc(answer.Items, func(item adapter.Item[T]) bool {
				id := id(&item.Value)
				return id != "" && !slices.Contains(q.IDs, id)
			})
		}
		return answer, err
	}
}

// offered fails where a product has no such region: asked there, it says that a permission is
// missing. Where the API is not enabled, it has none.
func (s *session) offered(ctx context.Context, q adapter.Query) error {
	list := locationLists[questions[q.Action].product]
	locations, err := adapter.Recent(ctx, s, list, len(q.IDs) > 0, func(ctx context.Context) ([]string, error) {
		names, err := s.names(ctx, list, func(l *named) string { return l.ID })
		if cloud.ClassOf(err) == cloud.RegionDisabled {
			return nil, nil
		}
		return names, err
	})
	if err != nil || slices.Contains(locations, q.Region) {
		return err
	}
	return &cloud.Error{Class: cloud.RegionDisabled, Doing: list, Err: fmt.Errorf("there is no region %s", q.Region)}
}
