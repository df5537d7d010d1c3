package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/notify/webpush"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/api/family"
	"shouwang.care/shouwang/gateway/app"
	"shouwang.care/shouwang/gateway/app/apptest"
)

// familyPlan gives the daughter a telephone, and her mother a neighbour in the
// next bed whose son has one, too.
const familyPlan = `
regions:
  - {id: linqi, level: district, name: {zh: 临栖区, en: Linqi District}}
sites:
  - id: songhe
    kind: nursing_home
    name: {zh: 松鹤养老院, en: Songhe Care Home}
    region: linqi
    address: {zh: 棠湖路18号, en: 18 Tanghu Road}
    time_zone: Asia/Shanghai
    telephone: "0571-88001234"
    residents:
      - {id: res-203-1, name: 张秀英, risk: {zh: 高跌倒风险, en: High risk of falling}, family_consent: true, zone: r203, bed: "1", routine: {zh: 六点半起床, en: Gets up at half past six}, routine_consent: true}
      - {id: res-203-2, name: 周玉兰, risk: {zh: 糖尿病, en: Diabetes}, zone: r203, bed: "2", routine: {zh: 九点听戏, en: Listens to opera at nine}}
    points:
      - {id: r203-2-call, edge: room-203, zone: r203, name: {zh: 床头呼叫按钮, en: Bedside button}, bed: "2", resident: res-203-2}
users:
  - {login: daughter, name: 王晓梅, role: family, scope: {residents: [res-203-1]}, contacts: [{channel: hook, address: "+8613800000009"}]}
  - {login: son, name: 周强, role: family, password: correct horse, scope: {residents: [res-203-2]}, contacts: [{channel: hook, address: "+8613800000008"}]}
  - {login: leader, name: 林静, role: leader, password: correct horse, scope: {sites: [songhe]}}
  - {login: manager, name: 高建国, role: manager, password: correct horse, scope: {sites: [songhe]}}
`

// relatives is a running gateway with telephones.
type relatives struct {
	*app.App
	t     *testing.T
	texts chan string // what arrived, with the number before it
}

func withRelatives(t *testing.T) *relatives { return withChannels(t, "") }

// withChannels has more channels than the one of text messages.
func withChannels(t *testing.T, more string) *relatives {
	t.Helper()
	r := &relatives{t: t, texts: make(chan string, 100)}
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
		var m struct {
			Data struct{ To, Text string } `json:"data"`
		}
		if err := json.NewDecoder(req.Body).Decode(&m); err != nil {
			t.Errorf("the message is not JSON: %v", err)
		}
		r.texts <- m.Data.To + " " + m.Data.Text
	}))
	t.Cleanup(hook.Close)
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	c := settings(t)
	c.Web.PublicURL = "https://care.example.org"
	c.Channels = write("channels.yaml", fmt.Sprintf("hook:\n  type: webhook\n  options: {url: %q, secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw}\n", hook.URL)+more)
	for _, plan := range []string{apptest.PlanFile(t, dir), write("family.yaml", familyPlan)} {
		if _, err := app.Import(t.Context(), c, plan); err != nil {
			t.Fatal(err)
		}
	}
	r.App = again(t, c)
	return r
}

// hears returns the code of the next message, which must go to a number.
func (r *relatives) hears(number string) string {
	r.t.Helper()
	select {
	case m := <-r.texts:
		code := regexp.MustCompile(`\b[0-9]{6}\b`).FindString(strings.TrimPrefix(m, number))
		if !strings.HasPrefix(m, number) || code == "" {
			r.t.Fatalf("the message is %q, want a code to %s", m, number)
		}
		return code
	case <-time.After(apptest.Patience):
		r.t.Fatalf("no code came to %s", number)
	}
	return ""
}

// phone is a browser that keeps cookies.
type phone struct {
	t      *testing.T
	web    string
	client *http.Client
}

func (r *relatives) browser() *phone {
	jar, err := cookiejar.New(nil)
	if err != nil {
		r.t.Fatal(err)
	}
	return &phone{r.t, r.Web(), &http.Client{Jar: jar, Timeout: apptest.Patience}}
}

