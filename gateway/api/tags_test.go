package api_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"net/url"
	"strings"
	"testing"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/ledger"
)

// TestTheTagInTheRoom is scanned with both hands full: one button, and the
// alarms of the room know that she is there.
func TestTheTagInTheRoom(t *testing.T) {
	r := newRig(t)
	chen := r.as("chen")
	tags := read[api.TagsView](t, r.as("lin").get("/api/sites/songhe/tags")).Tags
	if len(tags) != 1 || tags[0].Zone != "room-203" || tags[0].Floor != "2" {
		t.Fatalf("the tags are %+v", tags)
	}
	path, ok := strings.CutPrefix(tags[0].URL, "https://care.example.org")
	if !ok {
		t.Errorf("the tag holds %q", tags[0].URL)
	}
	for d := xml.NewDecoder(strings.NewReader(tags[0].SVG)); ; {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("the QR code is no SVG: %v", err)
		}
	}
	r.as("lin").get("/api/sites/qinghe/tags").problem(t, 404, api.CodeNotFound)

	sos := r.raise(songhe, "203-1-cord", care.SOS)
	r.raise(songhe, "203-smoke", care.Fault) // being there does not mend it
	stranger := r.nobody().get(path)
	stranger.shows(t, 401, []string{"请先登录", "/?next=" + url.QueryEscape(path)}, []string{"203 房"})
	chen.do("GET", path, nil, "Accept-Language", "en").shows(t, 200, []string{"Room 203", "Songhe Home", "陈静", "<button>I am here</button>"}, []string{"李秀兰"})
	if i, err := r.store.Incident(t.Context(), sos); err != nil || i.State != care.Raised {
		t.Fatalf("to open the page makes it %s (%v)", i.State, err)
	}
	r.as("wu").get(path).shows(t, 404, []string{"标签无效"}, nil) // she works elsewhere
	forged := path[:len(path)-4] + "AAAA"
	chen.get(forged).shows(t, 404, []string{"标签无效"}, []string{"203 房"})
	chen.do("POST", path, "", "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site").problem(t, 403, api.CodeCrossOrigin)

	chen.do("POST", path, "", "Content-Type", "application/x-www-form-urlencoded").shows(t, 200, []string{"已记下您到了", "已到场：紧急呼叫"}, []string{"<button>", "故障"})
	i := read[api.IncidentDetail](t, chen.get("/api/incidents/"+sos)).Incident
	if i.State != care.Arrived || i.Arrived.Name != "陈静" || i.Arrived.Means != care.ByTag {
		t.Errorf("then it is %s, %+v", i.State, i.Arrived)
	}

	second := r.raise(songhe, "203-2-cord", care.Call)
	parts := strings.Split(path, "/")
	body := map[string]string{"site": "songhe", "zone": "room-203", "code": parts[len(parts)-1]}
	got := read[api.PresenceView](t, r.as("lin").post("/api/presence", body)).Incidents
	if len(got) != 1 || got[0].ID != second || got[0].State != care.Arrived {
		t.Errorf("a page of the app is answered %+v", got)
	}
	if got := read[api.PresenceView](t, r.as("lin").post("/api/presence", body)).Incidents; len(got) != 0 {
		t.Errorf("the second time it is %+v", got)
	}
	body["code"] = "x"
	chen.post("/api/presence", body).problem(t, 404, api.CodeBadTag)
	body["zone"], body["code"] = "room-204", parts[len(parts)-1]
	chen.post("/api/presence", body).problem(t, 404, api.CodeBadTag)
}

// TestAnInspectorKeepsHeads of the sites of his region.
func TestAnInspectorKeepsHeads(t *testing.T) {
	r := newRig(t)
	r.raise(songhe, "203-1-cord", care.SOS)
	r.raise(qinghe, "watch", care.Fall)
	zhou := r.as("zhou")
	res := zhou.get("/api/heads").expect(t, 200)
	heads, err := ledger.ReadHeads(bytes.NewReader(res.body))
	if err != nil || len(heads) != 1 || heads[0].Site != songhe || heads[0].Number == 0 {
		t.Fatalf("he keeps %+v (%v)", heads, err)
	}
	if got := res.Header.Get("Content-Type"); got != "application/x-ndjson" {
		t.Errorf("they come as %q", got)
	}
	again := zhou.get("/api/heads?site=songhe").expect(t, 200)
	if !bytes.Equal(res.body, again.body) {
		t.Errorf("nothing has grown, and he gets %s after %s", again.body, res.body)
	}
	r.raise(songhe, "203-2-cord", care.SOS)
	if n := bytes.Count(zhou.get("/api/heads").body, []byte("\n")); n != 2 {
		t.Errorf("after more alarms there are %d heads", n)
	}
	since := url.QueryEscape(time.Now().Add(time.Hour).Format(time.RFC3339))
	if b := zhou.get("/api/heads?since="+since).expect(t, 200).body; len(b) != 0 {
		t.Errorf("of the future there are %s", b)
	}
	zhou.get("/api/heads?since=yesterday").problem(t, 422, api.CodeInvalid)
	zhou.get("/api/heads?site=qinghe").problem(t, 404, api.CodeNotFound)
	var first struct{ Site care.SiteID }
	if err := json.Unmarshal(bytes.Split(res.body, []byte("\n"))[0], &first); err != nil || first.Site != songhe {
		t.Errorf("a line is %s (%v)", res.body, err)
	}
}
