package login_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/serve/login"
)

func retryAfter(t *testing.T, answer response) time.Duration {
	t.Helper()
	require.Equal(t, http.StatusTooManyRequests, answer.StatusCode)
	seconds, err := strconv.Atoi(answer.Header.Get("Retry-After"))
	require.NoError(t, err)
	return time.Duration(seconds) * time.Second
}

func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, people()+"    session: 1h\n")
		session := with(s.sessionOf(t, "alice"))
		time.Sleep(59 * time.Minute)
		require.Equal(t, http.StatusOK, s.get("/", session).StatusCode)
		time.Sleep(time.Minute)
		require.Equal(t, http.StatusUnauthorized, s.get("/", session).StatusCode, "though the browser still has the cookie")
		require.Equal(t, "/login", s.get("/", session, page).Header.Get("Location"))
	})
}

// inProcess asks a server without a network, which has a clock of its own.
type inProcess struct{ http.Handler }

func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	return w.Result(), nil
}

func TestLoginsUnderWayEnd(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	section := i.section(t, "")
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, section)
		s.guard.ReachProvider(inProcess{i.Config.Handler})
		flow := i.begin(t, s, "/")
		time.Sleep(9 * time.Minute)
		require.Equal(t, http.StatusSeeOther, i.comeBack(s, flow, nil).StatusCode)
		time.Sleep(time.Minute)
		require.Equal(t, http.StatusBadRequest, i.comeBack(s, flow, nil).StatusCode)
	})
}

func TestWrongPasswordTenTimesThenRight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, people())
		compared := 0
		s.guard.OnCompare(func([]byte) { compared++ })
		var got []int
		for range 10 {
			got = append(got, s.logIn("alice", "wrong password", "").StatusCode)
		}
		require.Equal(t, []int{401, 401, 401, 401, 429, 429, 429, 429, 429, 429}, got)
		require.Equal(t, 4, compared)

		answer := s.logIn("alice", password, "")
		require.Equal(t, time.Second, retryAfter(t, answer))
		require.Contains(t, answer.Body, "Too many logins failed: try again in 1 seconds.")
		answer = s.get("/", basic("alice", password))
		require.Equal(t, "application/problem+json", answer.Header.Get("Content-Type"))
		time.Sleep(retryAfter(t, answer))
		require.Equal(t, http.StatusOK, s.get("/", with(s.sessionOf(t, "alice"))).StatusCode)
		for range 4 {
			require.Equal(t, http.StatusUnauthorized, s.logIn("alice", "wrong password", "").StatusCode, "all is forgotten")
		}
	})
}

// Each failure doubles the wait, up to some seconds; after a while they are forgotten.
func TestWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, people())
		for range 3 {
			require.Equal(t, http.StatusUnauthorized, s.logIn("alice", "wrong password", "").StatusCode)
		}
		for _, wait := range []int{1, 2, 4, 8, 16, 16, 16} {
			require.Equal(t, http.StatusUnauthorized, s.logIn("alice", "wrong password", "").StatusCode)
			require.Equal(t, time.Duration(wait)*time.Second, retryAfter(t, s.logIn("alice", password, "")))
			require.Equal(t, http.StatusSeeOther, s.logIn("bob", password, "").StatusCode, "others there have no part in it")
			time.Sleep(time.Duration(wait) * time.Second)
		}
		time.Sleep(15 * time.Minute)
		for range 4 {
			require.Equal(t, http.StatusUnauthorized, s.logIn("alice", "wrong password", "").StatusCode)
		}
	})
}

// Whoever tries many names from one place has to wait, too; of IPv6, a network is a place.
func TestManyNamesFromOnePlace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, people())
		for i := range 21 {
			attacker := from(fmt.Sprintf("[2001:db8::%d]:1", i))
			require.Equal(t, http.StatusUnauthorized, s.logIn(fmt.Sprint("name", i), "wrong password", "", attacker).StatusCode)
		}
		require.Equal(t, time.Second, retryAfter(t, s.logIn("alice", password, "", from("[2001:db8::ffff]:1"))))
		require.Equal(t, http.StatusSeeOther, s.logIn("alice", password, "", from("[2001:db8:0:1::1]:1")).StatusCode)
	})
}

