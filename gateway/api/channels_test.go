package api_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

// TestACarerTriesHerTelephone before her first night, and not all night long.
func TestACarerTriesHerTelephone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		chen := r.as("chen")
		v := read[api.ContactsView](t, chen.get("/api/me/contacts"))
		if diff := cmp.Diff(api.ContactsView{Contacts: []people.Contact{}, Language: "zh", Channels: []string{"sms"}}, v); diff != "" {
			t.Errorf("at first (-want +got):\n%s", diff)
		}
		put := func(contacts ...map[string]string) response {
			return chen.do("PUT", "/api/me/contacts", map[string]any{"contacts": contacts, "language": "en"})
		}
		for _, channel := range []string{"pigeon", "screen"} {
			p := put(map[string]string{"channel": channel, "address": "a"}).problem(t, 422, api.CodeMistakes)
			if len(p.Errors) != 1 || p.Errors[0].Location != "body.contacts[0].channel" {
				t.Errorf("the mistakes of %s are %+v", channel, p.Errors)
			}
		}
		put(map[string]string{"channel": "sms", "address": "  "}).problem(t, 422, api.CodeInvalid)
		put(map[string]string{"channel": "sms", "address": "+8613800138000"}, map[string]string{"channel": "sms", "address": "13800138000"}).expect(t, 200)
		if v := read[api.ContactsView](t, chen.get("/api/me/contacts")); len(v.Contacts) != 2 || v.Language != "en" {
			t.Errorf("then she has %+v", v)
		}
		if strings.Contains(string(r.as("gao").get("/api/me").body), "13800138000") || strings.Contains(string(chen.get("/api/me").body), "13800138000") {
			t.Error("numbers are in /api/me")
		}
		got := read[api.TriedView](t, chen.post("/api/me/contacts/try", nil)).Results
		if diff := cmp.Diff([]api.TriedResult{{Channel: "sms", Proof: "taken"}, {Channel: "sms", Proof: "nothing", Reason: "bad_address", Detail: "no such number"}}, got); diff != "" {
			t.Errorf("the trial (-want +got):\n%s", diff)
		}
		if len(r.sms.sent) != 1 || r.sms.sent[0].Language != notify.EN || r.sms.sent[0].Kind != notify.Trial {
			t.Errorf("sent: %+v", r.sms.sent)
		}
		for range 2 {
			chen.post("/api/me/contacts/try", nil).expect(t, 200)
		}
		chen.post("/api/me/contacts/try", nil).problem(t, 429, api.CodeThrottled)
		r.as("lin").post("/api/me/contacts/try", nil).expect(t, 200)
		time.Sleep(10 * time.Minute)
		for range 3 {
			chen.post("/api/me/contacts/try", nil).expect(t, 200)
		}
		chen.post("/api/me/contacts/try", nil).expect(t, 429)
	})
}

