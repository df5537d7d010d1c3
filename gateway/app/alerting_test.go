package app_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/app"
	"shouwang.care/shouwang/gateway/app/apptest"
)

// TestEveryPartOfAlertingIsConnected asks each of them once on a running
// gateway: a port that the app forgot would answer 500.
func TestEveryPartOfAlertingIsConnected(t *testing.T) {
	c := settings(t)
	c.Web.PublicURL = "https://care.example.org"
	leads := filepath.Join(t.TempDir(), "leader.yaml")
	if err := os.WriteFile(leads, []byte(strings.Replace(apptest.Plan, "{login: other, name: 王芳, role: carer,", "{login: leader, name: 林芳, role: leader,", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := app.Import(t.Context(), c, leads); err != nil {
		t.Fatal(err)
	}
	a := again(t, c)
	site := "/api/sites/" + string(apptest.Site)
	leader := apptest.SignIn(t, a.Web(), "leader")
	operator := apptest.SignIn(t, a.Web(), "operator")
	for _, ask := range []struct {
		who                *apptest.Person
		method, path, body string
		want               int
	}{
		{leader, "GET", "/api/shelves", "", 200},
		{leader, "DELETE", "/api/shelves?site=" + string(apptest.Site) + "&point=nothing&class=call", "", 409},
		{leader, "GET", site + "/roster", "", 200},
		{leader, "PUT", site + "/rules", `{"text":"rules: []","revision":0}`, 200},
		{leader, "PUT", site + "/rules", `{"text":"rules: []","revision":0}`, 409},
		{leader, "GET", site + "/duty", "", 200},
		{leader, "GET", site + "/duty.ics", "", 200},
		{leader, "GET", "/api/residents", "", 200},
		{leader, "PUT", "/api/residents/nobody/consent", `{"given":true,"note":"n"}`, 404},
		{leader, "GET", "/api/me/calendar", "", 200},
		{leader, "PUT", "/api/me/contacts", `{"contacts":[{"channel":"pigeon","address":"a"}],"language":"zh"}`, 422},
		{leader, "PUT", "/api/me/contacts", `{"contacts":[],"language":"zh"}`, 200},
		{leader, "POST", "/api/me/contacts/try", "", 200},
		{leader, "POST", "/api/presence", `{"site":"x","zone":"y","code":"z"}`, 404},
		{leader, "POST", "/api/callbacks/sms/secret", "", 404},
		{leader, "GET", "/a/nothing", "", 410},
		{operator, "GET", "/api/heads", "", 200},
	} {
		if got := ask.who.Call(ask.method, ask.path, ask.body, nil); got != ask.want {
			t.Errorf("%s %s is answered %d, want %d", ask.method, ask.path, got, ask.want)
		}
	}
	var channels api.ChannelsView
	if status := operator.Call(http.MethodGet, "/api/channels", "", &channels); status != 200 || len(channels.Channels) != 1 || channels.Channels[0].Name != api.ScreenChannel {
		t.Errorf("the channels are %d %+v", status, channels)
	}
	var tags api.TagsView
	if leader.Call(http.MethodGet, site+"/tags", "", &tags); len(tags.Tags) == 0 || !strings.HasPrefix(tags.Tags[0].URL, "https://care.example.org/t/") {
		t.Errorf("the tags are %+v", tags)
	}
	var me api.CalendarsView
	if leader.Call(http.MethodGet, "/api/me/calendar", "", &me); len(me.Calendars) == 0 {
		t.Error("the leader has no calendar")
	}
}