// However many strangers try her name, alice gets in.
func TestStrangersLockNobodyOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, people())
		atHome, elsewhere := from("192.0.2.1:1"), from("192.0.2.2:1")
		require.Equal(t, http.StatusSeeOther, s.logIn("alice", password, "", atHome).StatusCode)
		refused := 0
		for i := range 150 {
			if s.logIn("alice", "wrong password", "", from(fmt.Sprintf("10.0.%d.1:1", i))).StatusCode == http.StatusTooManyRequests {
				refused++
			}
		}
		require.Equal(t, 49, refused, "after 101 failures, the name has one try a second")
		require.Equal(t, http.StatusSeeOther, s.logIn("alice", password, "", atHome).StatusCode)
		require.LessOrEqual(t, retryAfter(t, s.logIn("alice", password, "", elsewhere)), time.Second)
		time.Sleep(time.Second)
		require.Equal(t, http.StatusSeeOther, s.logIn("alice", password, "", elsewhere).StatusCode)
		// Her own mistakes at home do count.
		for range 4 {
			require.Equal(t, http.StatusUnauthorized, s.logIn("alice", "wrong password", "", atHome).StatusCode)
		}
		require.Equal(t, time.Second, retryAfter(t, s.logIn("alice", password, "", atHome)))
	})
}

// A flood takes few processors, and does not keep those out who are known.
func TestFloods(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, people())
		atHome := from("192.0.2.1:1")
		require.Equal(t, http.StatusSeeOther, s.logIn("alice", password, "", atHome).StatusCode)
		time.Sleep(2 * time.Minute) // her password is hashed again

		proceed := make(chan struct{})
		var hashing, most atomic.Int64
		s.guard.OnCompare(func([]byte) {
			most.Store(max(most.Load(), hashing.Add(1)))
			<-proceed
			hashing.Add(-1)
		})
		var refused, alice atomic.Int64
		var wait sync.WaitGroup
		for i := range 100 + login.Places() {
			wait.Go(func() {
				if s.logIn("mallory", "wrong password", "", from(fmt.Sprintf("10.0.%d.1:1", i))).StatusCode == http.StatusTooManyRequests {
					refused.Add(1)
				}
			})
		}
		synctest.Wait()
		require.EqualValues(t, login.Places(), hashing.Load())
		require.EqualValues(t, 100-16, refused.Load())
		wait.Go(func() { alice.Store(int64(s.logIn("alice", password, "", atHome).StatusCode)) })
		synctest.Wait()
		require.Zero(t, alice.Load(), "she waits for her turn")
		close(proceed)
		wait.Wait()
		require.EqualValues(t, http.StatusSeeOther, alice.Load())
		require.EqualValues(t, login.Places(), most.Load())
	})
}

// What is tried at the same time counts, too.
func TestTriesAtTheSameTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, people())
		proceed := make(chan struct{})
		var compared atomic.Int64
		s.guard.OnCompare(func([]byte) {
			compared.Add(1)
			<-proceed
		})
		var wait sync.WaitGroup
		for range login.Places() + 16 {
			wait.Go(func() { s.logIn("alice", "wrong password", "") })
		}
		synctest.Wait()
		close(proceed)
		wait.Wait()
		require.LessOrEqual(t, compared.Load(), int64(login.Places()+4))
	})
}

// A place that does not come free is not waited for without end.
func TestLoginsDoNotWaitForever(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, people())
		proceed := make(chan struct{})
		s.guard.OnCompare(func([]byte) { <-proceed })
		var wait sync.WaitGroup
		for i := range login.Places() {
			wait.Go(func() { s.logIn("mallory", "wrong password", "", from(fmt.Sprintf("10.0.%d.1:1", i))) })
		}
		synctest.Wait()
		began := time.Now()
		require.Equal(t, time.Second, retryAfter(t, s.logIn("alice", password, "")))
		require.Equal(t, 10*time.Second, time.Since(began))
		close(proceed)
		wait.Wait()
	})
}

func TestWhatIsRememberedHasAnEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, "  login: {tokens: [{name: a, role: viewer, token: "+token+"}]}")
		s.guard.OnlyPretend()
		for i := range login.MemorySize + 200 {
			answer := s.logIn(fmt.Sprint("name", i), "wrong password", "", from(fmt.Sprintf("10.%d.%d.1:1", i/256, i%256)))
			require.Equal(t, http.StatusUnauthorized, answer.StatusCode)
		}
		require.Equal(t, login.MemorySize, s.guard.Remembered())
	})
}