func (b *phone) call(method, path, body string, out any) (status int, code string) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.web+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := b.client.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	var p api.Problem
	if resp.StatusCode >= 400 {
		_ = json.Unmarshal(text, &p)
	} else if out != nil {
		if err := json.NewDecoder(bytes.NewReader(text)).Decode(out); err != nil {
			b.t.Fatalf("%s %s: %v: %s", method, path, err, text)
		}
	}
	return resp.StatusCode, p.Code
}

func (r *relatives) idOf(name string) care.UserID {
	r.t.Helper()
	for _, u := range r.Directory().Users {
		if u.Name == name {
			return u.ID
		}
	}
	r.t.Fatalf("nobody is called %s", name)
	return ""
}

// TestTheDaughterComesIn has the leader give her a link; the code goes to the
// number in the register. Later she comes back by that number.
func TestTheDaughterComesIn(t *testing.T) {
	r := withRelatives(t)
	leader := apptest.SignIn(t, r.Web(), "leader")
	var link family.InvitationView
	if status := leader.Call(http.MethodPost, "/api/family/invitations", fmt.Sprintf(`{"user":%q}`, r.idOf("王晓梅")), &link); status != http.StatusOK {
		t.Fatalf("the invitation answers %d", status)
	}
	token, ok := strings.CutPrefix(link.URL, "https://care.example.org/family/enter/#")
	if !ok || link.Ending != "0009" || !strings.Contains(link.SVG, "<svg") {
		t.Fatalf("the link is %+v", link)
	}

	b := r.browser()
	var sent family.CodeView
	if status, code := b.call("POST", "/api/family/codes", `{"invitation":"another"}`, nil); status != 404 || code != api.CodeNotFound {
		t.Errorf("a link of nobody answers %d %s", status, code)
	}
	if status, _ := b.call("POST", "/api/family/codes", fmt.Sprintf(`{"invitation":%q}`, token), &sent); status != 200 || sent.Ending != "0009" {
		t.Fatalf("the code answers %d %+v", status, sent)
	}
	digits := r.hears("+8613800000009")
	enter := func(challenge, code string) (int, string) {
		return b.call("POST", "/api/family/session", fmt.Sprintf(`{"challenge":%q,"code":%q}`, challenge, code), nil)
	}
	wrong := "000000"
	if digits == wrong {
		wrong = "000001"
	}
	if status, code := enter(sent.Challenge, wrong); status != 422 || code != api.CodeBadCode {
		t.Errorf("a wrong code answers %d %s", status, code)
	}
	if status, _ := b.call("GET", "/api/family/now", "", nil); status != 401 {
		t.Errorf("before she came in her page answers %d", status)
	}
	if status, code := enter(sent.Challenge, digits[:3]+" "+digits[3:]); status != 200 {
		t.Fatalf("the code answers %d %s", status, code)
	}
	var me api.Me
	if b.call("GET", "/api/me", "", &me); me.User.Name != "王晓梅" {
		t.Errorf("she is %+v", me.User)
	}
	if status, _ := r.browser().call("POST", "/api/family/codes", fmt.Sprintf(`{"invitation":%q}`, token), nil); status != 404 {
		t.Errorf("the link was used and answers %d", status)
	}
	if status, _ := enter(sent.Challenge, digits); status != 422 {
		t.Errorf("the code was used and answers %d", status)
	}

	// Weeks later, on the same telephone.
	b = r.browser()
	var nobody family.CodeView
	if status, _ := b.call("POST", "/api/family/codes", `{"telephone":"138 0000 7777"}`, &nobody); status != 200 || nobody.Ending != "" || nobody.Challenge == "" {
		t.Errorf("a number of nobody answers %d %+v", status, nobody)
	}
	sent = family.CodeView{}
	if status, _ := b.call("POST", "/api/family/codes", `{"telephone":"138 0000 0009"}`, &sent); status != 200 || sent.Ending != "" {
		t.Errorf("her number answers %d %+v", status, sent)
	}
	if status, code := enter(sent.Challenge, r.hears("+8613800000009")); status != 200 {
		t.Errorf("coming back answers %d %s", status, code)
	}
	if len(r.texts) > 0 {
		t.Errorf("somebody else was told: %s", <-r.texts)
	}
	// Of five messages in a row to one number the last three are not sent.
	throttled := 0
	for range 4 {
		if status, _ := r.browser().call("POST", "/api/family/codes", `{"telephone":"13800000009"}`, nil); status == http.StatusTooManyRequests {
			throttled++
		}
	}
	if throttled == 0 {
		t.Error("codes are sent without end")
	}
}

