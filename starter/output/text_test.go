package output

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestClip(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text    string
		columns int
		want    string
	}{
		{"resource_host", 13, "resource_host"},
		{"resource_host", 9, "resource…"},
		{"北京资源", 8, "北京资源"},
		{"北京资源", 7, "北京资…"},
		{"北京资源", 6, "北京…"},
		{"", 3, ""},
	} {
		require.Equal(t, test.want, Clip(test.text, test.columns))
	}
}

func TestClipStart(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text    string
		columns int
		want    string
	}{
		{"resource_host", 13, "resource_host"},
		{"resource_host", 9, "…rce_host"},
		{"北京资源", 8, "北京资源"},
		{"北京资源", 7, "…京资源"},
		{"北京资源", 6, "…资源"},
		{"", 3, ""},
	} {
		require.Equal(t, test.want, clipStart(test.text, test.columns))
	}
}

func TestWrap(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text string
		want []string
	}{
		{"", nil},
		{"one two", []string{"one two"}},
		{"one two three", []string{"one two", "three"}},
		{"  one \n two  ", []string{"one two"}},
		{"0123456789ABCDEF x", []string{"0123456789", "ABCDEF x"}},
		{"a 0123456789ABCDEF", []string{"a", "0123456789", "ABCDEF"}},
		{"云厂商没有响应", []string{"云厂商没有", "响应"}},
	} {
		require.Equal(t, test.want, wrap(test.text, 10), test.text)
	}
}
