package azure

import "cloudsync/cloud/adapter"

// entity is a resource as ARM writes each; P are the properties of its type. What a type does
// not have is empty.
type entity[P any] struct {
	ID         string            `json:"id"`
	Name       string            `json:"name"`
	Location   string            `json:"location"`
	Kind       string            `json:"kind"`
	Zones      []string          `json:"zones"`
	Tags       map[string]string `json:"tags"`
	SKU        sku               `json:"sku"`
	Properties P                 `json:"properties"`
	SystemData struct {
		CreatedAt string `json:"createdAt"`
	} `json:"systemData"`
}

func (e *entity[P]) key() string { return idOf(e.ID) }

func (e *entity[P]) region() string { return locationOf(e.Location) }

// listed are all entities of the subscription that actions list.
func listed[P any](actions ...string) adapter.Census[*session, entity[P]] {
	return adapter.Census[*session, entity[P]]{
		Actions: actions, Path: listPath, Ask: ask[entity[P]], Key: (*entity[P]).key, Region: (*entity[P]).region,
	}
}