// TestTheDaughterSeesNothingOfTheNeighbour: nor does the son of the neighbour,
// who has not consented, see more than whom to ask.
func TestTheDaughterSeesNothingOfTheNeighbour(t *testing.T) {
	r := withRelatives(t)
	d := apptest.Connect(t, r.MQTT(), apptest.Edge)
	for _, point := range []care.PointID{"r203-2-call", apptest.Call} {
		e := d.Event(care.SOS, care.Active, point)
		d.Send(e)
		d.Answer(e.ID)
	}
	b := r.browser()
	enterByCode(r, b, "13800000009")
	var now family.NowView
	if status, _ := b.call("GET", "/api/family/now", "", &now); status != 200 || len(now.Elders) != 1 {
		t.Fatalf("her page answers %d %+v", status, now)
	}
	elder := now.Elders[0]
	text, err := json.Marshal(now)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"周玉兰", "res-203-2", "糖尿病", "听戏", "高跌倒风险", "r203", "room-203", "林静", "高建国"} {
		if strings.Contains(string(text), secret) {
			t.Errorf("she reads %s: %s", secret, text)
		}
	}
	if elder.Name != "张秀英" || !elder.Consent || len(elder.Last) != 1 || !elder.Last[0].Open || !strings.Contains(elder.Last[0].Text.ZH, "紧急呼叫") {
		t.Errorf("she reads %+v", elder)
	}
	if elder.Routine == nil || elder.Routine.ZH != "六点半起床" || elder.Call.Telephone != "0571-88001234" || len(elder.Call.Roles) != 2 {
		t.Errorf("she reads %+v", elder)
	}
	// The smoke detector of the room was never heard of: nobody knows since when.
	if elder.Watched || elder.Since != nil {
		t.Errorf("with a detector that was never heard she is watched: %v since %v", elder.Watched, elder.Since)
	}

	son := apptest.SignIn(t, r.Web(), "son")
	now = family.NowView{}
	if status := son.Call("GET", "/api/family/now", "", &now); status != 200 || len(now.Elders) != 1 {
		t.Fatalf("the son's page answers %d %+v", status, now)
	}
	if e := now.Elders[0]; e.Consent || e.Routine != nil || e.Since != nil || len(e.Last) > 0 || e.Call.Telephone == "" {
		t.Errorf("without consent the son reads %+v", e)
	}
}

