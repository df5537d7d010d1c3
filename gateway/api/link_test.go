package api_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/ledger"
)

// linkTo returns the link in the first message about an incident to somebody.
func (r *rig) linkTo(incident, owner string) string {
	r.t.Helper()
	notices, err := r.store.IncidentNotices(r.t.Context(), incident)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, n := range notices {
		if n.Owner != owner {
			continue
		}
		token, err := r.watch.LinkToken(n.ID, time.Now())
		if err != nil {
			r.t.Fatal(err)
		}
		return "/a/" + token
	}
	r.t.Fatalf("there is no message to %s about incident %s among %d", owner, incident, len(notices))
	return ""
}

// message puts a message into the outbox, as a step of a ladder does.
func (r *rig) message(n alerts.Notice) string {
	r.t.Helper()
	n.ID, n.State, n.CreatedAt, n.Phrase = care.NewID(), alerts.NoticeSent, time.Now(), alerts.PhraseAlarm
	if err := r.store.Update(r.t.Context(), func(tx *ledger.Tx) error { return tx.SaveNotice(r.t.Context(), n) }); err != nil {
		r.t.Fatal(err)
	}
	token, err := r.watch.LinkToken(n.ID, time.Now())
	if err != nil {
		r.t.Fatal(err)
	}
	return "/a/" + token
}

// shows checks what a page says, and does not.
func (r response) shows(t *testing.T, status int, always, never []string) {
	t.Helper()
	r.expect(t, status)
	for _, text := range always {
		if !strings.Contains(string(r.body), text) {
			t.Errorf("the page does not say %q:\n%s", text, r.body)
		}
	}
	for _, text := range never {
		if strings.Contains(string(r.body), text) {
			t.Errorf("the page says %q:\n%s", text, r.body)
		}
	}
}

// press sends the form of a page as the browser of another app does.
func (p *person) press(path string, form url.Values) response {
	p.rig.t.Helper()
	return p.do("POST", path, form.Encode(), "Content-Type", "application/x-www-form-urlencoded", "Origin", "null", "Sec-Fetch-Site", "cross-site")
}

// TestTheLinkInATextMessage is what two carers do with the telephones in their
// pockets.
func TestTheLinkInATextMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.reachable("u-chen", "u-lin")
		r.run(r.watch.Run)
		id := r.raise(songhe, "203-1-cord", care.SOS)
		state := func() care.IncidentState {
			i, err := r.store.Incident(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			return i.State
		}
		time.Sleep(3 * time.Minute) // by then the shift leader is told, too
		phone, other := r.nobody(), r.nobody()
		chen, lin := r.linkTo(id, "u-chen"), r.linkTo(id, "u-lin")

		// A scanner opens it first, then she does.
		for range 5 {
			phone.do("HEAD", chen, nil).expect(t, 200)
			phone.get(chen).expect(t, 200)
		}
		if s := state(); s != care.Raised {
			t.Fatalf("to open a link makes the incident %s", s)
		}
		phone.get(chen).shows(t, 200,
			[]string{"紧急呼叫", "松鹤养老院", "2楼 203 房 1床", "08:00 起", "还没有人接手，已等 3 分钟", "<button>我去处理</button>"},
			[]string{"李秀兰", "r-li", "<script", "只接这一起"})

		res := phone.press(chen, nil).expect(t, http.StatusSeeOther)
		if to := res.Header.Get("Location"); to != chen || state() != care.Accepted {
			t.Errorf("it leads to %q, and the incident is %s", to, state())
		}
		phone.get(chen).shows(t, 200, []string{"已由您接手", "您已接手 08:03", "请尽快到场"}, []string{"<button>"})
		i := read[api.IncidentDetail](t, r.as("lin").get("/api/incidents/"+id)).Incident
		if i.Accepted == nil || i.Accepted.Name != "陈静" || i.Accepted.Means != care.ByLink {
			t.Errorf("accepted: %+v", i.Accepted)
		}
		other.get(lin).shows(t, 200, []string{"不用去了", "陈静已接手 08:03"}, []string{"<button>"})
		other.press(lin, nil).expect(t, http.StatusSeeOther) // her page was a minute old
		other.get(lin).shows(t, 200, []string{"陈静已接手 08:03"}, []string{"您"})

		// Nobody arrives, so it needs somebody again; then the link grows old.
		time.Sleep(4 * time.Minute)
		other.get(lin).shows(t, 200, []string{"还没有人接手", "<button>我去处理</button>"}, nil)
		// Somebody else ends it, so that no ladder is climbed all day.
		r.as("lin").post("/api/incidents/"+id+"/resolve", map[string]any{"cause": "real"}).expect(t, 200)
		time.Sleep(12 * time.Hour)
		other.get(lin).shows(t, 410, []string{"链接已失效", "请打开值班看板"}, []string{"203"})
		other.press(lin, nil).expect(t, 410)
	})
}

