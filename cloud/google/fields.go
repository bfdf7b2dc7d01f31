package google

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"cloudsync/cloud/adapter"
)

// zone is that of times which do not name theirs.
var zone = time.UTC

// pathOf is what a resource's address has from its project on: lists write it with several
// hosts and versions in front.
func pathOf(link string) string {
	at := strings.Index("/"+link, "/projects/")
	if at < 0 {
		return link
	}
	return link[at:]
}

// nameOf is the last part of an address.
func nameOf(link string) string { return link[strings.LastIndexByte(link, '/')+1:] }

// collectionOf is what an address says that it is of, such as instances.
func collectionOf(link string) string {
	parts := strings.Split(link, "/")
	if len(parts) < 2 {
		return ""
	}
	return parts[len(parts)-2]
}

// isPath says that an id is an address, and no number.
func isPath(id string) bool { return strings.HasPrefix(id, "projects/") }

// osOf is what a disk with licences has on it, such as debian-12-bookworm: the first by name.
func osOf(licenses []string) string {
	names := make([]string, len(licenses))
	for i, license := range licenses {
		names[i] = nameOf(license)
	}
	if len(names) == 0 {
		return ""
	}
	return slices.Min(names)
}

// regionOf is the region of what is at an address, "" where it does not say.
func regionOf(link string) string {
	parts := strings.Split(pathOf(link), "/")
	if len(parts) > 2 && parts[0] == "projects" {
		parts = parts[2:]
	}
	switch {
	case parts[0] == global:
		return global
	case len(parts) < 2:
		return ""
	case parts[0] == "zones":
		return regionOfZone(parts[1])
	case parts[0] == "regions", parts[0] == "locations":
		return parts[1]
	default:
		return ""
	}
}

// zoneIn is the zone of what is at an address, "" of what is in none.
func zoneIn(link string) string {
	_, after, _ := strings.Cut("/"+link, "/zones/")
	zone, _, _ := strings.Cut(after, "/")
	return zone
}

// tagsOf are the labels of one row alone.
func tagsOf(labels map[string]string) map[string]string { return maps.Clone(labels) }

// regionOfZone is the region that a zone is of, such as europe-west1 of europe-west1-b.
func regionOfZone(zone string) string {
	end := strings.LastIndexByte(zone, '-')
	if end < 0 {
		return ""
	}
	return zone[:end]
}

// regionOfPlace is the region of a name that is a zone's or a region's, "" of any other: regions
// have one hyphen in their names, zones two.
func regionOfPlace(name string) string {
	switch strings.Count(name, "-") {
	case 1:
		return name
	case 2:
		return regionOfZone(name)
	default:
		return ""
	}
}

// versionWord is how the APIs write an engine's version: MYSQL_8_0_31, REDIS_6_X,
// SQLSERVER_2019_STANDARD.
var versionWord = regexp.MustCompile(`^[A-Z]+((?:_(?:[0-9]+|X))+)`)

// number is the version in such a word, without an edition.
func number(version string) string {
	found := versionWord.FindStringSubmatch(version)
	if found == nil {
		return ""
	}
	return strings.ToLower(strings.ReplaceAll(found[1][1:], "_", "."))
}

// zonesOf are the names of zones, as a text.
func zonesOf(links ...string) string {
	names := make([]string, len(links))
	for i, link := range links {
		names[i] = nameOf(link)
	}
	return strings.Join(adapter.Set(names...), ",")
}
