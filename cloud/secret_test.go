package cloud_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
)

func TestSecretsAreShownNowhere(t *testing.T) {
	t.Parallel()
	credential := cloud.Credential{Key: cloud.SecretText("hunter2"), Token: cloud.SecretFile("/secret/path")}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("opened", "credential", credential, "key", credential.Key)
	document, err := json.Marshal(credential)
	require.NoError(t, err)
	for _, text := range []string{
		fmt.Sprint(credential), fmt.Sprintf("%+v %#v %s %q", credential, credential, credential.Key, credential.Key),
		string(document), log.String(), fmt.Sprintf("%+v %#v", &account{credential}, account{credential}),
	} {
		require.NotContains(t, text, "hunter2")
		require.NotContains(t, text, "/secret/path")
	}
}

// account has a credential where fmt calls no methods.
type account struct{ credential cloud.Credential }

func TestReveal(t *testing.T) {
	t.Parallel()
	revealed, err := cloud.SecretText(" as it is ").Reveal()
	require.NoError(t, err)
	require.Equal(t, " as it is ", revealed)
	revealed, err = cloud.Secret{}.Reveal()
	require.NoError(t, err)
	require.Empty(t, revealed)

	file := filepath.Join(t.TempDir(), "key")
	_, err = cloud.SecretFile(file).Reveal()
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NoError(t, os.WriteFile(file, []byte(" \n"), 0o600))
	_, err = cloud.SecretFile(file).Reveal()
	require.EqualError(t, err, "read a credential: "+file+" is empty")
	require.NoError(t, os.WriteFile(file, []byte("hunter2\n"), 0o600))
	revealed, err = cloud.SecretFile(file).Reveal()
	require.NoError(t, err)
	require.Equal(t, "hunter2", revealed)

	// Editors of Windows write a mark, or two bytes a character.
	require.NoError(t, os.WriteFile(file, []byte("\ufeffhunter2\r\n"), 0o600))
	revealed, err = cloud.SecretFile(file).Reveal()
	require.NoError(t, err)
	require.Equal(t, "hunter2", revealed)
	for _, content := range []string{"\xff\xfeh\x00u\x00n\x00", "hunter2\nhunter2", "hunt\u200ber2"} {
		require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
		_, err = cloud.SecretFile(file).Reveal()
		require.ErrorIs(t, err, cloud.ErrMalformed, "%q", content)
		require.ErrorContains(t, err, file)
		require.NotContains(t, err.Error(), "hunt")
	}
}