// TestSeveralAlarmsInOneMessage are taken with one press, or one by one.
func TestSeveralAlarmsInOneMessage(t *testing.T) {
	r := newRig(t)
	sos, fire := r.raise(songhe, "203-1-cord", care.SOS), r.raise(songhe, "203-smoke", care.Fire)
	link := r.message(alerts.Notice{Incident: sos, Site: songhe, Owner: "u-lin", Language: "en", Sent: "storm"})
	r.message(alerts.Notice{Incident: fire, Site: songhe, Owner: "u-lin", Language: "en", Sent: "storm"})
	p := r.nobody()
	p.get(link).shows(t, 200, []string{"Somebody has to go", "<button>I take all 2</button>", "Fire", "SOS", "floor 2, Room 203, bed 1", "Take only this one", `lang="en"`}, []string{"203 房"})
	p.press(link, url.Values{"incident": {care.NewID()}}).expect(t, 303) // none of the message
	p.press(link, url.Values{"incident": {fire}}).expect(t, 303)
	p.get(link).shows(t, 200, []string{"You took it at", "<button>I am going</button>"}, []string{"Take only this one"})
	p.press(link, nil).expect(t, 303)
	p.get(link).shows(t, 200, []string{"You have taken it"}, []string{"<button>"})
}

// TestWhoIsCalledIsNotStaff: a neighbour needs the address, a family is not
// told who works, and a resident is asked whether all is well.
func TestWhoIsCalledIsNotStaff(t *testing.T) {
	r := newRig(t)
	if _, err := r.store.ApplyPlan(t.Context(), ledger.Plan{Sites: []care.Site{
		{ID: qinghe, Kind: care.PrivateHome, Name: text("徐宅", "Xu's home"), Region: "binjiang", Address: text("江南大道 1 号 302", "1 Jiangnan Ave, 302"), TimeZone: "Asia/Shanghai"},
	}}); err != nil {
		t.Fatal(err)
	}
	id := r.raise(qinghe, "watch", care.SOS)
	neighbour := r.message(alerts.Notice{Incident: id, Site: qinghe, Owner: "u-wu"})
	family := r.message(alerts.Notice{Incident: id, Site: qinghe, Owner: "u-daughter"})
	resident := r.message(alerts.Notice{Incident: id, Site: qinghe, Owner: "resident:r-xu"})
	p := r.nobody()
	p.get(neighbour).shows(t, 200, []string{"江南大道 1 号 302", "我去处理"}, []string{"徐美珍"})
	p.get(resident).shows(t, 200, []string{"您刚才呼叫了吗？", "<button>我没事</button>"}, []string{"我去处理"})
	p.press(resident, nil).expect(t, 303)
	p.get(resident).shows(t, 200, []string{"收到，谢谢", "会有人来看看您"}, []string{"<button>"})
	p.get(neighbour).shows(t, 200, []string{"本人已取消，仍需去看一眼", "<button>我去处理</button>"}, nil)
	p.press(neighbour, nil).expect(t, 303)
	p.get(family).shows(t, 200, []string{"有人已接手"}, []string{"吴芳"})
}

// TestThePageOfALinkIsSealed: the policy allows its own style and nothing else,
// and no cache or search engine keeps it.
func TestThePageOfALinkIsSealed(t *testing.T) {
	r := newRig(t)
	id := r.raise(songhe, "203-1-cord", care.SOS)
	link := r.message(alerts.Notice{Incident: id, Site: songhe, Owner: "u-chen"})
	for name, res := range map[string]response{"page": r.nobody().get(link), "no page": r.nobody().get("/a/nothing")} {
		t.Run(name, func(t *testing.T) {
			_, style, _ := strings.Cut(string(res.body), "<style>")
			style, _, _ = strings.Cut(style, "</style>")
			sum := sha256.Sum256([]byte(style))
			for header, want := range map[string]string{
				"Content-Security-Policy": "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
				"Cache-Control":           "no-store", "X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "no-referrer",
				"X-Content-Type-Options": "nosniff", "Content-Type": "text/html; charset=utf-8",
			} {
				if got := res.Header.Get(header); got != want {
					t.Errorf("%s is %q, want %q", header, got, want)
				}
			}
		})
	}
}

// TestGuessingLinksIsSlow for the one who guesses, and for nobody else.
func TestGuessingLinksIsSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		id := r.raise(songhe, "203-1-cord", care.SOS)
		link := r.message(alerts.Notice{Incident: id, Site: songhe, Owner: "u-chen"})
		p := r.nobody()
		for range 100 { // a valid one costs nothing
			p.get(link).expect(t, 200)
		}
		for range 30 {
			p.do("GET", "/a/"+strings.Repeat("A", 40), nil, "Accept-Language", "fr, en;q=0.8, zh;q=0.3").shows(t, 410, []string{"This link is no longer valid"}, nil)
		}
		if res := p.get("/a/nothing").expect(t, 429); res.Header.Get("Retry-After") == "" {
			t.Error("it is not said when to try again")
		}
		r.transport = direct{r.api, "198.51.100.4:4711"}
		r.nobody().get(link).expect(t, 200)
	})
}
