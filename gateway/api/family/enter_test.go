package family

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

// slow is how long a write into the ledger and a message take.
const slow = 200 * time.Millisecond

// front is the front door of families, with relatives, a ledger and telephones
// that take their time.
type front struct {
	*Room
	users map[care.UserID]people.User
	staff map[care.UserID]string // numbers that staff entered
	mu    sync.Mutex
	sent  []string // user and number of each code, in order

	api   *api.API
	good  map[string]care.UserID // the challenges of codes, each of them 123456
	audit []string               // kind, user and how
}

type book struct {
	api.Book
	d *people.Directory
}

func (b book) Directory() *people.Directory { return b.d }

type entries struct {
	Entries
	*front
}

func (entries) SaveCode(context.Context, care.UserID, string, string, time.Time) error {
	time.Sleep(slow)
	return nil
}

func (e entries) StaffContacts(_ context.Context, user care.UserID) ([]people.Contact, error) {
	time.Sleep(slow)
	return []people.Contact{{Channel: "sms", Address: e.staff[user]}}, nil
}

func (e entries) TryCode(_ context.Context, challenge, code string) (care.UserID, bool, error) {
	user := e.good[challenge]
	if user != "" {
		time.Sleep(slow) // it is counted
	}
	return user, user != "" && code == "123456", nil
}

func (e entries) UseCode(_ context.Context, challenge string) (bool, error) {
	_, used := e.good[challenge]
	delete(e.good, challenge)
	return used, nil
}

// User is Accounts; UserByLogin is not asked for.
func (f *front) User(_ context.Context, id care.UserID) (people.User, bool, error) {
	u, found := f.users[id]
	return u, found, nil
}

func (f *front) UserByLogin(context.Context, string) (people.User, bool, error) {
	return people.User{}, false, errors.New("nobody signs in by login here")
}

type audit struct {
	api.Audit
	*front
}

func (a audit) Record(_ context.Context, r api.Record) error {
	time.Sleep(slow)
	a.front.audit = append(a.front.audit, fmt.Sprint(r.Kind, " ", r.About, " ", r.Detail))
	return nil
}

// noSessions is a store of sessions that keeps none.
type noSessions struct{}

func (noSessions) Delete(string) error                    { return nil }
func (noSessions) Find(string) ([]byte, bool, error)      { return nil, false, nil }
func (noSessions) Commit(string, []byte, time.Time) error { return nil }

type phones struct{ *front }

func (phones) Number(u people.User) string { return u.Contacts[0].Address }

func (p phones) SendCode(_ context.Context, u people.User, _ string) error {
	time.Sleep(slow)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent = append(p.sent, fmt.Sprint(u.ID, " ", u.Contacts[0].Address))
	return nil
}

// open opens the door to relatives, each with the number that is in the register
// now. The courier runs until the test ends.
func open(t *testing.T, numbers map[care.UserID]string) *front {
	t.Helper()
	f := &front{users: map[care.UserID]people.User{}, staff: map[care.UserID]string{}, good: map[string]care.UserID{}}
	for id, number := range numbers {
		f.users[id] = people.User{ID: id, Role: people.Family, Contacts: []people.Contact{{Channel: "sms", Address: number}}}
		f.staff[id] = number
	}
	log := slog.New(slog.DiscardHandler)
	f.Room = &Room{Entries: entries{front: f}, Phones: phones{f}, Courier: NewCourier(entries{front: f}, phones{f}, log)}
	reg := prometheus.NewRegistry()
	var err error
	if f.api, err = api.New(api.Options{
		Book: book{d: &people.Directory{Users: f.users}}, Rooms: []api.Room{f.Room}, Log: log, Registerer: reg, Gatherer: reg,
		Accounts: f, Audit: audit{front: f}, Sessions: noSessions{},
	}); err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(func() { _ = f.Courier.Run(t.Context()) })
	t.Cleanup(running.Wait)
	return f
}

// asks has somebody at an address ask for a code by number.
func (f *front) asks(t *testing.T, remote, number string) error {
	t.Helper()
	in := &codeRequest{remote: remote}
	in.Body.Telephone = number
	_, err := f.code(t.Context(), in)
	return err
}

// said returns what was sent, when the courier has nothing more to do.
func (f *front) said() []string {
	time.Sleep(time.Minute)
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.sent
}

// TestTheAnswerDoesNotTellWhoIsRegistered: neither by what it says nor by when.
func TestTheAnswerDoesNotTellWhoIsRegistered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t, map[care.UserID]string{"mei": "+8613800000009"})
		took := map[string]time.Duration{}
		for _, number := range []string{"138 0000 0009", "138 0000 7777"} {
			begun := time.Now()
			if err := f.asks(t, "here", number); err != nil {
				t.Fatal(err)
			}
			took[number] = time.Since(begun)
		}
		if diff := cmp.Diff(map[string]time.Duration{"138 0000 0009": 0, "138 0000 7777": 0}, took); diff != "" {
			t.Errorf("the answers took (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"mei +8613800000009"}, f.said()); diff != "" {
			t.Errorf("codes were sent to (-want +got):\n%s", diff)
		}
	})
}

