package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/app/apptest"
)

// said is what a webhook of the test was told.
type said struct {
	Type string `json:"type"`
	Data struct {
		ID   string `json:"id"`
		To   string `json:"to"`
		Text string `json:"text"`
		Link string `json:"link"`
	} `json:"data"`
}

// hook is somebody else's program that takes messages.
func hook(t *testing.T) (url string, messages <-chan said) {
	t.Helper()
	got := make(chan said, 100)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var m said
		if err := json.NewDecoder(r.Body).Decode(&m); err != nil {
			t.Errorf("the message is not JSON: %v", err)
		}
		got <- m
	}))
	t.Cleanup(s.Close)
	return s.URL, got
}

// told waits for the next message.
func told(t *testing.T, messages <-chan said) said {
	t.Helper()
	select {
	case m := <-messages:
		return m
	case <-time.After(apptest.Patience):
		t.Fatal("nobody was told")
	}
	return said{}
}

// TestKilledWhileTheLadderClimbs raises an SOS, has the gateway killed before
// its next step, and looks whether that is carried out when it is back: at
// once, and once. Then the leader accepts by the link of her message.
func TestKilledWhileTheLadderClimbs(t *testing.T) {
	url, messages := hook(t)
	p := prepared(t)
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	plan := strings.Replace(apptest.Plan, "users:\n", `users:
  - {login: leader, name: 陈莉, role: leader, password: correct horse, scope: {sites: [songhe]}, contacts: [{channel: hook, address: leader}]}
  - {login: night, name: 赵敏, role: carer, password: correct horse, scope: {sites: [songhe]}, contacts: [{channel: hook, address: night}]}
`, 1)
	p.do("import", write("plan.yaml", plan))
	hooks := write("channels.yaml", fmt.Sprintf("hook:\n  type: webhook\n  options: {url: %q, secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw}\n", url))
	p.config = write("gateway.yaml", fmt.Sprintf("channels: %s\nweb: {public_url: \"http://%s\"}\n", hooks, p.web))
	p.start()

	leader := apptest.SignIn(t, p.Web, "leader")
	ladder := `{"policies":[{"id":"quick","name":{"zh":"快","en":"Quick"},"for":{"classes":["sos"]},"again_s":60,
		"steps":[{"to":["role:carer"],"wait_s":10},{"to":["role:leader"]}]}]}`
	body, err := json.Marshal(map[string]any{"text": ladder, "revision": 0})
	if err != nil {
		t.Fatal(err)
	}
	var problem json.RawMessage
	if status := leader.Call(http.MethodPut, "/api/sites/songhe/ladders", string(body), &problem); status != http.StatusOK {
		t.Fatalf("saving a ladder answers %d: %s", status, problem)
	}
	<-time.After(time.Second) // it is taken up at once, by another goroutine

	d := apptest.Connect(t, p.MQTT, apptest.Edge)
	deliver(t, d, d.Event(care.SOS, care.Active, apptest.Cord))
	if m := told(t, messages); m.Data.To != "night" || !strings.Contains(m.Data.Text, "紧急呼叫") {
		t.Fatalf("the first to hear of it is %+v", m)
	}
	p.kill()
	<-time.After(11 * time.Second)
	p.start()
	m := told(t, messages)
	if m.Data.To != "leader" || m.Data.Link == "" {
		t.Fatalf("after the restart %+v was told", m)
	}

	for _, method := range []string{http.MethodGet, http.MethodPost} {
		req, err := http.NewRequest(method, m.Data.Link, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		page, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("%s of the link answers %s: %s", method, resp.Status, page)
		}
		board := apptest.SignIn(t, p.Web, "leader").Board()
		if accepted := board.Incidents[0].Accepted != nil; accepted != (method == http.MethodPost) {
			t.Fatalf("after a %s the incident is accepted: %t", method, accepted)
		}
	}
	select {
	case m := <-messages:
		// The carer, who was called before, hears that it is taken; nobody else.
		if m.Data.To != "night" || !strings.Contains(m.Data.Text, "已由陈莉接警") {
			t.Errorf("an unexpected message: %+v", m)
		}
	case <-time.After(apptest.Patience):
		t.Error("the carer was not told that it is taken")
	}
	if out := p.do("verify-ledger"); !strings.Contains(out, "verifies") {
		t.Errorf("the ledger: %s", out)
	}
}