// TestAnOperatorTriesAChannel and is shown what the service says. The address
// stands nowhere afterwards.
func TestAnOperatorTriesAChannel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ops := r.as("ops")
		try := func(channel, address string) response {
			return ops.post("/api/channels/"+channel+"/try", map[string]any{"address": address, "language": "en"})
		}
		state := func() api.ChannelView { return read[api.ChannelsView](t, ops.get("/api/channels")).Channels[1] }
		if v := state(); v.LastAt != nil {
			t.Errorf("before any message the state is %+v", v)
		}
		for _, channel := range []string{"pigeon", "screen"} {
			try(channel, "+8613800138000").problem(t, 404, api.CodeNotFound)
		}
		try("sms", "   ").problem(t, 422, api.CodeMistakes)
		v := read[api.TriedChannel](t, try("sms", " +8613800138000 "))
		if v.Proof != "taken" || v.Reason != "" || len(r.sms.sent) != 1 || v.ID != "service-"+r.sms.sent[0].Key {
			t.Errorf("the answer is %+v", v)
		}
		if m := r.sms.sent[0]; m.To != "+8613800138000" || m.Kind != notify.Trial || m.Language != notify.EN || m.Link != "" {
			t.Errorf("sent: %+v", m)
		}
		v = read[api.TriedChannel](t, try("sms", "13800138000"))
		if diff := cmp.Diff(api.TriedResult{Channel: "sms", Proof: "nothing", Reason: "bad_address", Detail: "no such number"}, v.TriedResult); diff != "" {
			t.Errorf("a wrong number (-want +got):\n%s", diff)
		}
		// That a number is wrong is no fault of the channel.
		if v := state(); v.LastAt == nil || v.LastReason != "" {
			t.Errorf("afterwards the state is %+v", v)
		}
		r.sms.broken = notify.Failed(notify.Unreachable, "503")
		if v := read[api.TriedChannel](t, try("sms", "+8613800138000")); v.Reason != "unreachable" || v.Detail != "503" {
			t.Errorf("of a broken service the answer is %+v", v)
		}
		if v := state(); v.LastReason != "unreachable" || v.LastDetail != "503" {
			t.Errorf("then the state is %+v", v)
		}
		if v := read[api.ChannelsView](t, r.as("gao").get("/api/channels")).Channels[1]; v.LastReason != "unreachable" || v.LastDetail != "" {
			t.Errorf("the manager sees %+v", v)
		}
		log := ops.get("/api/audit")
		var rows []string
		for _, row := range read[api.AuditView](t, log).Rows {
			if row.Kind == care.AuditTried {
				rows = append(rows, row.About+" "+row.Detail)
			}
		}
		if diff := cmp.Diff([]string{"channel:sms unreachable", "channel:sms bad_address", "channel:sms taken"}, rows); diff != "" {
			t.Errorf("the log (-want +got):\n%s", diff)
		}
		if strings.Contains(string(log.body), "13800138000") {
			t.Error("the log has the address")
		}
		for range 3 {
			try("sms", "+8613800138000").expect(t, 200)
		}
		try("sms", "+8613800138000").problem(t, 429, api.CodeThrottled)
		time.Sleep(time.Minute)
		try("sms", "+8613800138000").expect(t, 200)
	})
}

// TestAServiceReports that a message arrived, by the address that only it was
// told.
func TestAServiceReports(t *testing.T) {
	r := newRig(t)
	id := r.raise(songhe, "203-1-cord", care.SOS)
	channels := read[api.ChannelsView](t, r.as("gao").get("/api/channels")).Channels
	if diff := cmp.Diff([]api.ChannelView{{Name: "screen", Best: "delivered"}, {Name: "sms", Best: "delivered"}}, channels); diff != "" {
		t.Errorf("the manager sees (-want +got):\n%s", diff)
	}
	channels = read[api.ChannelsView](t, r.as("ops").get("/api/channels")).Channels
	path, ok := strings.CutPrefix(channels[1].Callback, "https://care.example.org")
	if !ok || channels[0].Callback != "" {
		t.Fatalf("the operator sees %+v", channels)
	}
	r.message(alerts.Notice{Incident: id, Site: songhe, Owner: "u-chen", Sent: "key", ServiceID: "service-1", Contacts: []people.Contact{{Channel: "sms", Address: "+86"}}})
	proof := func() (string, alerts.NoticeState) {
		n := read[api.IncidentDetail](t, r.as("chen").get("/api/incidents/"+id)).Notices[0]
		return n.Proof, n.State
	}
	service := r.nobody()
	for name, test := range map[string]struct {
		path, body string
		status     int
	}{
		"another secret":     {strings.TrimSuffix(path, path[len(path)-3:]) + "AAA", "delivered service-1", 404},
		"another channel":    {strings.Replace(path, "/sms/", "/voice/", 1), "delivered service-1", 404},
		"no report":          {path, "hello", 400},
		"a book":             {path, strings.Repeat("x", notify.MaxCallback+1), 413},
		"of another message": {path, "delivered service-2", 202},
	} {
		t.Run(name, func(t *testing.T) {
			service.do("POST", test.path, test.body, "Origin", "https://service.example", "Sec-Fetch-Site", "cross-site").expect(t, test.status)
			if p, s := proof(); p != "nothing" || s != alerts.NoticeSent {
				t.Errorf("the message is %s, %s", p, s)
			}
		})
	}
	res := service.do("POST", path, "delivered service-1", "Content-Type", "text/plain").expect(t, 202)
	if string(res.body) != "ok" || res.Header.Get("Content-Type") != "text/plain" {
		t.Errorf("the service is answered %q", res.body)
	}
	if p, s := proof(); p != "delivered" || s != alerts.NoticeDone {
		t.Errorf("after the report the message is %s, %s", p, s)
	}
	service.get(path+"?id=service-1").expect(t, 202) // some report so
}
