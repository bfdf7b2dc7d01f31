package google

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Compute Engine is asked for the fields of an instance that are read, and for no others.
func TestTheMaskHasWhatIsRead(t *testing.T) {
	t.Parallel()
	var names []string
	of := reflect.TypeFor[machine]()
	for i := range of.NumField() {
		names = append(names, strings.ToLower(of.Field(i).Name))
	}
	require.ElementsMatch(t, names, strings.Split(strings.ToLower(instanceFields), ","))
	require.NotContains(t, names, "metadata")
	for fields, of := range map[string]reflect.Type{
		imageFields: reflect.TypeFor[image](), gkeFields: reflect.TypeFor[kubernetes](), certificateFields: reflect.TypeFor[certificate](),
	} {
		if of != reflect.TypeFor[certificate]() { // which Certificate Manager has more of
			require.Len(t, strings.Split(fields, ","), of.NumField())
		}
		for field := range strings.SplitSeq(fields, ",") {
			_, isRead := of.FieldByNameFunc(func(name string) bool { return strings.EqualFold(name, field) })
			require.True(t, isRead, field)
		}
	}
}

func TestRegionsOfPlaces(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"europe-west1": "europe-west1", "europe-west1-b": "europe-west1", "us-south1-ai1b": "us-south1", "northamerica-northeast2-a": "northamerica-northeast2",
		"us": "", "nam4": "", "": "", "a-b-c-d": "",
	} {
		require.Equal(t, want, regionOfPlace(name), name)
	}
}

func TestRegionsOfAddresses(t *testing.T) {
	t.Parallel()
	for link, want := range map[string][2]string{
		"https://www.googleapis.com/compute/v1/projects/p/zones/europe-west1-b/instances/n": {"europe-west1", "europe-west1-b"},
		"https://compute.googleapis.com/compute/v1/projects/p/regions/us-east4/disks/n":     {"us-east4", ""},
		"projects/p/locations/us-east4/clusters/n":                                          {"us-east4", ""},
		"projects/p/global/forwardingRules/n":                                               {"global", ""},
		"projects/regions/zones/us-south1-ai1b":                                             {"us-south1", "us-south1-ai1b"},
		"zones/us-east4-c":                                                                  {"us-east4", "us-east4-c"},
		"regions/us-east4":                                                                  {"us-east4", ""}, "global": {"global", ""},
		"us-east4-c": {}, "": {}, "zones": {}, "projects/p": {}, "zones/nowhere": {"", "nowhere"}, "https://x/projects/p/others/n": {},
	} {
		require.Equal(t, want, [2]string{regionOf(link), zoneIn(link)}, link)
	}
}

func TestVersions(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{
		"MYSQL_8_0_31": "8.0.31", "POSTGRES_16": "16", "SQLSERVER_2019_STANDARD": "2019", "REDIS_6_X": "6.x", "VALKEY_8_0": "8.0", "": "", "MYSQL": "", "8_0": "",
	} {
		require.Equal(t, want, number(word), word)
	}
}