// TestWhatTheDaughterWants is kept, and taken up by the ladder at once.
func TestWhatTheDaughterWants(t *testing.T) {
	r := withRelatives(t)
	b := r.browser()
	enterByCode(r, b, "13800000009")
	var v family.WantsView
	if status, _ := b.call("PUT", "/api/family/wants", `{"urgent_only":true,"quiet":[{"day":7,"from":"22:00","to":"07:00"}],"language":"en"}`, nil); status != 200 {
		t.Fatalf("saving answers %d", status)
	}
	if b.call("GET", "/api/family/wants", "", &v); !v.UrgentOnly || len(v.Quiet) != 1 || v.Language != "en" {
		t.Errorf("she reads %+v", v)
	}
	if u := r.Directory().Users[r.idOf("王晓梅")]; !u.Wants.UrgentOnly || u.Wants.Quiet[0] != (people.Quiet{Day: 7, From: "22:00", To: "07:00"}) {
		t.Errorf("the directory has %+v", u.Wants)
	}
	for _, body := range []string{`{"urgent_only":true,"quiet":[{"day":9,"from":"22:00","to":"07:00"}],"language":"en"}`, `{"urgent_only":true,"quiet":[{"day":1,"from":"25:00","to":"07:00"}],"language":"en"}`} {
		if status, _ := b.call("PUT", "/api/family/wants", body, nil); status != 422 {
			t.Errorf("%s answers %d", body, status)
		}
	}
	// Without web push in the settings a page offers none.
	var push family.PushView
	if status, _ := b.call("GET", "/api/family/push", "", &push); status != 200 || push.Key != "" {
		t.Errorf("the key answers %d %+v", status, push)
	}
	if status, _ := b.call("POST", "/api/family/push", `{"endpoint":"https://fcm.googleapis.com/a","keys":{"p256dh":"a","auth":"b"}}`, nil); status != 409 {
		t.Errorf("subscribing answers %d", status)
	}
	// She sets a password once, and stays signed in.
	if status, code := b.call("POST", "/api/family/password", `{"new":"12345678"}`, nil); status != 422 && status != 409 {
		t.Errorf("an easy password answers %d %s", status, code)
	}
}

// TestTellHerOnThisPhone: browsers come after the telephone, the same one once,
// and the fourth in place of the first.
func TestTellHerOnThisPhone(t *testing.T) {
	public, private, err := webpush.GenerateKeys()
	if err != nil {
		t.Fatal(err)
	}
	r := withChannels(t, fmt.Sprintf("webpush:\n  type: webpush\n  options: {public_key: %s, private_key: %s, contact: ops@example.org}\n", public, string(private)))
	b := r.browser()
	enterByCode(r, b, "13800000009")
	var push family.PushView
	if b.call("GET", "/api/family/push", "", &push); push.Key != public {
		t.Fatalf("the key is %q, want %q", push.Key, public)
	}
	endpoint := func(n int) string { return fmt.Sprintf("https://fcm.googleapis.com/%d", n) }
	for _, n := range []int{1, 1, 2, 3, 4} {
		body := fmt.Sprintf(`{"endpoint":%q,"keys":{"p256dh":"a","auth":"b"}}`, endpoint(n))
		if status, code := b.call("POST", "/api/family/push", body, &push); status != 200 {
			t.Fatalf("phone %d answers %d %s", n, status, code)
		}
	}
	if status, _ := b.call("DELETE", "/api/family/push?endpoint="+url.QueryEscape(endpoint(3)), "", &push); status != 200 || push.Telephones != 2 {
		t.Errorf("ending one answers %d %+v", status, push)
	}
	var told []string
	for _, c := range r.Directory().Users[r.idOf("王晓梅")].Contacts {
		told = append(told, c.Channel+" "+regexp.MustCompile(`[0-9+]+`).FindString(c.Address))
	}
	if diff := cmp.Diff([]string{"hook +8613800000009", "webpush 2", "webpush 4"}, told); diff != "" {
		t.Errorf("she is told by (-want +got):\n%s", diff)
	}
}

// enterByCode signs a relative in by a code to her number.
func enterByCode(r *relatives, b *phone, number string) {
	r.t.Helper()
	var sent family.CodeView
	if status, _ := b.call("POST", "/api/family/codes", fmt.Sprintf(`{"telephone":%q}`, number), &sent); status != 200 {
		r.t.Fatalf("the code answers %d", status)
	}
	// Messages about alarms may come between.
	for {
		select {
		case m := <-r.texts:
			code := regexp.MustCompile(`\b[0-9]{6}\b`).FindString(strings.TrimPrefix(m, "+86"+number))
			if code == "" {
				continue
			}
			if status, problem := b.call("POST", "/api/family/session", fmt.Sprintf(`{"challenge":%q,"code":%q}`, sent.Challenge, code), nil); status != 200 {
				r.t.Fatalf("the code answers %d %s", status, problem)
			}
			return
		case <-time.After(apptest.Patience):
			r.t.Fatal("no code came")
		}
	}
}