// TestAStrangerDoesNotUseUpHerCodes: he asks with her number as often as he may,
// and she still gets one. Many strangers together are bounded.
func TestAStrangerDoesNotUseUpHerCodes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t, map[care.UserID]string{"mei": "+8613800000009"})
		throttled := func(err error) bool {
			var p *api.Problem
			return errors.As(err, &p) && p.Code == api.CodeThrottled
		}
		for range typedAtOnce {
			if err := f.asks(t, "stranger", "13800000009"); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.asks(t, "stranger", "+86 138 0000 0009"); !throttled(err) {
			t.Errorf("one more of the stranger gives %v", err)
		}
		if err := f.asks(t, "her phone", "13800000009"); err != nil {
			t.Errorf("she gets %v", err)
		}
		// He goes on for a day: the number as a whole never runs dry.
		for range 24 * 6 {
			time.Sleep(10 * time.Minute)
			_ = f.asks(t, "stranger", "13800000009") // as often as he may
		}
		if err := f.asks(t, "her phone", "13800000009"); err != nil {
			t.Errorf("after a day of his she gets %v", err)
		}
		refused := 0
		for n := range 2 * numberAtOnce {
			if throttled(f.asks(t, fmt.Sprint("bot ", n), "13800000009")) {
				refused++
			}
		}
		if refused < numberAtOnce {
			t.Errorf("of %d strangers at once %d are refused", 2*numberAtOnce, refused)
		}
	})
}

// TestSomebodyWritesHerNumber among his own contacts: she comes in by it as before.
func TestSomebodyWritesHerNumber(t *testing.T) {
	const hers, his = "+8613800000009", "+8613800000008"
	for _, test := range []struct {
		name  string
		now   map[care.UserID]string
		staff map[care.UserID]string
		want  []string
	}{
		{"she alone has it", map[care.UserID]string{"mei": hers, "qiang": his}, nil, []string{"mei " + hers}},
		{"she changed it herself", map[care.UserID]string{"mei": hers, "qiang": his}, map[care.UserID]string{"mei": his}, []string{"mei " + hers}},
		{"he wrote it", map[care.UserID]string{"mei": hers, "qiang": hers}, map[care.UserID]string{"qiang": his}, []string{"mei " + hers}},
		{"staff entered it for both", map[care.UserID]string{"mei": hers, "qiang": hers}, nil, nil},
		{"staff entered it for none", map[care.UserID]string{"mei": hers, "qiang": hers}, map[care.UserID]string{"mei": his, "qiang": his}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := open(t, test.now)
				maps.Copy(f.staff, test.staff)
				if err := f.asks(t, "her phone", "13800000009"); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(test.want, f.said()); diff != "" {
					t.Errorf("codes were sent to (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// comesIn answers a challenge, and returns the status and the code of the problem,
// if any, and how long it took.
func (f *front) comesIn(t *testing.T, challenge, code, step string) (answer string, took time.Duration) {
	t.Helper()
	body, err := json.Marshal(map[string]string{"challenge": challenge, "code": code, "second_step": step})
	if err != nil {
		t.Fatal(err)
	}
	req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/family/session", bytes.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	rec := httptest.NewRecorder()
	begun := time.Now()
	f.api.ServeHTTP(rec, req)
	took = time.Since(begun)
	var p api.Problem
	if err := json.Unmarshal(rec.Body.Bytes(), &p); err != nil {
		t.Fatalf("the answer is no JSON: %s", rec.Body)
	}
	return strings.TrimSpace(fmt.Sprint(rec.Code, " ", p.Code)), took
}

// TestAWrongCodeDoesNotTellWhetherOneWasSent by the time that the answer takes.
func TestAWrongCodeDoesNotTellWhetherOneWasSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t, map[care.UserID]string{"mei": "+8613800000009"})
		f.good["hers"] = "mei"
		for _, challenge := range []string{"hers", "of nobody"} {
			if answer, took := f.comesIn(t, challenge, "654321", ""); answer != "422 "+api.CodeBadCode || took != wrongTakes {
				t.Errorf("a wrong code to the challenge %s gives %s after %v", challenge, answer, took)
			}
		}
	})
}

// totp is the code of a second step (RFC 6238) of a secret at a time.
func totp(secret []byte, at time.Time) string {
	h := hmac.New(sha1.New, secret)
	binary.Write(h, binary.BigEndian, uint64(at.Unix()/30))
	sum := h.Sum(nil)
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[sum[len(sum)-1]&15:])&0x7fffffff%1_000_000)
}

// TestHerSecondStepIsAskedForByTheDoorOfFamilies as well: who has her telephone
// alone does not come in.
func TestHerSecondStepIsAskedForByTheDoorOfFamilies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		secret := []byte("twenty bytes of hers")
		f := open(t, map[care.UserID]string{"mei": "+8613800000009", "qiang": "+8613800000008"})
		mei := f.users["mei"]
		mei.TOTPSecret = base32.StdEncoding.EncodeToString(secret)
		f.users["mei"] = mei
		f.good["hers"], f.good["his"] = "mei", "qiang"
		for _, step := range []struct{ name, challenge, code, step, want string }{
			{"without it", "hers", "123456", "", "401 " + api.CodeNeedsCode},
			{"with a wrong message it is not asked for", "hers", "654321", "", "422 " + api.CodeBadCode},
			{"of an hour ago", "hers", "123456", totp(secret, time.Now().Add(-time.Hour)), "401 " + api.CodeBadCode},
			{"of now", "hers", "123456", totp(secret, time.Now()), "200"},
			{"once more", "hers", "123456", totp(secret, time.Now().Add(30*time.Second)), "422 " + api.CodeBadCode},
			{"of somebody who has none", "his", "123456", "", "200"},
		} {
			if answer, _ := f.comesIn(t, step.challenge, step.code, step.step); answer != step.want {
				t.Errorf("%s: %s, want %s", step.name, answer, step.want)
			}
		}
		remote := "192.0.2.1"
		want := []string{
			"audit.sign_in_refused user:mei text message from " + remote, "audit.sign_in_refused user:mei second step from " + remote,
			"audit.signed_in user:mei text message and second step from " + remote, "audit.signed_in user:qiang text message from " + remote,
		}
		if diff := cmp.Diff(want, f.audit); diff != "" {
			t.Errorf("the log of the gateway (-want +got):\n%s", diff)
		}
	})
}
